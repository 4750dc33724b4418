"""The process that reads files of others, so that whatever they do happens there.

Standard input holds one line of JSON: the paths, and the staging file. On standard output comes a
line for how far it is now and then, and a last one: the end, or why there is none. When standard
input ends, so does the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from desktop_chat.domain.errors import ChatError
from desktop_chat.services.importing.limits import MEMORY_BYTES
from desktop_chat.services.importing.staging_run import stage
from desktop_chat.storage.importing.staging import StagingWriter

_NICENESS = 5
_REPORT_S = 0.1


def main() -> int:
    """Read what one order says; returns the exit status."""
    answers = os.dup(1)
    os.dup2(2, 1)
    _limit()
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _write(answers, _carry_out(order, _Report(answers)))
    # No tidy end: there is nothing more to keep.
    os._exit(0)


class _Report:
    """Tells how far it is, a few times a second."""

    def __init__(self, answers: int) -> None:
        self._answers = answers
        self._next = 0.0

    def __call__(self, chats: int, messages: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _REPORT_S
            _write(self._answers, {"chats": chats, "messages": messages})


def _carry_out(order: dict[str, Any], report: _Report) -> dict[str, Any]:
    try:
        staging = StagingWriter(Path(order["staging"]))
        try:
            stage([Path(path) for path in order["paths"]], staging, report)
        finally:
            staging.close()
    except ChatError as error:
        return {"error": error.code, "fields": error.fields}
    except MemoryError:
        return {"error": "memory"}
    return {"end": True}


def _limit() -> None:
    # Ctrl+C in a terminal is meant for the program, whose end ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        os.nice(_NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _end_with_parent() -> None:
    while os.read(0, 1 << 10):
        pass
    os._exit(1)


def _write(file: int, line: dict[str, Any]) -> None:
    data = json.dumps(line, default=str).encode() + b"\n"
    with contextlib.suppress(BrokenPipeError):
        while data:
            data = data[os.write(file, data) :]


if __name__ == "__main__":
    sys.exit(main())
