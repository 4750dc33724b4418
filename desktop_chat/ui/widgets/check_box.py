"""A box to tick, painted in the theme's colours: the style's own is lost on dark ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.sizes import FOCUS_RING, TEXT_INTERFACE

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

EDGE = 18
GAP = 8
RADIUS = 4
TICK = 14
HEIGHT = 26


class CheckBox(QCheckBox):
    """A box with words beside it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme: Theme | None = None

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFont(font_of(theme.px(TEXT_INTERFACE)))
        self.updateGeometry()
        self.update()

    def _px(self, size: int) -> int:
        return self._theme.px(size) if self._theme else size

    # Qt overrides

    @override
    def sizeHint(self) -> QSize:
        words = QFontMetrics(self.font()).horizontalAdvance(self.text())
        width = self._px(EDGE + GAP) + words + 2 * FOCUS_RING
        return QSize(width, self._px(HEIGHT))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = self._px(EDGE)
        box = QRect(FOCUS_RING, (self.height() - edge) // 2, edge, edge)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            box.moveRight(self.width() - FOCUS_RING)
        self._paint_box(painter, theme, box)
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.faint))
        painter.setFont(self.font())
        gap = edge + self._px(GAP) + FOCUS_RING
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        words = self.rect().adjusted(0 if is_mirrored else gap, 0, -gap if is_mirrored else 0, 0)
        side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
        painter.drawText(words, side | Qt.AlignmentFlag.AlignVCenter, self.text())

    def _paint_box(self, painter: QPainter, theme: Theme, box: QRect) -> None:
        is_on, is_used = self.isChecked(), self.isEnabled()
        fill = (theme.accent if is_used else theme.line) if is_on else theme.window
        line = theme.accent if self.hasFocus() or (is_on and is_used) else theme.faint
        if not is_used:
            line = theme.line
        width = FOCUS_RING if self.hasFocus() and not is_on else 1
        inset = width / 2
        radius = self._px(RADIUS)
        painter.setPen(QPen(QColor(line), width))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(QRectF(box).adjusted(inset, inset, -inset, -inset), radius, radius)
        if is_on:
            size = self._px(TICK)
            ink = theme.on_accent if is_used else theme.faint
            tick = pixmap("check", ink, size, self.devicePixelRatioF())
            offset = (box.width() - size) // 2
            painter.drawPixmap(box.left() + offset, box.top() + offset, tick)
        if self.hasFocus() and is_on:
            painter.setPen(QPen(QColor(theme.text), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box), radius, radius)
