"""The layout for each kind of block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF

from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.code_layout import CodeLayout
from desktop_chat.ui.transcript.layouts.formula_layout import FormulaLayout
from desktop_chat.ui.transcript.layouts.image_layout import ImageLayout
from desktop_chat.ui.transcript.layouts.table_layout import TableLayout
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout
from desktop_chat.ui.transcript.text.blocks import (
    Block,
    FormulaBlock,
    ImageBlock,
    RuleBlock,
    TableBlock,
    TextBlock,
)

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked


_JOINER = "\u200d"
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0489\ufe00-\ufe0f]")


def make_layout(
    block: Block, look: Look, width: int, colour: str, state: BlockState
) -> BlockLayout:
    """Lay out a block for `width`, which lists and quotes around it have already narrowed.

    Args:
        block: What to show.
        look: Fonts and colours.
        width: In pixels.
        colour: Token of the theme for plain text.
        state: What the reader did to the block.
    """
    if isinstance(block, TextBlock):
        return TextLayout(block, look, width, colour)
    if isinstance(block, RuleBlock):
        return RuleLayout(look, width)
    if isinstance(block, ImageBlock):
        return ImageLayout(block, look, width)
    if isinstance(block, TableBlock):
        return TableLayout(block, look, width, state, colour)
    if isinstance(block, FormulaBlock):
        return FormulaLayout(block, look, width, state, colour)
    return CodeLayout(block, look, width, state)


def estimate_height(block: Block, look: Look, width: int) -> int:
    """Guess the height of a block that is not laid out yet."""
    if isinstance(block, TextBlock):
        columns = max(10, int(width / (look.code_advance * 0.95)))
        letters = len(block.text)
        if not block.text.isascii():
            # Marks stand over other letters; what is joined is drawn as one.
            letters -= len(_MARKS.findall(block.text)) + 2 * block.text.count(_JOINER)
        return (max(0, letters) // columns + 1) * look.line_of(block.level)
    if isinstance(block, RuleBlock):
        return 1
    if isinstance(block, ImageBlock):
        return ImageLayout.height_of(look)
    if isinstance(block, TableBlock):
        return TableLayout.height_of(block, look, width)
    if isinstance(block, FormulaBlock):
        return FormulaLayout.height_of(block, look)
    return CodeLayout.height_of(block, look)


class RuleLayout(BlockLayout):
    """A horizontal line."""

    def __init__(self, look: Look, width: int) -> None:
        self.height = 1
        self.natural_width = width
        self._look = look

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        painter.fillRect(QRect(x, y, self.natural_width, 1), self._look.colour("line"))

    @override
    def offset_at(self, x: int, y: int) -> int:
        return 0

    @override
    def y_of(self, offset: int) -> int:
        return 0

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        return []

    @override
    def grow(self, block: Block) -> int | None:
        return self.height if isinstance(block, RuleBlock) else None
