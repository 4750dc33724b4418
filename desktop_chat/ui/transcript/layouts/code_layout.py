"""A block of code: a panel of numbered lines that scroll sideways or wrap, and fold."""

from __future__ import annotations

from math import ceil, inf
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
from desktop_chat.ui.transcript.layouts.code_colours import Colours
from desktop_chat.ui.transcript.layouts.code_frame import FOOTER, HEADER, SIDE, CodeFrame
from desktop_chat.ui.transcript.layouts.code_lines import CodeLines
from desktop_chat.ui.transcript.layouts.code_rows import CodeRows
from desktop_chat.ui.transcript.layouts.code_shape import (
    FOLDED_ABOVE,
    FOLDED_LINES,
    NO_SHAPE,
    NUMBER_GAP,
    Shape,
    shape_of,
)
from desktop_chat.ui.transcript.layouts.sideways import Sideways
from desktop_chat.ui.transcript.text.blocks import CodeBlock

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter
    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.layouts.hits import Control
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked
    from desktop_chat.ui.transcript.text.blocks import Block

PADDING = 10


class _Kept(NamedTuple):
    """What layouts of one block hand on to one another."""

    lines: CodeLines
    colours: Colours
    language: str


class CodeLayout(BlockLayout):
    """All lines have one height, so nothing but the seen rows is ever laid out."""

    def __init__(self, block: CodeBlock, look: Look, width: int, state: BlockState) -> None:
        self.block = block
        self.natural_width = width
        self._look = look
        self._state = state
        kept = _kept_of(block, state)
        self._lines, self._colours = kept.lines, kept.colours
        self._frame = CodeFrame(look, width, block.language)
        self._lines.wrap(0)
        self._lines.take(block.lines)
        self._rows = CodeRows(look, self._lines, self._colours, 0)
        self._shape = NO_SHAPE
        self._arrange()

    @staticmethod
    def height_of(block: CodeBlock, look: Look) -> int:
        """Return the height of a block that nobody has wrapped or unfolded."""
        count = len(block.lines)
        lines = max(1, count) * look.code_line
        if block.is_bare:
            return lines
        frame = look.px(HEADER) + 2 * look.px(PADDING)
        if count > FOLDED_ABOVE and not block.is_open:
            # The footer stands in place of the padding.
            return FOLDED_LINES * look.code_line + frame - look.px(PADDING) + look.px(FOOTER)
        return lines + frame

    # Where things are

    def _arrange(self) -> None:
        """Find out where everything is, after lines were added or something was pressed."""
        shape = self._find_shape()
        if shape.columns != self._shape.columns or shape.gutter != self._shape.gutter:
            self._lines.wrap(shape.columns)
            room = self._room(shape.gutter) if shape.columns else 0
            self._rows = CodeRows(self._look, self._lines, self._colours, room)
        self._shape = shape
        px = self._look.px
        top = self._top
        bottom = top + max(1, self._shown_rows) * self._look.code_line
        bottom += 0 if self.block.is_bare or shape.fold == "unfold" else px(PADDING)
        self.height = bottom + (px(FOOTER) if shape.fold else 0)
        self._fit_sideways(bottom)

    def _find_shape(self) -> Shape:
        if self.block.is_bare:
            return NO_SHAPE
        # A line that was too wide stays so: lines only grow.
        width = inf if self._shape.wrap else self._content_width()
        is_open, count = self.block.is_open, self._lines.count
        room = self._room(0)
        return shape_of(count, width, room, self._look, self._state, is_open=is_open)

    def _content_width(self) -> float:
        """Return the width of the widest line, if lines are not wrapped."""
        width = self._lines.widest * self._look.code_advance
        odd = self._lines.odd
        if odd < 0:
            return width
        return max(width, self._rows.x_of(odd, 0, len(self._lines.lines[odd])))

    def _framed(self) -> CodeFrame:
        """Return the panel as it is now."""
        bottom = self.height - (self._look.px(FOOTER) if self._shape.fold else 0)
        self._frame.arrange(self._shape.wrap, self._shape.fold, self._lines.count, bottom)
        return self._frame

    def _fit_sideways(self, bottom: int) -> None:
        room = self._room(self._shape.gutter)
        most = 0 if self._shape.columns else ceil(self._content_width() - room)
        if most <= 0:
            self.sideways = None
        elif self.sideways is not None:
            self.sideways.fit(bottom, most)
        else:
            self.sideways = Sideways(self._look, self._state, self.natural_width, bottom, most)

    def _room(self, gutter: int) -> int:
        """Return the width in which lines are seen whole."""
        side = 0 if self.block.is_bare else 2 * self._look.px(SIDE)
        return max(1, self.natural_width - side - gutter)

    @property
    def _left(self) -> int:
        """Where lines start that are not moved sideways."""
        return 0 if self.block.is_bare else self._look.px(SIDE) + self._shape.gutter

    @property
    def _top(self) -> int:
        """Where the first row starts."""
        return 0 if self.block.is_bare else self._frame.header + self._look.px(PADDING)

    @property
    def _shown_lines(self) -> int:
        return FOLDED_LINES if self._shape.fold == "unfold" else self._lines.count

    @property
    def _shown_rows(self) -> int:
        return self._lines.row_of(self._shown_lines)

    @property
    def _shift(self) -> int:
        return self.sideways.offset if self.sideways else 0

    # What the reader does

    @override
    def grow(self, block: Block) -> int | None:
        old, count = self.block, self._lines.count
        if not isinstance(block, CodeBlock) or not self._lines.continues(block.lines):
            return None
        if (block.place, block.language, block.is_bare) != (old.place, old.language, old.is_bare):
            return None
        before = (self._shape, self.sideways.most if self.sideways else 0)
        self.block = block
        first = self._lines.take(block.lines)
        if len(block.lines) > max(count, FOLDED_ABOVE) and before[0].fold != "unfold":
            self._state.is_unfolded = self._state.is_unfolded is not False
        self._arrange()
        if before != (self._shape, self.sideways.most if self.sideways else 0):
            return 0
        if first == len(block.lines) == count:
            return self.height
        y = self._top + self._lines.row_of(first) * self._look.code_line
        return min(y, self.height)

    @override
    def renew(self) -> bool:
        self.is_waiting = False
        return True

    @override
    def controls(self) -> Sequence[Control]:
        return () if self.block.is_bare else self._framed().controls

    @override
    def press(self, action: str) -> bool:
        if action == "wrap":
            self._state.is_wrapped = not self._state.is_wrapped
            self._state.scroll_x = 0
        elif action in ("fold", "unfold"):
            self._state.is_unfolded = action == "unfold"
        else:
            return False
        self._arrange()
        return True

    # Offsets

    @override
    def offset_at(self, x: int, y: int) -> int:
        row = (y - self._top) // self._look.code_line
        if row < 0 or not self._lines.count:
            return 0
        if row >= self._shown_rows:
            return self._lines.length
        number, inside = self._lines.at_row(row)
        found = self._rows.at_x(number, inside, x - self._left + self._shift)
        return self._lines.starts[number] + found

    @override
    def y_of(self, offset: int) -> int:
        if not offset or not self._lines.count:
            return 0
        number, at = self._lines.at_offset(offset)
        row = self._lines.row_of(number) + self._lines.inside_of(number, at)
        return self._top + min(row, self._shown_rows - 1) * self._look.code_line

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        if not self._lines.count or start >= end:
            return []
        lines, height = self._lines, self._look.code_line
        first, at = lines.at_offset(start)
        row = lines.row_of(first) + lines.inside_of(first, at)
        rects = []
        while row < self._shown_rows:
            number, inside = lines.at_row(row)
            tiles = lines.tiles(number, inside)
            origin = lines.starts[number]
            left, right = max(start, origin + tiles[0].start), min(end, origin + tiles[-1].end)
            if origin + tiles[0].start >= end:
                break
            ends = sorted(self._rows.x_of(number, inside, at - origin) for at in (left, right))
            x = self._left - self._shift + ends[0]
            rects.append(QRectF(x, self._top + row * height, ends[1] - ends[0], height))
            row += 1
        return rects

    # Painting

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        bare, border = self.block.is_bare, self._look.theme.border
        if not bare:
            self._framed().paint(painter, x, y, self.height, clip, self._state)
            self.is_waiting = self._colours.follow(
                self._lines, self._look.workshop, is_open=self.block.is_open
            )
        height, top = self._look.code_line, y + self._top
        rows = range(
            max(0, (clip.top() - top) // height),
            min(self._shown_rows, (clip.bottom() - top) // height + 1),
        )
        painter.save()
        left = x + (self._left if self._shape.gutter else border)
        seen = QRect(left, clip.top(), x + self.natural_width - border - left, clip.height())
        painter.setClipRect(seen, Qt.ClipOperation.IntersectClip)
        painter.setPen(self._look.colour("text"))
        start = self._shift - self._left
        for row in rows:
            at = QPointF(x - start, top + row * height)
            ends = (start, start + self.natural_width)
            self._rows.paint(painter, at, self._lines.at_row(row), ends, marked)
        painter.restore()
        if self._shape.gutter:
            self._paint_numbers(painter, x, top, rows)
        if not bare:
            self._frame.paint_footer(painter, x, y, is_folded=self._shape.fold == "unfold")
        if self.sideways is not None:
            self.sideways.paint(painter, x, y)

    def _paint_numbers(self, painter: QPainter, x: int, top: int, rows: range) -> None:
        look = self._look
        painter.setFont(look.code)
        painter.setPen(look.colour("syntax_comment"))
        metrics = QFontMetricsF(look.code)
        right = x + look.px(SIDE) + self._shape.gutter - look.px(NUMBER_GAP)
        base = top + (look.code_line - ceil(metrics.height())) / 2 + metrics.ascent()
        for row in rows:
            number, inside = self._lines.at_row(row)
            if not inside:
                text = str(number + 1)
                left = right - len(text) * look.code_advance
                painter.drawText(QPointF(left, base + row * look.code_line), text)


def _kept_of(block: CodeBlock, state: BlockState) -> _Kept:
    """Return what an earlier layout found out of the lines, or else a new place for it."""
    kept = state.kept
    if (
        not isinstance(kept, _Kept)
        or kept.language != block.language
        or not kept.lines.continues(block.lines)
    ):
        kept = state.kept = _Kept(CodeLines(), Colours(block.language), block.language)
    return kept
