"""What the window shows of the text: layout, scroll position and selection, in its pixels."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, QRect

from desktop_chat.ui.transcript.layout import TranscriptLayout
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING, Hit, Part
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked, Range
from desktop_chat.ui.transcript.scrolling import ScrollPosition
from desktop_chat.ui.transcript.selection import END, Position, Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QSize

    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.message_layout import MessageLayout
    from desktop_chat.ui.transcript.text.markdown_late import Change

SIDE = 24
_NOTHING = Hit(Part.NOTHING)


class FoundText(Protocol):
    """What a search in this chat has found so far."""

    def marks(self, row: int, part: int, block: int) -> tuple[Sequence[Range], Range | None]:
        """Return the hits in a block, and the one that the search stands at if it is there."""
        ...


class Stage:
    """Layout, scroll position and selection of one view; points are those of its viewport.

    Attributes:
        found: What the search in this chat found, while there is one.
    """

    def __init__(self, look: Look) -> None:
        self.layout = TranscriptLayout(look)
        self.position = ScrollPosition(self.layout)
        self.selection = Selection()
        self.found: FoundText | None = None
        self._width = 0
        self._outer_width = 0
        self.window = 0

    @property
    def line(self) -> int:
        """The height of a line of text."""
        return self.layout.look.line

    def message(self, row: int) -> MessageLayout:
        """Return the layout of a row, made now if need be."""
        return self.layout.message(row)

    def resize(self, size: QSize, outer_width: int) -> bool:
        """Take the viewport's size; return whether the column got another width.

        Args:
            size: Of the viewport.
            outer_width: Of viewport and scroll bar, in whose middle the column stands: so it does
                not move when the scroll bar comes, and stands above the composer.
        """
        self._width, self.window = size.width(), size.height()
        self._outer_width = outer_width
        return self.column_width(self.layout.look) != self.layout.width

    def column_width(self, look: Look) -> int:
        """Return how wide the column of text is in this viewport."""
        return max(look.px(160), min(look.column, self._width - 2 * SIDE))

    def restyle(self, look: Look) -> None:
        """Lay out again for another width or theme; the line at the top stays where it is."""
        if not self.position.follows_end:
            self.position.hold_letter()
        self.layout.restyle(look, self.column_width(look))

    def settle(self, budget_ms: float = inf) -> None:
        """Lay out what the window shows, for about so long."""
        self.position.settle(self.window, budget_ms)

    def prepare(self) -> bool:
        """Lay out one row more near the window; return whether there may be others left."""
        return self.position.prepare(self.window)

    def origin(self) -> QPoint:
        """Return where the text's top left corner lies."""
        return QPoint((self._outer_width - self.layout.width) // 2, -self.position.top)

    def row_rect(self, row: int) -> QRect:
        """Return the rectangle of a row, which may lie outside the viewport."""
        at = self.origin() + QPoint(0, self.layout.row_top(row))
        return QRect(at.x(), at.y(), self.layout.width, self.layout.row_height(row))

    def visible_rows(self) -> range:
        """Return the rows that the window shows at least in part."""
        first = self.layout.row_at(self.position.top)
        if first < 0:
            return range(0)
        return range(first, self.layout.row_at(self.position.top + self.window) + 1)

    def locate(self, point: QPoint) -> tuple[int, QPoint]:
        """Return the row nearest to a point, and the point as that row counts; -1 without rows."""
        row = self.layout.row_at(point.y() + self.position.top)
        if row < 0:
            return row, point
        return row, point - self.row_rect(row).topLeft()

    def message_under(self, point: QPoint) -> tuple[int, MessageLayout, QPoint] | None:
        """Return the row nearest to a point, its layout, and the point as the row counts."""
        row, local = self.locate(point)
        return None if row < 0 else (row, self.layout.message(row), local)

    def hit(self, point: QPoint) -> tuple[int, Hit]:
        """Return the row and what of it is under a point."""
        found = self.message_under(point)
        if found is None:
            return -1, _NOTHING
        row, message, local = found
        return row, message.hit(local)

    def place_at(self, point: QPoint) -> Position:
        """Return the place in the text nearest to a point."""
        found = self.message_under(point)
        if found is None:
            return Position(0, BODY, 0, 0)
        row, message, local = found
        part = message.part_at(local.y())
        column = message.column(part)
        top = message.column_origin(part).y()
        if column is None or not column.blocks or local.y() < top:
            return Position(row, part, 0, 0)
        if local.y() >= top + column.height:
            return Position(row, part, len(column.blocks) - 1, END)
        hit = message.hit(local)
        return Position(row, hit.column, hit.block, hit.offset)

    def marked(self, row: int, part: int, block: int) -> Marked:
        """Return what of a block is marked."""
        chosen = self.selection.chosen(row, part, block)
        if self.found is None:
            return Marked(chosen) if chosen is not None else NOTHING
        hits, current = self.found.marks(row, part, block)
        if chosen is None and not hits:
            return NOTHING
        return Marked(chosen, hits, current)

    def move_blocks(self, row: int, part: int, changes: Sequence[Change]) -> None:
        """Keep place and selection where they are, while blocks get other numbers."""
        self.position.move_block(row, part, changes)
        self.selection.move_blocks(row, part, changes)

    def select_all(self) -> None:
        """Select the text of all messages."""
        if len(self.layout):
            last = Position(len(self.layout) - 1, BODY, END, END)
            self.selection.select(Position(0, REASONING, 0, 0), last)
