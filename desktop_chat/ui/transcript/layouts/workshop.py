"""Slow drawing for layouts, done in a process of its own: formulas, colours of code."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from desktop_chat.services.drawing.requests import Request
    from desktop_chat.ui.transcript.layouts.drawing_process import DrawingProcess

T = TypeVar("T")
# One paragraph may hold 800 formulas; if it did not find them all, it would order them for ever.
MAX_KEPT = 1024
# What is fetched once is fetched soon, or its block has gone.
MAX_LEFT = 64
# Layouts are made anew for all that came meanwhile, not for each job.
READY_PAUSE_MS = 20
# While the reader scrolls, the window has the processor for itself, were there only one.
POSTPONED_MS = 40


class Workshop(QObject):
    """Has each request answered once, the one ordered last before the others.

    Args:
        parent: Its end is this one's end.
        command: Starts the drawing process, if it is not this program.
        job_ms: How long a job may take; 0 for what is usual.

    Signals:
        ready(): something that was ordered is there; layouts that wait can be made anew.
    """

    ready = Signal()

    def __init__(
        self, parent: QObject | None = None, command: Sequence[str] = (), job_ms: int = 0
    ) -> None:
        super().__init__(parent)
        self._command = command
        self._job_ms = job_ms
        self._process: DrawingProcess | None = None
        self._is_closed = False
        self._queued: OrderedDict[Hashable, Request[Any]] = OrderedDict()
        self._running: tuple[Hashable, Request[Any]] | None = None
        self._done: OrderedDict[Hashable, object] = OrderedDict()
        self._left: OrderedDict[Hashable, object] = OrderedDict()
        self._next = self._timer(0)
        self._next.timeout.connect(self._on_next_timeout)
        self._pause = self._timer(READY_PAUSE_MS)
        self._pause.timeout.connect(self.ready)

    def _timer(self, pause_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause_ms)
        return timer

    def order(self, key: Hashable, request: Request[T]) -> T | None:
        """Return what came of a request if it is answered; else have it answered, return None.

        Without a process that draws, each is answered at once, as failed.
        """
        if key in self._left:
            return cast("T", self._left.pop(key))
        if key in self._done:
            self._done.move_to_end(key)
            return cast("T", self._done[key])
        if self._process is not None and self._process.is_off:
            return request.failed()
        if self._running is None or self._running[0] != key:
            self._queued[key] = request
            self._queued.move_to_end(key)
            if len(self._queued) > MAX_KEPT:
                self._queued.popitem(last=False)
            if self._running is None and not self._next.isActive():
                self._next.start(0)
        return None

    def postpone(self) -> None:
        """Begin no job for a moment: the reader moves, and wants to see that."""
        if self._queued and self._running is None:
            self._next.start(POSTPONED_MS)

    def close(self) -> None:
        """Begin no more jobs and end the process."""
        self._is_closed = True
        self._queued.clear()
        self._running = None
        if self._process is not None:
            self._process.end()

    @Slot()
    def _on_next_timeout(self) -> None:
        if self._is_closed or self._running is not None or not self._queued:
            return
        if self._process is None:
            self._process = self._make_process()
        if self._process.is_off:
            # They are told so when they order again.
            self._queued.clear()
            return
        self._running = self._queued.popitem()
        request = self._running[1]
        self._process.ask(request.kind, request.arguments())

    def _make_process(self) -> DrawingProcess:
        from desktop_chat.ui.transcript.layouts.drawing_process import JOB_MS, DrawingProcess

        made = DrawingProcess(self, self._command, self._job_ms or JOB_MS)
        made.answered.connect(self._on_process_answered)
        made.failed.connect(self._on_process_failed)
        return made

    @Slot(object)
    def _on_process_answered(self, answer: dict[str, Any]) -> None:
        if self._running is None:
            return
        request = self._running[1]
        try:
            made = request.failed() if "error" in answer else request.decode(answer)
        except (LookupError, TypeError, ValueError):
            made = request.failed()
        self._finish(made)

    @Slot()
    def _on_process_failed(self) -> None:
        if self._running is not None:
            self._finish(self._running[1].failed())

    def _finish(self, made: object) -> None:
        assert self._running is not None
        key, request = self._running
        self._running = None
        kept, most = (self._left, MAX_LEFT) if request.is_taken_once else (self._done, MAX_KEPT)
        kept[key] = made
        while len(kept) > most:
            kept.popitem(last=False)
        if self._queued:
            self._next.start(0)
        if not self._pause.isActive():
            self._pause.start()
