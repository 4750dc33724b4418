"""Pages as they will be printed, one below the other; only those in sight are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPicture, QPixmap
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop_chat.ui.printing.picture_pages import page_path

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent, QResizeEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

GAP = 16
STEP = 60
_KEPT = 6
_WIDEST = 1.4


class PageView(QAbstractScrollArea):
    """Shows pages as wide as the room is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._size = QSizeF(794, 1123)
        self._count = 0
        self._kept: dict[int, QPixmap] = {}
        self._theme: Theme | None = None
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("pageView")
        self.setAccessibleName(self.tr("Pages"))
        self.verticalScrollBar().setSingleStep(STEP)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of what is around the pages, which are always light."""
        self._theme = theme
        self.viewport().update()

    def begin(self, folder: Path, size: QSizeF) -> None:
        """Show other pages, of which there is none yet."""
        self._folder, self._size, self._count = folder, size, 0
        self._kept.clear()
        self._lay_out()
        self.verticalScrollBar().setValue(0)

    def set_count(self, count: int) -> None:
        """So many pages are there now."""
        if count != self._count:
            self._count = count
            self._lay_out()
            words = self.tr("%n pages", "", count) if count != 1 else self.tr("1 page")
            self.setAccessibleDescription(words.replace("%n", str(count)))

    def _page_size(self) -> QSize:
        width = min(self.viewport().width() - 2 * GAP, round(self._size.width() * _WIDEST))
        height = round(width * self._size.height() / self._size.width())
        return QSize(max(1, width), max(1, height))

    def _lay_out(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        step = self._page_size().height() + GAP
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._count * step + GAP - height))
        self.viewport().update()

    def _picture(self, number: int, size: QSize) -> QPixmap:
        found = self._kept.pop(number, None)
        if found is None or found.size() != size * self.devicePixelRatioF():
            found = self._painted(number, size)
        self._kept[number] = found
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        return found

    def _painted(self, number: int, size: QSize) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(size * ratio)
        pixmap.fill(QColor("white"))
        if self._folder is not None:
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            scale = size.width() * ratio / self._size.width()
            play_page(self._folder, number, painter, scale)
            painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    # Qt overrides

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.line_soft))
        size = self._page_size()
        step, offset = size.height() + GAP, self.verticalScrollBar().value()
        left = (self.viewport().width() - size.width()) // 2
        first = max(0, (offset - GAP) // step)
        for number in range(first, self._count):
            top = GAP + number * step - offset
            if top > self.viewport().height():
                break
            painter.drawPixmap(left, top, self._picture(number + 1, size))
            painter.setPen(QColor(self._theme.line))
            painter.drawRect(QRect(left, top, size.width() - 1, size.height() - 1))


def play_page(folder: Path, number: int, painter: QPainter, scale: float) -> bool:
    """Paint a page at a scale; one of 1 makes it as many dots as it has units of 1/96 inch."""
    picture = QPicture()
    if not picture.load(str(page_path(folder, number))):
        return False
    # It scales itself by the dots that the device has in an inch.
    own = painter.device().logicalDpiX() / picture.logicalDpiX()
    painter.save()
    painter.scale(scale / own, scale / own)
    picture.play(painter)
    painter.restore()
    return True
