"""The data directory's lock: one process at a time writes there."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import DataDirectoryInUseError
from desktop_chat.paths import make_private_dir
from desktop_chat.storage.failures import unusable_dir

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

_LONGEST_PID = 20
_TRIES = 5


def lock_path(data_dir: Path) -> Path:
    """Return the file that is locked; it stays when the lock is gone, and says nothing then."""
    return data_dir / "lock"


def holder_pid(data_dir: Path) -> int | None:
    """Return the process that holds the lock, or held it last, if the file says so."""
    try:
        with lock_path(data_dir).open("rb") as file:
            return int(file.read(_LONGEST_PID))
    except (OSError, ValueError):
        return None


class DataDirectoryLock:
    """The right to write a data directory.

    The system takes the lock away when the process ends, however it ends.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = lock_path(data_dir)
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock, and make the data directory if it is missing.

        Raises:
            DataDirectoryInUseError: Another process has it.
            DataDirectoryUnusableError: The directory cannot be used.
        """
        try:
            make_private_dir(self._data_dir)
            for _ in range(_TRIES):
                if self._try_file():
                    return
        except BlockingIOError:
            pid = holder_pid(self._data_dir)
            raise DataDirectoryInUseError(path=str(self._data_dir), pid=pid or "?") from None
        except OSError as error:
            raise unusable_dir(error, self._data_dir) from error
        raise unusable_dir(OSError("its lock file keeps vanishing"), self._data_dir)

    def release(self) -> None:
        """Give the lock back; without effect if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try_file(self) -> bool:
        """Lock the file; False if it was deleted or replaced meanwhile."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self._path, flags, 0o600)
        try:
            _lock(descriptor)
            is_current = os.path.samestat(os.fstat(descriptor), self._path.stat())
            if is_current:
                os.ftruncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
        except FileNotFoundError:
            is_current = False
        except BaseException:
            os.close(descriptor)
            raise
        if not is_current:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True


if sys.platform == "win32":
    import msvcrt

    # The locked byte cannot be read by others, so it lies far behind the number of the process.
    _LOCKED_AT = 1 << 30

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_AT, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # Unlike the locks of fcntl(2), this one does not end when any copy of the file is closed.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
