"""What every laid out block can do, whatever it shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QRect, QRectF
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.layouts.hits import Control
    from desktop_chat.ui.transcript.layouts.marked import Marked
    from desktop_chat.ui.transcript.layouts.sideways import Sideways
    from desktop_chat.ui.transcript.text.blocks import Block


class BlockLayout(ABC):
    """One block, laid out for a width. Points count from the layout's top left, in pixels.

    Offsets count in the block's text (`blocks.block_text`), in Python's characters.

    Attributes:
        height: Of the whole block.
        natural_width: What its longest line needs, at most the width given.
        is_waiting: Whether something of it is not drawn yet; it is laid out anew once it is.
        is_estimated: Whether parts of it may turn out higher or lower once they are seen.
        sideways: What moves its content sideways, if it is wider than the column.
    """

    height: int = 0
    natural_width: int = 0
    is_waiting: bool = False
    is_estimated: bool = False
    sideways: Sideways | None = None

    @abstractmethod
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        """Paint the part that touches `clip`, with the layout's top left at `x`, `y`."""

    @abstractmethod
    def offset_at(self, x: int, y: int) -> int:
        """Return the offset in the text that is nearest to the point."""

    @abstractmethod
    def y_of(self, offset: int) -> int:
        """Return where the line with this offset of the text starts."""

    @abstractmethod
    def rects(self, start: int, end: int) -> list[QRectF]:
        """Return the rectangles that a stretch of the text covers, one a line."""

    @abstractmethod
    def grow(self, block: Block) -> int | None:
        """Take up a block that begins as this one does; return from which height it differs.

        Returns None if it has to be laid out anew.
        """

    def ensure(self, top: int, bottom: int) -> bool:
        """Lay out what lies between two heights; return whether the block's height changed."""
        return False

    def renew(self) -> bool:
        """Draw what waited to be drawn; return False if the block has to be laid out anew."""
        return False

    def link_at(self, x: int, y: int) -> tuple[str, str]:
        """Return address and label of the link under the point, or nothing twice."""
        return "", ""

    def controls(self) -> Sequence[Control]:
        """Return what can be pressed, in reading order."""
        return ()

    def press(self, action: str) -> bool:
        """Do what a control means that concerns this block alone.

        Returns False if the action is not the block's own, as "copy" is not.
        """
        return False
