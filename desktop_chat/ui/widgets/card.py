"""A surface with a rounded border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop_chat.ui.sizes import FOCUS_RING

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme


class Card(QWidget):
    """Paints its border without a style sheet: the ring of the focus moves nothing inside."""

    def __init__(self, radius: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._radius = radius
        self._theme: Theme | None = None
        self._has_ring = False

    def set_theme(self, theme: Theme) -> None:
        """Take the colours."""
        self._theme = theme
        self.update()

    def set_ring(self, is_shown: bool) -> None:
        """Show the ring of the keyboard focus."""
        if is_shown != self._has_ring:
            self._has_ring = is_shown
            self.update()

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        paint_surface(
            QPainter(self), self.rect(), self._theme, radius=self._radius, has_ring=self._has_ring
        )


def paint_surface(
    painter: QPainter, area: QRect, theme: Theme, *, radius: int, has_ring: bool
) -> None:
    """Paint a surface of the window's colour with its border, or with the ring of the focus."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = FOCUS_RING if has_ring else theme.border
    painter.setPen(QPen(QColor(theme.accent if has_ring else theme.line), width))
    painter.setBrush(QColor(theme.window))
    inset = width / 2
    painter.drawRoundedRect(QRectF(area).adjusted(inset, inset, -inset, -inset), radius, radius)
