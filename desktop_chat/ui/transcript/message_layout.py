"""One message, laid out: bubble or reply, its folded reasoning, its footer or error."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.transcript.blocks import LINE_BREAK, Block, Place, TextBlock
from desktop_chat.ui.transcript.column import Column
from desktop_chat.ui.transcript.hits import BODY, REASONING, Hit, Part
from desktop_chat.ui.transcript.notes import Notes
from desktop_chat.ui.transcript.text_limits import clean, pieces

if TYPE_CHECKING:
    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.block_layout import BlockLayout
    from desktop_chat.ui.transcript.growing_text import GrowingText
    from desktop_chat.ui.transcript.look import Look

ROW_PADDING = 10
BUBBLE_SIDE = 14
BUBBLE_TOP = 9
FOLD_LINE = 24
FOLD_GAP = 8
ASIDE_LEFT = 24
SLICE = 4_000
SLICE_MS = 6.0
FIRST_MS = 30.0
_PASTE_PIECE = 2000


def user_blocks(content: str) -> list[Block]:
    """Return what a user typed, as it was typed, in blocks of bounded size."""
    blocks: list[Block] = []
    gathered: list[str] = []
    size = 0
    for line in clean(content).strip("\n").split("\n"):
        for number, piece in enumerate(pieces(line, _PASTE_PIECE)):
            if gathered and (size > _PASTE_PIECE or number):
                blocks.append(TextBlock(LINE_BREAK.join(gathered), place=_NEXT_LINE))
                gathered, size = [], 0
            gathered.append(piece)
            size += len(piece)
    blocks.append(TextBlock(LINE_BREAK.join(gathered), place=_NEXT_LINE))
    return blocks


def message_blocks(message: Message) -> list[Block]:
    """Return all blocks of a message."""
    if message.sender is Sender.USER:
        return user_blocks(message.content)
    from desktop_chat.ui.transcript.growing_text import GrowingText

    growing = GrowingText()
    growing.feed(message.content)
    growing.finish()
    return growing.blocks


_NEXT_LINE = Place(is_tight=True)


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
        self._growing: GrowingText | None = None
        self._thought: GrowingText | None = None
        self._source = ""
        self._fed = 0
        self._reasoning = [message.reasoning] if message.reasoning else []
        self.aside: Column | None = None
        self.body = Column(look, self._text_width())
        self.notes = Notes(message, look, width, action)
        self._fill(message.content)

    # Content

    def _fill(self, content: str) -> None:
        if self.is_user:
            self.body.show(user_blocks(content))
            return
        # Parsing is not imported before the first reply is shown.
        from desktop_chat.ui.transcript.growing_text import GrowingText

        self._growing = GrowingText()
        self._source = content
        self.feed_rest(FIRST_MS)

    @property
    def has_rest(self) -> bool:
        """Whether a long text is not parsed to its end yet."""
        return self._fed < len(self._source)

    def feed_rest(self, budget_ms: float = SLICE_MS) -> None:
        """Parse more of a long text, for about so long, so that no single step takes long."""
        growing = self._growing
        if growing is None:
            return
        end = perf_counter() + budget_ms / 1000
        first = len(growing.blocks)
        while self.has_rest:
            first = min(first, growing.feed(self._source[self._fed : self._fed + SLICE]))
            self._fed += SLICE
            if perf_counter() > end:
                break
        if not self.has_rest:
            self._source, self._fed = "", 0
            if not self.is_growing:
                first = min(first, growing.finish())
        self.body.show(growing.blocks, first)

    def grow(self, text: str, reasoning: str) -> int:
        """Add to a growing reply; return the height from which on it has to be painted again."""
        if reasoning:
            self._reasoning.append(reasoning)
            if self.aside is not None:
                self._grow_aside(reasoning)
        if self._growing is None or not text:
            return 0
        if self.has_rest:
            self._source += text
            return self.height
        was_empty = self.body.height == 0
        changed = self.body.show(self._growing.blocks, self._growing.feed(text))
        return 0 if reasoning or was_empty else self.body_top + changed

    def settle(self, message: Message, action: tuple[str, str] | None) -> None:
        """The text stays as it has grown; the rest of the message is as `message` says."""
        self.message = message
        self.notes = Notes(message, self.look, self.width, action)
        growing = self._growing
        if growing is not None and not self.has_rest and not self.is_growing:
            self.body.show(growing.blocks, growing.finish())

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
        self.aside = None
        if self.is_unfolded:
            self._show_aside()

    def _show_aside(self) -> None:
        """Show the reasoning from its start."""
        from desktop_chat.ui.transcript.growing_text import GrowingText

        self._thought = GrowingText()
        self.aside = Column(self.look, self.width - self.look.px(ASIDE_LEFT), "muted")
        self._grow_aside("".join(self._reasoning))

    def _grow_aside(self, text: str) -> None:
        assert self.aside is not None
        assert self._thought is not None
        first = self._thought.feed(text)
        if not self.is_growing:
            first = min(first, self._thought.finish())
        self.aside.show(self._thought.blocks, first)

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
                top += self.aside.height + px(FOLD_GAP)
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
        return self.width - self.look.px(BUBBLE_SIDE) - self._bubble_text_width()

    @property
    def bubble_rect(self) -> QRect:
        """The bubble of a user's message."""
        px = self.look.px
        side, top = px(BUBBLE_SIDE), px(BUBBLE_TOP)
        return QRect(
            self.body_left - side,
            self.body_top - top,
            self._bubble_text_width() + 2 * side,
            self.body.height + 2 * top,
        )

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
