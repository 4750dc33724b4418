"""An export beside the window: in a process of its own, so that nothing here waits for it."""

from __future__ import annotations

import atexit
import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QTimerEvent
    from typing_extensions import override

END_MS = 2_000


class ExportProcess(QObject):
    """Runs one export at a time; `commands.exporting` is at the other end.

    Args:
        command: What to start, if it is not this program.

    Signals:
        progressed(done: float, total: int): so many chats are written.
        paged(count: int): so many pages are there, of those that were asked for.
        succeeded(path: str): the file, or the folder, is there.
        failed(code: str, fields: object, text: str): why it is not; code "" if the process died.
    """

    progressed = Signal(float, int)
    paged = Signal(int)
    succeeded = Signal(str)
    failed = Signal(str, object, str)

    def __init__(self, parent: QObject | None = None, command: Sequence[str] = ()) -> None:
        super().__init__(parent)
        self._command = list(command)
        self._held: _Held | None = None
        self._read = b""
        self._is_answered = False

    @property
    def is_running(self) -> bool:
        """Whether an export is under way."""
        return self._held is not None and not self._is_answered

    def start(self, request: Mapping[str, Any]) -> None:
        """Begin an export; one that runs is stopped."""
        self.stop()
        held = _Held()
        process = held.process
        process.readyReadStandardOutput.connect(self._on_process_ready_read)
        process.finished.connect(self._on_process_finished)
        process.errorOccurred.connect(self._on_process_error_occurred)
        self.destroyed.connect(held.end)
        self._held, self._read, self._is_answered = held, b"", False
        program, *arguments = self._command or _own_command()
        process.start(program, arguments)
        process.write(json.dumps(dict(request)).encode() + b"\n")

    def stop(self) -> None:
        """End the export that runs; what it had not finished is taken away by it."""
        held, self._held = self._held, None
        if held is not None:
            held.process.readyReadStandardOutput.disconnect(self._on_process_ready_read)
            held.process.finished.disconnect(self._on_process_finished)
            held.process.errorOccurred.disconnect(self._on_process_error_occurred)
            held.end()

    @Slot()
    def _on_process_ready_read(self) -> None:
        if self._held is None:
            return
        self._read += self._held.process.readAllStandardOutput().data()
        *lines, self._read = self._read.split(b"\n")
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            answer = json.loads(line)
        except ValueError:
            return  # printed by a library
        if "pages" in answer:
            self.paged.emit(int(answer["pages"]))
        elif "total" in answer:
            self.progressed.emit(float(answer["done"]), int(answer["total"]))
        elif "path" in answer:
            self._is_answered = True
            self.succeeded.emit(str(answer["path"]))
        else:
            self._is_answered = True
            self.failed.emit(str(answer["error"]), answer["fields"], str(answer["text"]))

    @Slot()
    def _on_process_finished(self) -> None:
        self._on_process_ready_read()
        self._end()

    @Slot(QProcess.ProcessError)
    def _on_process_error_occurred(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end()

    def _end(self) -> None:
        self._held = None
        if not self._is_answered:
            self._is_answered = True
            self.failed.emit("", {}, "")


class _Held(QObject):
    """Keeps a process until it has ended, whatever else is destroyed before.

    Qt complains about one that is destroyed while it runs, and waits for it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.process = QProcess(self)
        self.process.setProcessEnvironment(_environment())
        # What libraries complain about may hold the text of a chat.
        self.process.setStandardErrorFile(QProcess.nullDevice())
        self.process.finished.connect(self._on_process_finished)
        self.process.errorOccurred.connect(self._on_process_error_occurred)
        _kept.add(self)

    @Slot()
    def end(self) -> None:
        """Tell the process to end, which it does when its standard input does."""
        if self in _kept:
            self.process.closeWriteChannel()
            self.startTimer(END_MS)

    def end_now(self) -> None:
        """Wait until the process has ended, but not for long."""
        self.process.blockSignals(True)
        if self.process.state() != QProcess.ProcessState.NotRunning:
            self.process.closeWriteChannel()
            if not self.process.waitForFinished(END_MS):
                self.process.kill()
                self.process.waitForFinished(END_MS)

    @Slot()
    def _on_process_finished(self) -> None:
        if self in _kept:
            _kept.discard(self)
            self.deleteLater()

    @Slot(QProcess.ProcessError)
    def _on_process_error_occurred(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._on_process_finished()

    # Qt overrides

    @override
    def timerEvent(self, event: QTimerEvent) -> None:
        self.process.kill()


_kept: set[_Held] = set()


@atexit.register
def _end_all() -> None:
    for held in list(_kept):
        _kept.discard(held)
        held.end_now()


def _own_command() -> list[str]:
    from desktop_chat.assembly import own_command

    return [*own_command(), "_export"]


def _environment() -> QProcessEnvironment:
    from desktop_chat.providers.local.child_environment import without_secrets

    made = QProcessEnvironment()
    for name, value in without_secrets().items():
        made.insert(name, value)
    return made
