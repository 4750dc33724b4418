"""Binds a child process to this one on Windows, so that it ends even if we are killed.

On Linux the child asks the system for that itself, elsewhere it has a watcher: `engine_child`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import subprocess


class Binding(Protocol):
    """What keeps a child bound."""

    def release(self) -> None:
        """Free what was taken; the child must have ended."""
        ...


class NoBinding:
    """Nothing to hold on this side."""

    def release(self) -> None:
        """Do nothing."""


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    EXTENDED_LIMIT_INFORMATION = 9
    KILL_ON_JOB_CLOSE = 0x2000

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("BasicLimitInformation", _BasicLimits),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    class JobObject:
        """A job whose members the system ends with the last handle to it, which is ours."""

        def __init__(self) -> None:
            self._system = ctypes.WinDLL("kernel32", use_last_error=True)
            # The defaults cut handles to 32 bits.
            self._system.CreateJobObjectW.restype = wintypes.HANDLE
            self._system.CreateJobObjectW.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR)
            self._system.SetInformationJobObject.argtypes = (
                wintypes.HANDLE,
                ctypes.c_int,
                ctypes.c_void_p,
                wintypes.DWORD,
            )
            self._system.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
            self._system.CloseHandle.argtypes = (wintypes.HANDLE,)
            self._handle: int | None = self._system.CreateJobObjectW(None, None)

        def add(self, process_handle: int) -> None:
            """Make the process a member."""
            limits = _ExtendedLimits()
            limits.BasicLimitInformation.LimitFlags = KILL_ON_JOB_CLOSE
            self._system.SetInformationJobObject(
                self._handle,
                EXTENDED_LIMIT_INFORMATION,
                ctypes.byref(limits),
                ctypes.sizeof(limits),
            )
            self._system.AssignProcessToJobObject(self._handle, process_handle)

        def release(self) -> None:
            """Close the job."""
            if self._handle:
                self._system.CloseHandle(self._handle)
            self._handle = None

    def bind_to_this_process(popen: subprocess.Popen[bytes]) -> Binding:
        """Have the system end `popen` when this process is gone; never raises."""
        job = JobObject()
        job.add(int(popen._handle))
        return job

else:

    def bind_to_this_process(popen: subprocess.Popen[bytes]) -> Binding:
        """Leave the binding to the child, see `engine_child`."""
        return NoBinding()
