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
_READY_PAUSE_MS = 20


class Workshop(QObject):
    """Does each job once, in the order in which they came, and keeps what came of it.

    Signals:
        ready(): something that was ordered is there; layouts that wait can be made anew.
    """

    ready = Signal()
    _one_done = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: Worker | None = None
        self._kept: OrderedDict[Hashable, Future[object]] = OrderedDict()
        # A job may be done before the layout that ordered it goes on.
        self._one_done.connect(self._on_one_done, Qt.ConnectionType.QueuedConnection)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_READY_PAUSE_MS)
        self._pause.timeout.connect(self.ready)

    def order(self, key: Hashable, job: Callable[[], T]) -> T | None:
        """Return what `job` returns if it is done already; else have it done and return None.

        A job must catch its own errors and touch nothing that lives in another thread.
        """
        future = self._kept.get(key)
        if future is None:
            future = self._kept[key] = self._submit(job)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return cast("T", future.result()) if future.done() else None

    def close(self) -> None:
        """Take no more jobs; the one that runs is not waited for."""
        if self._worker is not None:
            self._worker.close()

    def _submit(self, job: Callable[[], object]) -> Future[object]:
        # asyncio and threads are not imported before the first formula or code.
        from desktop_chat.services.background import Worker

        if self._worker is None:
            self._worker = Worker("workshop", is_daemon=True)
        future = self._worker.submit(job)
        future.add_done_callback(self._tell)
        return future

    def _tell(self, _future: Future[object]) -> None:
        # In the worker's thread; the signal brings it into this object's, if that still lives.
        with suppress(RuntimeError):
            self._one_done.emit()

    @Slot()
    def _on_one_done(self) -> None:
        if not self._pause.isActive():
            self._pause.start()
