"""One block, laid out for a width: its height, its painting, what is under a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QRect

from desktop_chat.ui.transcript.blocks import Block, RuleBlock, TextBlock
from desktop_chat.ui.transcript.code_layout import CodeLayout
from desktop_chat.ui.transcript.text_layout import TextLayout

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.look import Look

Chosen = tuple[int, int] | None
"""Selected offsets of a block's text, start and end."""


class BlockLayout(Protocol):
    """What every kind of block can do; points are relative to the layout's top left."""

    height: int
    natural_width: int

    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, chosen: Chosen) -> None:
        """Paint the part that touches `clip`."""
        ...

    def offset_at(self, x: int, y: int) -> int:
        """Return the offset in the text that is nearest to the point."""
        ...

    def link_at(self, x: int, y: int) -> tuple[str, str]:
        """Return address and label of the link under the point, or nothing twice."""
        ...

    def y_of(self, offset: int) -> int:
        """Return where the line with this offset of the text starts."""
        ...

    def grow(self, block: Block) -> int | None:
        """Take up a block that begins as this one does; return from which height it differs.

        Returns None if it has to be laid out anew.
        """
        ...


def make_layout(block: Block, look: Look, width: int, colour: str = "text") -> BlockLayout:
    """Lay out a block for `width`, which lists and quotes around it have already narrowed."""
    if isinstance(block, TextBlock):
        return TextLayout(block, look, width, colour)
    if isinstance(block, RuleBlock):
        return RuleLayout(look, width)
    return CodeLayout(block, look, width)


def estimate_height(block: Block, look: Look, width: int) -> int:
    """Guess the height of a block that is not laid out yet."""
    if isinstance(block, TextBlock):
        columns = max(10, int(width / (look.code_advance * 0.95)))
        return (len(block.text) // columns + 1) * look.line_of(block.level)
    if isinstance(block, RuleBlock):
        return 1
    return CodeLayout.height_of(block, look)


class RuleLayout:
    """A horizontal line."""

    def __init__(self, look: Look, width: int) -> None:
        self.height = 1
        self.natural_width = width
        self._look = look

    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, chosen: Chosen) -> None:
        """Paint the line."""
        painter.fillRect(QRect(x, y, self.natural_width, 1), self._look.colour("line"))

    def offset_at(self, x: int, y: int) -> int:
        """There is no text."""
        return 0

    def link_at(self, x: int, y: int) -> tuple[str, str]:
        """There are no links."""
        return "", ""

    def y_of(self, offset: int) -> int:
        """There is but one line."""
        return 0

    def grow(self, block: Block) -> int | None:
        """A line is a line."""
        return self.height if isinstance(block, RuleBlock) else None
