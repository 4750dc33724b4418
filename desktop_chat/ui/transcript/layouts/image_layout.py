"""An image: a calm box with its address, and the picture itself once the reader asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt

from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
from desktop_chat.ui.transcript.layouts.hits import Control
from desktop_chat.ui.transcript.layouts.image_address import is_data, web_address
from desktop_chat.ui.transcript.layouts.image_box import Box, paint_box, rounded, tint
from desktop_chat.ui.transcript.text.blocks import Block, ImageBlock, image_words

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter, QPixmap
    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.image_decoding import Picture
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked

LOAD = "load"
MAX_HEIGHT = 480


class ImageLayout(BlockLayout):
    """Nothing is fetched or decoded before `press`; what came then is in the look's images."""

    def __init__(self, block: ImageBlock, look: Look, width: int) -> None:
        self._block = block
        self._look = look
        self._width = width
        self._length = len(image_words(block))
        self._address, self._host = web_address(block.address)
        if not self._address and is_data(block.address):
            self._address = block.address
        self._picture: Picture | None = None
        self._pixmap: QPixmap | None = None
        self._box = Box(look, width, block)
        self._arrange()

    @staticmethod
    def height_of(look: Look) -> int:
        """Return the height before anything is loaded."""
        return Box.plain_height(look)

    def _arrange(self) -> None:
        images = self._look.images
        is_loadable = images is not None and bool(self._address)
        picture = images.picture(self._address) if images is not None and is_loadable else None
        self._picture = picture or self._picture
        self.is_waiting = is_loadable and self._picture is None
        if self._picture is not None:
            size = self._size_of(self._picture)
            self.natural_width, self.height = size.width(), size.height()
            return
        is_awaited = images is not None and images.is_awaited(self._address)
        error = images.error(self._address) if images is not None else ""
        action = self._action(has_failed=bool(error)) if is_loadable else ""
        self._box.arrange(action, is_awaited=is_awaited, error=error)
        self.natural_width, self.height = self._box.width, self._box.height

    def _action(self, *, has_failed: bool) -> str:
        if has_failed:
            return QCoreApplication.translate("Transcript", "Try again")
        if self._host:
            return QCoreApplication.translate("Transcript", "Load image")
        return QCoreApplication.translate("Transcript", "Show image")

    def _size_of(self, picture: Picture) -> QSize:
        """Return the size in which a picture is shown: its own, or less where room is short."""
        size, room = picture.size, QSize(self._width, self._look.px(MAX_HEIGHT))
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        return size.expandedTo(QSize(1, 1))

    @override
    def renew(self) -> bool:
        self._arrange()
        return True

    @override
    def grow(self, block: Block) -> int | None:
        return self.height if block == self._block else None

    # Controls

    @override
    def controls(self) -> Sequence[Control]:
        if self._picture is not None or not self._box.action:
            return ()
        label = self._box.action
        if self._host:
            label = QCoreApplication.translate("Transcript", "Load image from {0}")
            label = label.format(self._host)
        return (Control(LOAD, label, self._box.button),)

    @override
    def press(self, action: str) -> bool:
        images = self._look.images
        if action != LOAD or images is None or not self._address:
            return False
        images.load(self._address)
        self._arrange()
        return True

    # Text: the image is one letter as far as pointing at it goes.

    @override
    def offset_at(self, x: int, y: int) -> int:
        return 0 if y < 0 or x < self.natural_width // 2 else self._length

    @override
    def y_of(self, offset: int) -> int:
        return 0

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        return [QRectF(0, 0, self.natural_width, self.height)] if start < end else []

    # Painting

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        place = QRect(x, y, self.natural_width, self.height)
        marks = [colour for _, colour in marked.stretches(0, self._length)] if marked else []
        if self._picture is None:
            paint_box(painter, self._box, place, marks)
            return
        ratio = painter.device().devicePixelRatio()
        if self._pixmap is None or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = rounded(self._picture.image, place.size(), ratio, self._look)
        painter.drawPixmap(place.topLeft(), self._pixmap)
        if marks:
            tint(painter, place, marks[-1], self._look)
