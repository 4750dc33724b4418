"""The drawing process: formulas and colours of code, beside the window and in nobody's way.

It reads one request a line from standard input, as JSON, answers each with one line on standard
output, and ends when its input does. What a library prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_chat.services.drawing.code_jobs import CodeJobs

# No rule of a lexer and no formula takes so long unless it runs wild; Python cannot stop it then.
JOB_S = 5.0
NICENESS = 10
MAX_MEMORY = 1 << 30
_READ_SIZE = 1 << 16


def main() -> int:
    """Answer requests until standard input ends; returns the exit status."""
    answers = _take_over_stdout()
    _stay_in_background()
    jobs = Jobs()
    with contextlib.suppress(BrokenPipeError):
        for line in _lines_of(0):
            _write(answers, json.dumps(jobs.answer(line)).encode() + b"\n")
    # No tidy end: there is nothing to keep.
    os._exit(0)


class Jobs:
    """Does what requests ask for."""

    def __init__(self) -> None:
        self._code: CodeJobs | None = None

    def answer(self, line: bytes) -> dict[str, Any]:
        """Return the answer to a request, with its `id`; never raises.

        Args:
            line: A JSON object with `id`, `kind` and `arguments`.
        """
        number = None
        try:
            request = json.loads(line)
            number = request["id"]
            kind, arguments = request["kind"], request["arguments"]
            if kind == "formula":
                return {"id": number, **_draw(**arguments)}
            if kind == "code":
                return {"id": number, **self._colour(arguments)}
            return {"id": number, "error": "no such kind"}
        except Exception as error:  # noqa: BLE001 of whatever kind, it is told to who asked
            return {"id": number, "error": type(error).__name__}

    def _colour(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if self._code is None:
            from desktop_chat.services.drawing.code_jobs import CodeJobs
            from desktop_chat.services.drawing.code_lexing import make_lexer

            make_lexer("python")
            self._code = CodeJobs()
        with _time_limit():
            return self._code.answer(arguments)


def _draw(source: str, is_display: bool) -> dict[str, Any]:
    from desktop_chat.services.drawing.formula_wire import to_wire
    from desktop_chat.services.drawing.formulas import prepare, typeset

    prepare()
    with _time_limit():
        return to_wire(typeset(source, is_display))


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """End this process if a job takes too long, even one that holds the interpreter's lock."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, JOB_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return
    import faulthandler

    faulthandler.dump_traceback_later(JOB_S, exit=True, file=2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _take_over_stdout() -> int:
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def _stay_in_background() -> None:
    # Ctrl+C in a terminal is meant for the window, whose end ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        import resource

        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        os.nice(NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # Some systems know no such limit.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


def _lines_of(file: int) -> Iterator[bytes]:
    rest = b""
    while data := os.read(file, _READ_SIZE):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


if __name__ == "__main__":
    sys.exit(main())
