"""The three offers of an empty window: LM Studio, a file, the starter model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVarTuple

from PySide6.QtCore import QObject, Signal, Slot

from desktop_chat.domain.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.services.engines.models import ModelsService
    from desktop_chat.services.tasks import TaskScope

Ts = TypeVarTuple("Ts")

FETCH = "fetch-starter-model"


class ModelsController(QObject):
    """Gets models.

    Signals:
        progressed(int, int): bytes of the starter model done, and in all.
        model_added(ModelRef): a model is there now and can be used.
        failed(ChatError): it could not be had.
        fetch_ended(): the fetch is over, well or not.
    """

    progressed = Signal(int, int)
    model_added = Signal(object)
    failed = Signal(object)
    fetch_ended = Signal()

    def __init__(
        self, models: ModelsService, tasks: TaskScope, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._tasks = tasks

    @Slot(str)
    def add_file(self, path: str) -> None:
        """Offer a GGUF file that the user chose or dropped."""
        self._tasks.spawn(self._report(self._add, path))

    @Slot()
    def fetch_starter_model(self) -> None:
        """Fetch the starter model, unless that is under way."""
        if not self._tasks.is_running(FETCH):
            self._tasks.spawn(self._report(self._fetch), key=FETCH)

    @Slot()
    def cancel(self) -> None:
        """Give up fetching; nothing is left behind."""
        self._tasks.cancel(FETCH)

    async def _add(self, path: str) -> None:
        self.model_added.emit(await self._models.add_file(Path(path)))

    async def _fetch(self) -> None:
        try:
            model_ref: ModelRef = await self._models.fetch_starter_model(self.progressed.emit)
        finally:
            self.fetch_ended.emit()
        self.model_added.emit(model_ref)

    async def _report(self, work: Callable[[*Ts], Awaitable[None]], *args: *Ts) -> None:
        try:
            await work(*args)
        except ChatError as error:
            self.failed.emit(error)
