"""Moves what is wider than the column sideways, with a thin bar at the bottom of the block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.layouts.look import Look

BAR = 4
_GRIP = 10
_SIDE = 10


class Sideways:
    """The sideways position of one block; it is kept in the block's state.

    Args:
        look: Gives sizes and colours.
        state: Where the position is kept.
        width: Of the room in which the content is seen, in pixels.
        height: Of the whole block.
        most: How much wider the content is than its room; at least 1.
    """

    def __init__(self, look: Look, state: BlockState, width: int, height: int, most: int) -> None:
        self._look = look
        self._state = state
        self._width = width
        self._height = height
        self.most = most
        state.scroll_x = min(state.scroll_x, most)

    def fit(self, height: int, most: int) -> None:
        """The block has grown; what stands for it in a hand that drags stays the same."""
        self._height = height
        self.most = most
        self._state.scroll_x = min(self._state.scroll_x, most)

    @property
    def offset(self) -> int:
        """How far the content is moved to the left."""
        return self._state.scroll_x

    def scroll_by(self, pixels: int) -> bool:
        """Move the content to the left, or to the right for a negative number."""
        before = self.offset
        self._state.scroll_x = min(max(0, before + pixels), self.most)
        return self.offset != before

    def is_on_bar(self, x: int, y: int) -> bool:
        """Whether a point of the block is on the bar."""
        return self._height - self._look.px(_GRIP) <= y < self._height and 0 <= x < self._width

    def scroll_to_bar(self, x: int) -> None:
        """Move the content as if the middle of the bar was dragged to `x`."""
        self.scroll_by(round(x / max(1, self._width) * self.most) - self.offset)

    def paint(self, painter: QPainter, x: int, y: int) -> None:
        """Paint the bar of a block whose top left is at `x`, `y`."""
        share = self._width / (self._width + self.most)
        room = self._width - 2 * _SIDE
        length = min(room, max(self._look.px(24), round(room * share)))
        left = x + _SIDE + round((room - length) * self.offset / self.most)
        painter.setPen(Qt.PenStyle.NoPen)
        # Grounds and lines of the theme are too faint for something that is to be found.
        colour = QColor(self._look.colour("faint"))
        colour.setAlpha(255 if self._look.is_high_contrast else 110)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(left, y + self._height - BAR - 3, length, BAR), 2, 2)
