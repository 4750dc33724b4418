"""The process that draws: started with the first job, asked for one thing at a time, ended."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

# The process gives a job up itself after 5 s; the first one includes its start.
JOB_MS = 6_000
FIRST_JOB_MS = 30_000
MAX_DEATHS = 3
MAX_ANSWER = 8_000_000
END_MS = 200


class DrawingProcess(QObject):
    """Answers one request at a time; starts the process, and once more when it has died.

    Args:
        parent: Its end is the process' end.
        command: What to start, if it is not this program.
        job_ms: How long a job may take.

    Attributes:
        is_off: Whether the process died so often that it is not started again.

    Signals:
        answered(object): The answer to the request, a dict.
        failed(): There will be no answer to it.
    """

    answered = Signal(object)
    failed = Signal()

    def __init__(
        self, parent: QObject | None = None, command: Sequence[str] = (), job_ms: int = JOB_MS
    ) -> None:
        super().__init__(parent)
        self.is_off = False
        self._command = list(command)
        self._job_ms = job_ms
        self._held: _Held | None = None
        self._has_answered = False
        self._deaths = 0
        self._number = 0
        self._is_asked = False
        self._read = b""
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.timeout.connect(self._on_limit_timeout)

    def ask(self, kind: str, arguments: dict[str, Any]) -> None:
        """Send a request; one signal follows. Not before the one for the last request."""
        import json

        process = self._running()
        self._number += 1
        self._is_asked = True
        request = {"id": self._number, "kind": kind, "arguments": arguments}
        self._limit.start(self._job_ms if self._has_answered else FIRST_JOB_MS)
        process.write(json.dumps(request).encode() + b"\n")

    def end(self) -> None:
        """End the process if it runs; the next request would start it again."""
        self._limit.stop()
        self._is_asked = False
        if self._held is not None:
            self._held.end()
            self._held = None

    def _running(self) -> QProcess:
        if self._held is None:
            self._held = _Held()
            self.destroyed.connect(self._held.end)
            process = self._held.process
            process.readyReadStandardOutput.connect(self._on_process_ready_read)
            process.finished.connect(self._on_process_finished)
            process.errorOccurred.connect(self._on_process_error_occurred)
        if self._held.process.state() == QProcess.ProcessState.NotRunning:
            self._read, self._has_answered = b"", False
            program, *arguments = self._command or _own_command()
            self._held.process.start(program, arguments)
        return self._held.process

    @Slot()
    def _on_process_ready_read(self) -> None:
        if self._held is None:
            return
        self._read += self._held.process.readAllStandardOutput().data()
        *lines, self._read = self._read.split(b"\n")
        for line in lines:
            self._take(line)
        if len(self._read) > MAX_ANSWER:
            self._kill()

    def _take(self, line: bytes) -> None:
        import json

        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or answer.get("id") != self._number or not self._is_asked:
            self._kill()
            return
        self._limit.stop()
        self._has_answered, self._deaths, self._is_asked = True, 0, False
        self.answered.emit(answer)

    @Slot()
    def _on_limit_timeout(self) -> None:
        self._kill()

    def _kill(self) -> None:
        # What follows is done when it is dead.
        if self._held is not None:
            self._held.process.kill()

    @Slot()
    def _on_process_finished(self) -> None:
        self._die()

    @Slot(QProcess.ProcessError)
    def _on_process_error_occurred(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._die()

    def _die(self) -> None:
        self._limit.stop()
        self._deaths += 1
        self.is_off = self._deaths >= MAX_DEATHS
        if self._is_asked:
            self._is_asked = False
            self.failed.emit()


class _Held:
    """Keeps a process until it has ended, whatever else is destroyed before.

    Qt complains about one that is destroyed while it runs, and waits for it.
    """

    def __init__(self) -> None:
        self.process = QProcess()
        self.process.setProcessEnvironment(_environment())
        # What libraries complain about may hold the text of a chat.
        self.process.setStandardErrorFile(QProcess.nullDevice())
        _held.add(self)

    def end(self) -> None:
        """Kill the process and wait for a moment until it has gone."""
        if self not in _held:
            return
        _held.remove(self)
        self.process.blockSignals(True)
        if self.process.state() != QProcess.ProcessState.NotRunning:
            self.process.kill()
            self.process.waitForFinished(END_MS)


_held: set[_Held] = set()


@atexit.register
def _end_all() -> None:
    for held in list(_held):
        held.end()


def _own_command() -> list[str]:
    # Some processes only lay text out.
    from desktop_chat.assembly import drawing_command

    return drawing_command()


def _environment() -> QProcessEnvironment:
    from desktop_chat.providers.local.child_environment import without_secrets

    made = QProcessEnvironment()
    for name, value in without_secrets().items():
        made.insert(name, value)
    return made
