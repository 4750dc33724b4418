"""Loads the images that the reader of a message asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop_chat.domain.errors import ImageError
from desktop_chat.ui.messages import error_words

if TYPE_CHECKING:
    from desktop_chat.services.remote_images import RemoteImages
    from desktop_chat.services.tasks import TaskScope


class ImagesController(QObject):
    """Loads images.

    Signals:
        loaded(str, object): address of an image, and its bytes as they came.
        failed(str, str): address of an image that could not be loaded, and why, in a sentence.
    """

    loaded = Signal(str, object)
    failed = Signal(str, str)

    def __init__(
        self, images: RemoteImages, tasks: TaskScope, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._images = images
        self._tasks = tasks

    @Slot(str)
    def load(self, address: str) -> None:
        """Load an image, unless that is under way."""
        key = ("image", address)
        if not self._tasks.is_running(key):
            self._tasks.spawn(self._load(address), key=key)

    async def _load(self, address: str) -> None:
        try:
            image = await self._images.load(address)
        except ImageError as error:
            self.failed.emit(address, error_words(error))
        else:
            self.loaded.emit(address, image)
