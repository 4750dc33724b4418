"""The app's side of the process that reads files."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, Any

from desktop_chat.domain.errors import ChatError, DiskFullError, ImportFailedError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_LONGEST_LINE = 100_000
_END = b""


class ReadingProcess:
    """One run of the process; `run` blocks and belongs to a thread, `stop` comes from any.

    Args:
        command: What starts it.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._popen: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_stopped = False

    def run(self, paths: Sequence[Path], staging: Path, told: Callable[[int, int], None]) -> bool:
        """Read files into a staging file; return False if it was stopped.

        Args:
            paths: What the user chose.
            staging: A file that is not there yet.
            told: Called, on this thread, with the chats and messages found so far.

        Raises:
            DiskFullError: There is no room for the staging file.
            ImportFailedError: The process ended before it had finished.
            StorageError: The staging file cannot be written.
        """
        with self._lock:
            if self._is_stopped:
                return False
            popen = self._popen = self._start()
        try:
            return self._follow(popen, paths, staging, told)
        finally:
            popen.kill()
            popen.wait()
            for pipe in (popen.stdin, popen.stdout):
                _close(pipe)

    def stop(self) -> None:
        """End it at once; it has nothing to save."""
        with self._lock:
            self._is_stopped = True
            if self._popen is not None:
                self._popen.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=_environment(),
                creationflags=_creation_flags(),
                start_new_session=True,
            )
        except OSError as error:
            raise ImportFailedError(detail=error.strerror or "it cannot be started") from error

    def _follow(
        self,
        popen: subprocess.Popen[bytes],
        paths: Sequence[Path],
        staging: Path,
        told: Callable[[int, int], None],
    ) -> bool:
        assert popen.stdin is not None
        assert popen.stdout is not None
        order = {"paths": [os.fspath(path) for path in paths], "staging": str(staging)}
        with contextlib.suppress(OSError):
            popen.stdin.write(json.dumps(order).encode() + b"\n")
            popen.stdin.flush()
        while line := popen.stdout.readline(_LONGEST_LINE):
            answer = json.loads(line)
            if "end" in answer:
                return True
            if "error" in answer:
                raise _error_from(answer)
            told(answer["chats"], answer["messages"])
        if self._is_stopped:
            return False
        status = popen.wait()
        raise ImportFailedError(detail=f"the files could not be read to their end ({status})")


def _error_from(answer: dict[str, Any]) -> ChatError:
    fields = answer.get("fields") or {}
    if answer["error"] == "memory":
        return ImportFailedError(detail="it needs too much memory")
    kind = DiskFullError if answer["error"] == DiskFullError.code else StorageError
    return kind(**fields)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.endswith("_TOKEN")}


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):
            pipe.close()
