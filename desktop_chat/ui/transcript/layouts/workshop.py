"""Slow drawing for layouts, done in a thread: formulas, colours of code."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from concurrent.futures import Future

    from desktop_chat.services.background import Worker

T = TypeVar("T")
MAX_KEPT = 512
# Layouts are made anew for all that came meanwhile, not for each job.
READY_PAUSE_MS = 20
# Two threads of Python share one processor: between jobs, and while the reader scrolls, the window
# has it for itself.
NEXT_PAUSE_MS = 4
POSTPONED_MS = 40


class Workshop(QObject):
    """Does each job once, the one ordered last before the others, and keeps what came of it.

    Signals:
        ready(): something that was ordered is there; layouts that wait can be made anew.
    """

    ready = Signal()
    _one_done = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: Worker | None = None
        self._queued: OrderedDict[Hashable, Callable[[], object]] = OrderedDict()
        self._running: tuple[Hashable, Future[object]] | None = None
        self._done: OrderedDict[Hashable, object] = OrderedDict()
        # A job may be done before the layout that ordered it goes on.
        self._one_done.connect(self._on_one_done, Qt.ConnectionType.QueuedConnection)
        self._next = self._timer(NEXT_PAUSE_MS)
        self._next.timeout.connect(self._on_next_timeout)
        self._pause = self._timer(READY_PAUSE_MS)
        self._pause.timeout.connect(self.ready)

    def _timer(self, pause_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause_ms)
        return timer

    def order(self, key: Hashable, job: Callable[[], T]) -> T | None:
        """Return what `job` returns if it is done already; else have it done and return None.

        A job must catch its own errors and touch nothing that lives in another thread.
        """
        if key in self._done:
            self._done.move_to_end(key)
            return cast("T", self._done[key])
        if self._running is None or self._running[0] != key:
            self._queued[key] = job
            self._queued.move_to_end(key)
            if self._running is None and not self._next.isActive():
                self._next.start(NEXT_PAUSE_MS)
        return None

    def postpone(self) -> None:
        """Begin no job for a moment: the reader moves, and wants to see that."""
        if self._queued and self._running is None:
            self._next.start(POSTPONED_MS)

    def close(self) -> None:
        """Begin no more jobs; the one that runs is not waited for."""
        self._queued.clear()
        if self._worker is not None:
            self._worker.close()

    @Slot()
    def _on_next_timeout(self) -> None:
        if self._running is not None or not self._queued:
            return
        # asyncio and threads are not imported before the first formula or code.
        from desktop_chat.services.background import Worker

        if self._worker is None:
            self._worker = Worker("workshop", is_daemon=True)
        key, job = self._queued.popitem()
        future = self._worker.submit(job)
        self._running = key, future
        future.add_done_callback(self._tell)

    def _tell(self, _future: Future[object]) -> None:
        # In the worker's thread; the signal brings it into this object's, if that still lives.
        with suppress(RuntimeError):
            self._one_done.emit()

    @Slot()
    def _on_one_done(self) -> None:
        if self._running is None:
            return
        key, future = self._running
        self._running = None
        if not future.cancelled():
            self._done[key] = future.result()
        while len(self._done) > MAX_KEPT:
            self._done.popitem(last=False)
        if self._queued:
            self._next.start(NEXT_PAUSE_MS)
        if not self._pause.isActive():
            self._pause.start()
