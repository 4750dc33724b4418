"""One message, laid out: bubble or reply, its folded reasoning, its footer or error."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.transcript.column import Column
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING, Hit, Part
from desktop_chat.ui.transcript.notes import Notes
from desktop_chat.ui.transcript.text.plain_text import PlainText, user_blocks

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.text.blocks import Block
    from desktop_chat.ui.transcript.text.growing_text import GrowingText

ROW_PADDING = 10
BUBBLE_SIDE = 14
BUBBLE_TOP = 9
FOLD_LINE = 24
FOLD_GAP = 8
ASIDE_GAP = 16
ASIDE_LEFT = 24
SLICE = 1_000
AT_A_TIME = 2_000
SLICE_MS = 6.0
FIRST_MS = 20.0
CORRECT_MS = 4.0


def message_blocks(message: Message) -> list[Block]:
    """Return all blocks of a message."""
    if message.sender is Sender.USER:
        return user_blocks(message.content)
    from desktop_chat.ui.transcript.text.markdown import parse_blocks

    return parse_blocks(message.content)


class _Source:
    """The text of a column, parsed in slices.

    Args:
        text: The text so far.
        is_plain: Whether it has no mark-up.
    """

    def __init__(self, text: str, *, is_plain: bool = False) -> None:
        self._text = text
        self._fed = 0
        self._is_closed = False
        self._is_plain = is_plain
        self._parsed = _parser(is_plain=is_plain)

    @property
    def has_rest(self) -> bool:
        """Whether something of the text is not shown yet, or not as it will be."""
        return self._fed < len(self._text) or (self._is_closed and self._parsed.has_corrections)

    def show(
        self, column: Column, budget_ms: float, *, is_growing: bool, is_first: bool = False
    ) -> None:
        """Parse more, for about so long; most is laid out only once it is seen."""
        end = perf_counter() + budget_ms / 1000
        parsed, first = self._parsed, len(self._parsed.blocks)
        while self._fed < len(self._text):
            first = min(first, parsed.feed(self._text[self._fed : self._fed + SLICE]))
            self._fed += SLICE
            if perf_counter() > end:
                break
        if self._fed >= len(self._text):
            self._text, self._fed = "", 0
            if not is_growing and not self._is_closed:
                first = min(first, parsed.close())
                self._is_closed = True
        # A bubble is as wide as its text, which must be known; of a reply what is seen is enough.
        column.show(parsed.blocks, first, lays_out=is_first and self._is_plain)
        while self._is_closed and parsed.has_corrections and perf_counter() < end:
            column.replace(parsed.blocks, parsed.correct(CORRECT_MS))

    def grow(self, column: Column, text: str) -> int:
        """Add text; return the height from which on the column differs."""
        if self._fed < len(self._text) or len(text) > AT_A_TIME:
            # An engine that writes faster than can be shown: what is too much comes in slices.
            self._text = self._text[self._fed :] + text
            self._fed = 0
            return column.height
        return column.show(self._parsed.blocks, self._parsed.feed(text))

    def end(self, column: Column) -> None:
        """No more text comes; what is not parsed yet comes with the next slices."""
        if self._fed >= len(self._text) and not self._is_closed:
            column.show(self._parsed.blocks, self._parsed.close())
            self._is_closed = True


def _parser(*, is_plain: bool) -> GrowingText | PlainText:
    if is_plain:
        return PlainText()
    # Parsing is not imported before the first reply is shown.
    from desktop_chat.ui.transcript.text.growing_text import GrowingText

    return GrowingText()


class MessageLayout:
    """Height, parts and state of one row. All points count from the row's top, at column left.

    Attributes:
        is_unfolded: Whether the reasoning is shown.
    """

    def __init__(
        self, message: Message, look: Look, width: int, action: tuple[str, str] | None
    ) -> None:
        self.look = look
        self.width = width
        self.is_user = message.sender is Sender.USER
        self.is_unfolded = False
        self.message = message
        self._text = _Source(message.content, is_plain=self.is_user)
        self._thought: _Source | None = None
        self._reasoning = [message.reasoning] if message.reasoning else []
        self.aside: Column | None = None
        self.body = Column(look, self._text_width())
        self.notes = Notes(message, look, width, action)
        self._text.show(self.body, FIRST_MS, is_growing=self.is_growing, is_first=True)

    # Content

    @property
    def has_rest(self) -> bool:
        """Whether a long text is not parsed to its end yet."""
        return self._text.has_rest or (self._thought is not None and self._thought.has_rest)

    def feed_rest(self, budget_ms: float = SLICE_MS) -> None:
        """Parse more of a long text, for about so long, so that no single step takes long."""
        if self._text.has_rest:
            self._text.show(self.body, budget_ms, is_growing=self.is_growing)
        elif self._thought is not None and self.aside is not None:
            self._thought.show(self.aside, budget_ms, is_growing=self.is_growing)

    def grow(self, text: str, reasoning: str) -> int:
        """Add to a growing reply; return the height from which on it has to be painted again."""
        if reasoning:
            self._reasoning.append(reasoning)
            if self.aside is not None and self._thought is not None:
                self._thought.grow(self.aside, reasoning)
        if not text:
            return 0
        was_empty = self.body.height == 0
        changed = self._text.grow(self.body, text)
        return 0 if reasoning or was_empty else self.body_top + changed

    def settle(self, message: Message, action: tuple[str, str] | None) -> None:
        """The text stays as it has grown; the rest of the message is as `message` says."""
        self.message = message
        self.notes = Notes(message, self.look, self.width, action)
        if not self.is_growing:
            self._text.end(self.body)
            if self._thought is not None and self.aside is not None:
                self._thought.end(self.aside)

    def restyle(self, look: Look, width: int, action: tuple[str, str] | None) -> None:
        """Lay out again for another theme, text size or width, as far as it is seen."""
        self.look, self.width = look, width
        self.body.restyle(look, self._text_width())
        if self.is_user:
            self.body.lay_out_short()
        self.notes = Notes(self.message, look, width, action)
        if self.aside is not None:
            self.aside.restyle(look, width - look.px(ASIDE_LEFT))

    @property
    def is_growing(self) -> bool:
        """Whether the reply is still being written."""
        return self.message.status is MessageStatus.STREAMING

    @property
    def has_reasoning(self) -> bool:
        """Whether there is reasoning to unfold."""
        return bool(self._reasoning)

    def toggle_reasoning(self) -> None:
        """Fold or unfold the reasoning."""
        self.is_unfolded = not self.is_unfolded
        self.aside = self._thought = None
        if self.is_unfolded:
            self._show_aside()

    def _show_aside(self) -> None:
        """Show the reasoning from its start."""
        self._thought = _Source("".join(self._reasoning))
        self.aside = Column(self.look, self.width - self.look.px(ASIDE_LEFT), "muted")
        self._thought.show(self.aside, SLICE_MS, is_growing=self.is_growing, is_first=True)

    # Geometry

    @property
    def height(self) -> int:
        """The height of the whole row."""
        return self.notes_top + self.notes.height + self.look.px(ROW_PADDING)

    @property
    def fold_rect(self) -> QRect:
        """Where the line that folds the reasoning is."""
        if not self._reasoning:
            return QRect()
        px = self.look.px
        return QRect(0, px(ROW_PADDING), px(220), px(FOLD_LINE))

    @property
    def aside_top(self) -> int:
        """Where the unfolded reasoning starts."""
        return self.look.px(ROW_PADDING + FOLD_LINE + FOLD_GAP)

    @property
    def body_top(self) -> int:
        """Where the text starts."""
        px = self.look.px
        if self.is_user:
            return px(ROW_PADDING + BUBBLE_TOP)
        top = px(ROW_PADDING)
        if self._reasoning:
            top = self.aside_top
            if self.aside is not None:
                top += self.aside.height + px(ASIDE_GAP)
        return top

    @property
    def notes_top(self) -> int:
        """Where footer or error start."""
        bottom = self.body_top + self.body.height
        return bottom + self.look.px(BUBBLE_TOP) if self.is_user else bottom

    @property
    def body_left(self) -> int:
        """Where the text starts, from the left of the column."""
        if not self.is_user:
            return 0
        # Lines from right to left stand at the right of all the room there is.
        width = self._text_width() if self.body.is_rtl else self._bubble_text_width()
        return self.width - self.look.px(BUBBLE_SIDE) - width

    @property
    def bubble_rect(self) -> QRect:
        """The bubble of a user's message."""
        px = self.look.px
        side, top = px(BUBBLE_SIDE), px(BUBBLE_TOP)
        width = self._bubble_text_width() + 2 * side
        height = self.body.height + 2 * top
        return QRect(self.width - width, self.body_top - top, width, height)

    def _text_width(self) -> int:
        if not self.is_user:
            return self.width
        return self.width * 4 // 5 - 2 * self.look.px(BUBBLE_SIDE)

    def _bubble_text_width(self) -> int:
        return min(self.body.natural_width(), self._text_width())

    def ensure(self, top: int, bottom: int) -> bool:
        """Lay out what lies between two heights of the row; return whether its height changed."""
        changed = False
        if self.aside is not None:
            changed = self.aside.ensure(top - self.aside_top, bottom - self.aside_top)
        return self.body.ensure(top - self.body_top, bottom - self.body_top) or changed

    def renew_waiting(self) -> bool:
        """Lay out anew what waited to be drawn; return whether any of it may look different."""
        renewed = self.body.renew_waiting()
        return (self.aside is not None and self.aside.renew_waiting()) or renewed

    # Columns of blocks

    def column(self, part: int) -> Column | None:
        """Return the blocks of a part, None for reasoning that is folded or not there."""
        return self.body if part == BODY else self.aside

    def column_origin(self, part: int) -> QPoint:
        """Return where a part's blocks have their top left corner."""
        if part == REASONING:
            return QPoint(self.look.px(ASIDE_LEFT), self.aside_top)
        return QPoint(self.body_left, self.body_top)

    def part_at(self, y: int) -> int:
        """Return the part whose blocks are nearest to a height."""
        return REASONING if self.aside is not None and y < self.body_top else BODY

    def locate(self, point: QPoint) -> tuple[int, int, QPoint] | None:
        """Return part and block nearest to a point, and the point as its layout counts."""
        part = self.part_at(point.y())
        column = self.column(part)
        if column is None or not column.blocks:
            return None
        block, at = column.locate(point - self.column_origin(part))
        return part, block, at

    def layout_at(self, point: QPoint) -> tuple[BlockLayout, QPoint] | None:
        """Return the layout under a point, and the point as it counts."""
        found = self.locate(point)
        if found is None:
            return None
        part, block, at = found
        column = self.column(part)
        assert column is not None
        layout = column.layout(block)
        return (layout, at) if 0 <= at.y() < layout.height else None

    # What is under a point

    def hit(self, point: QPoint) -> Hit:
        """Return what is under a point."""
        if self.fold_rect.contains(point):
            return Hit(Part.FOLD)
        if self.notes.action_rect.translated(0, self.notes_top).contains(point):
            return Hit(Part.ACTION)
        found = self.locate(point)
        if found is None:
            return Hit(Part.NOTHING)
        part, block, at = found
        column = self.column(part)
        assert column is not None
        layout = column.layout(block)
        offset = layout.offset_at(at.x(), at.y())
        top = self.column_origin(part).y()
        inside = top <= point.y() < top + column.height
        if not inside or not 0 <= at.x() < layout.natural_width:
            return Hit(Part.NOTHING, part, block, offset)
        for control in layout.controls():
            if control.rect.contains(at):
                return Hit(Part.CONTROL, part, block, offset, control=control)
        if layout.sideways is not None and layout.sideways.is_on_bar(at.x(), at.y()):
            return Hit(Part.BAR, part, block, offset)
        href, label = layout.link_at(at.x(), at.y())
        return Hit(Part.LINK if href else Part.TEXT, part, block, offset, href, label)
