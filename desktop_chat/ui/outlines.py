"""The outlines of the window's panes, which stand there before the panes do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from desktop_chat.ui.sizes import CARD, CARD_RADIUS, HEADER, SIDEBAR_WIDTH, STATUS_LINE

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_chat.ui.theme import Theme

MARGIN = 20
COMPOSER_HEIGHT = 86


def paint_outlines(window: QWidget, theme: Theme) -> None:
    """Paint sidebar, header and composer of a window that has none of them yet."""
    painter = QPainter(window)
    width, height = window.width(), window.height()
    left = SIDEBAR_WIDTH
    line = QColor(theme.line)
    painter.fillRect(0, 0, width, height, QColor(theme.window))
    painter.fillRect(0, 0, left, height, QColor(theme.sidebar))
    painter.fillRect(left, 0, theme.border, height, line)
    painter.fillRect(left, theme.px(HEADER) - theme.border, width - left, theme.border, line)
    card = min(width - left - 2 * MARGIN, theme.px(CARD))
    bottom = height - theme.px(STATUS_LINE)
    box = QRectF((left + width - card) / 2, bottom - COMPOSER_HEIGHT, card, COMPOSER_HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(line)
    painter.setBrush(QColor(theme.window))
    painter.drawRoundedRect(box, CARD_RADIUS, CARD_RADIUS)
