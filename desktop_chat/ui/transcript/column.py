"""Blocks below one another: the gaps between them, and layouts only where they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from desktop_chat.ui.transcript.layouts.block_layouts import estimate_height, make_layout
from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.height_index import HeightIndex
from desktop_chat.ui.transcript.layouts.markers import Side, marker_inset, paint_bar, paint_marker
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout
from desktop_chat.ui.transcript.layouts.utf16 import is_right_to_left
from desktop_chat.ui.transcript.text.blocks import Block, CodeBlock, TableBlock, TextBlock
from desktop_chat.ui.transcript.text.markdown_late import moved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked
    from desktop_chat.ui.transcript.text.markdown_late import Change

# Blocks of this many characters together are laid out at once, more only where they are seen.
AT_ONCE = 12_000
# Of a long text so many blocks keep their layouts: each takes some kilobytes.
MAX_LAID_OUT = 150


def gap_before(block: Block, above: Block | None) -> int:
    """Return the distance of a block from the one above, at a text size of 100 %."""
    if above is None:
        return 0
    if isinstance(block, TextBlock):
        if block.is_continued:
            return 0
        if block.level:
            return 14
    if isinstance(above, TextBlock) and above.level:
        return 6
    if block.place.is_tight and isinstance(block, TextBlock) and isinstance(above, TextBlock):
        return 4
    if isinstance(block, CodeBlock) or (block.place.containers and above.place.containers):
        return 10
    return 12


class Column:
    """The blocks of one message, laid out for a width.

    Each block's share of the height includes the gap above it.
    """

    def __init__(self, look: Look, width: int, colour: str = "text") -> None:
        self._colour = colour
        self._look = look
        self._width = width
        self._blocks: list[Block] = []
        self._layouts: list[BlockLayout | None] = []
        self._states: dict[int, BlockState] = {}
        self._waiting: set[int] = set()
        self._laid_out: set[int] = set()
        self._rtl: set[int] = set()
        self.changes: list[Change] = []
        self._heights = HeightIndex()
        self._widest = 0

    @property
    def height(self) -> int:
        """The height of all blocks, as far as it is known."""
        return self._heights.total()

    @property
    def blocks(self) -> list[Block]:
        """The blocks shown."""
        return self._blocks

    def natural_width(self) -> int:
        """Return the width that the longest line needs, as far as that is known."""
        is_known = self._layouts and self._layouts[0] is not None and self._layouts[-1] is not None
        is_mixed = 0 < len(self._rtl) < len(self._layouts)
        return self._widest if is_known and not is_mixed else self._width

    @property
    def is_rtl(self) -> bool:
        """Whether all of the text runs from right to left, and so stands at the right."""
        return 0 < len(self._rtl) == len(self._layouts)

    def show(self, blocks: list[Block], first_changed: int = 0, *, lays_out: bool = True) -> int:
        """Show `blocks`; those before `first_changed` are the ones shown already.

        Args:
            blocks: All blocks.
            first_changed: The first of them that is new or another one.
            lays_out: Whether the first of the new ones are laid out before they are seen.

        Returns:
            The height from which on the column looks different.
        """
        changed = self._grow_open_blocks(blocks, first_changed)
        start = len(self._layouts)
        self._blocks = blocks
        size = 0
        for index in range(start, len(blocks)):
            size += _size(blocks[index])
            height = self._gap(index) + self._estimate(index)
            self._heights.append(height)
            self._layouts.append(None)
            if lays_out and (size <= AT_ONCE or _is_cheap(blocks[index])):
                self._lay_out(index)
        return changed

    def replace(self, blocks: list[Block], changes: Sequence[Change]) -> None:
        """Show `blocks`, which differ from those shown by these changes, in order."""
        self._blocks = blocks
        if any(change.count != change.new_count for change in changes):
            self._move(changes)
            return
        for change in changes:
            for index in range(change.start, change.start + change.count):
                self._layouts[index] = None
                self._laid_out.discard(index)
                self._waiting.discard(index)
                self._heights.set_height(index, self._gap(index) + self._estimate(index))

    def _move(self, changes: Sequence[Change]) -> None:
        """Give the blocks behind a change their new numbers."""
        heights: list[int | None] = [
            self._heights.height(index) for index in range(len(self._layouts))
        ]
        for change in changes:
            old = slice(change.start, change.start + change.count)
            self._layouts[old] = [None] * change.new_count
            heights[old] = [None] * change.new_count
        self._states = {moved(at, changes): state for at, state in self._states.items()}
        self._laid_out, self._waiting = set(), set()
        for index, layout in enumerate(self._layouts):
            if layout is not None:
                self._laid_out.add(index)
                if layout.is_waiting:
                    self._waiting.add(index)
        self._heights = HeightIndex()
        for index, height in enumerate(heights):
            known = self._gap(index) + self._estimate(index) if height is None else height
            self._heights.append(known)
        self.changes += changes

    def take_changes(self) -> list[Change]:
        """Return what changed the numbers of blocks since this was last asked."""
        changes, self.changes = self.changes, []
        return changes

    def restyle(self, look: Look, width: int) -> None:
        """Take another theme, text size or width; heights stay as they were, as estimates.

        Blocks are laid out again once they are seen.
        """
        self._look, self._width = look, width
        self._layouts = [None] * len(self._blocks)
        self._waiting.clear()
        self._laid_out.clear()
        self._rtl.clear()
        self._widest = 0

    def lay_out_short(self) -> None:
        """Lay out all blocks of a short text: the width of its bubble depends on each of them."""
        if sum(map(_size, self._blocks)) <= AT_ONCE:
            for index in range(len(self._blocks)):
                self.layout(index)

    def _grow_open_blocks(self, blocks: list[Block], first_changed: int) -> int:
        """Cut off what is laid out again; blocks that only grew keep their layouts."""
        index = min(first_changed, len(self._layouts))
        # A little above the line that grew: of the first line that is less than 0.
        changed: int | None = None
        while index < min(len(self._layouts), len(blocks)):
            kept = self._layouts[index]
            if kept is None:
                break
            height = kept.height
            y = kept.grow(blocks[index])
            if y is None:
                break
            gap = self._gap_of(blocks, index)
            if changed is None and y < height:
                changed = self._heights.top(index) + gap + y
            self._heights.set_height(index, gap + kept.height)
            if kept.is_waiting:
                self._waiting.add(index)
            index += 1
        if changed is None:
            changed = self._heights.top(index)
        self._laid_out.difference_update(range(index, len(self._layouts)))
        del self._layouts[index:]
        if self._waiting:
            self._waiting = {at for at in self._waiting if at < index}
        self._heights.truncate(index)
        return changed

    def ensure(self, top: int, bottom: int) -> bool:
        """Lay out what lies between two heights; return whether a height changed."""
        if not self._blocks:
            return False
        before = self.height
        index = self._heights.row_at(top)
        while index < len(self._blocks) and self._heights.top(index) <= bottom:
            layout = self.layout(index)
            start = self._heights.top(index) + self._gap(index)
            if layout.ensure(top - start, bottom - start):
                self._heights.set_height(index, self._gap(index) + layout.height)
            if layout.is_waiting:
                self._waiting.add(index)
            index += 1
        if len(self._laid_out) > MAX_LAID_OUT:
            self._forget_far(self._heights.row_at(top), index)
        return self.height != before

    def _forget_far(self, first: int, last: int) -> None:
        """Let go of layouts far from what is seen; their heights stay."""
        near = range(first - MAX_LAID_OUT // 3, last + MAX_LAID_OUT // 3)
        for index in [index for index in self._laid_out if index not in near]:
            self._layouts[index] = None
            self._laid_out.discard(index)
            self._waiting.discard(index)

    def renew_waiting(self) -> bool:
        """Lay out anew what waited to be drawn; return whether any of it may look different."""
        waiting, self._waiting = self._waiting, set()
        for index in waiting:
            layout = self._layouts[index]
            if layout is None:
                continue
            if not layout.renew():
                self._lay_out(index)
                continue
            self._heights.set_height(index, self._gap(index) + layout.height)
            if layout.is_waiting:
                self._waiting.add(index)
        return bool(waiting)

    def press(self, index: int, action: str) -> bool:
        """Press a control of a block; return whether the block knows what to do."""
        layout = self.layout(index)
        if not layout.press(action):
            return False
        self._heights.set_height(index, self._gap(index) + layout.height)
        return True

    def state(self, index: int) -> BlockState:
        """Return what the reader did to a block."""
        return self._states.setdefault(index, BlockState())

    def top_of(self, index: int) -> int:
        """Return where a block's share of the column starts."""
        return self._heights.top(min(index, len(self._blocks)))

    def block_at(self, y: int) -> int:
        """Return the block that covers a height, the nearest one beyond the ends."""
        return max(0, self._heights.row_at(y))

    def layout(self, index: int) -> BlockLayout:
        """Return the layout of a block, made now if need be."""
        return self._layouts[index] or self._lay_out(index)

    def is_laid_out(self, index: int) -> bool:
        """Whether a block has a layout now."""
        return self._layouts[index] is not None

    def origin(self, index: int) -> QPoint:
        """Return where the layout of a block has its top left corner."""
        left = 0 if self._is_mirrored(index) else self._inset(index)
        return QPoint(left, self._heights.top(index) + self._gap(index))

    def locate(self, point: QPoint) -> tuple[int, QPoint]:
        """Return the block nearest to a point, and the point as its layout counts."""
        index = self.block_at(point.y())
        return index, point - self.origin(index)

    def paint(
        self,
        painter: QPainter,
        at: QPoint,
        clip: QRect,
        marked: Callable[[int], Marked],
    ) -> None:
        """Paint the blocks that touch `clip`; `marked` tells what of a block is marked."""
        if not self._blocks:
            return
        index = self.block_at(clip.top() - at.y())
        while index < len(self._blocks) and at.y() + self._heights.top(index) <= clip.bottom():
            layout = self.layout(index)
            origin = at + self.origin(index)
            self._paint_place(painter, at, index)
            layout.paint(painter, origin.x(), origin.y(), clip, marked(index))
            if layout.is_waiting:
                self._waiting.add(index)
            index += 1

    def _lay_out(self, index: int) -> BlockLayout:
        block = self._blocks[index]
        width = max(self._width - self._inset(index), 40)
        layout = make_layout(block, self._look, width, self._colour, self.state(index))
        self._layouts[index] = layout
        self._laid_out.add(index)
        natural = layout.natural_width
        if isinstance(layout, TextLayout) and layout.is_rtl:
            self._rtl.add(index)
            natural = layout.text_width
        self._widest = max(self._widest, natural + self._inset(index))
        if layout.is_waiting:
            self._waiting.add(index)
        self._heights.set_height(index, self._gap(index) + layout.height)
        return layout

    def _estimate(self, index: int) -> int:
        return estimate_height(self._blocks[index], self._look, self._width - self._inset(index))

    def _gap(self, index: int) -> int:
        return self._gap_of(self._blocks, index)

    def _gap_of(self, blocks: list[Block], index: int) -> int:
        above = blocks[index - 1] if index else None
        return self._look.px(gap_before(blocks[index], above))

    def _inset(self, index: int) -> int:
        return self._look.indent(self._blocks[index].place.containers)

    def _paint_place(self, painter: QPainter, at: QPoint, index: int) -> None:
        """Paint the bars of quotes and the marker of a list item."""
        place = self._blocks[index].place
        if not place.containers:
            return
        look, top = self._look, at.y() + self._heights.top(index)
        above = self._blocks[index - 1].place.containers if index else ""
        side = Side(self._width, self._is_mirrored(index))
        for level, letter in enumerate(place.containers):
            if letter == "q":
                goes_on = above[: level + 1] == place.containers[: level + 1]
                skip = 0 if goes_on else self._gap(index)
                inset = look.indent(place.containers[:level])
                height = self._heights.height(index) - skip
                paint_bar(painter, look, QPoint(at.x(), top + skip), inset, side, height)
        if place.marker:
            line = look.line_of(getattr(self._blocks[index], "level", 0))
            middle = top + self._gap(index) + self._first_middle(index, line)
            inset = marker_inset(look, place.containers)
            first = QPoint(at.x(), middle - line // 2)
            paint_marker(painter, look, place.marker, first, inset, side, line)

    def _first_middle(self, index: int, line: int) -> int:
        """Return the middle of a block's first line, below its top."""
        found = self.layout(index).rects(0, 1)
        return round(found[0].center().y()) if found else line // 2

    def _is_mirrored(self, index: int) -> bool:
        """Whether a block runs from right to left, and with it what lists and quotes add."""
        block = self._blocks[index]
        if not isinstance(block, TextBlock) or block.text.isascii():
            return False
        return is_right_to_left(block.text)


def _size(block: Block) -> int:
    if isinstance(block, TableBlock):
        # Its cells are measured, up to a bound.
        return min(1500, len(block.rows) * len(block.alignments)) * 4
    return len(block.text) if isinstance(block, TextBlock) else 0


def _is_cheap(block: Block) -> bool:
    return not isinstance(block, TextBlock | TableBlock)
