"""All rows of the transcript below one another; only rows near the window are laid out."""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import ThoughtOnlyError
from desktop_chat.ui.transcript.layouts.height_index import HeightIndex
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.item_models.transcript import TranscriptModel
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.message_layout import MessageLayout
    from desktop_chat.ui.transcript.text.blocks import Block

MARGIN = 10
ESTIMATE = 120
MAX_KEPT = 96


class TranscriptLayout:
    """Heights of all rows, layouts of some. Heights count from the top of the whole text.

    Attributes:
        is_behind: Whether rows that were to be laid out last are not yet.
        seen: How many rows were laid out for the window last.
    """

    def __init__(self, look: Look) -> None:
        self.look = look
        self.width = look.column
        self._model: TranscriptModel | None = None
        self._heights = HeightIndex()
        self._kept: OrderedDict[int, MessageLayout] = OrderedDict()
        # Rows whose reasoning is unfolded; it stays so when their layouts are dropped.
        self._unfolded: set[int] = set()
        self._maybe_unfinished: set[int] = set()
        self.is_behind = False
        self.seen = 0
        self._message_action: Callable[[Message], tuple[str, str] | None] | None = None

    # What is shown

    def set_model(self, model: TranscriptModel | None) -> None:
        """Show another model."""
        self._model = model
        self.reset()

    def set_message_actions(
        self, message_action: Callable[[Message], tuple[str, str] | None] | None
    ) -> None:
        """Take the look-up of the button under a reply."""
        self._message_action = message_action

    def reset(self) -> None:
        """Forget everything: the model shows another chat."""
        self._kept.clear()
        self._unfolded.clear()
        self._maybe_unfinished.clear()
        self.is_behind = False
        count = self._model.rowCount() if self._model is not None else 0
        self._heights = HeightIndex(count, self.look.px(ESTIMATE))

    def restyle(self, look: Look, width: int) -> None:
        """Lay out again for another theme, text size or width; heights stay as estimates."""
        self.look, self.width = look, width
        for row, kept in self._kept.items():
            kept.restyle(look, width, self._action(row, kept.message))

    def append_row(self) -> None:
        """The model got one more row at its end."""
        self._forget_button(len(self) - 1)
        self._heights.append()

    def truncate(self, count: int) -> None:
        """The model lost its rows from `count` on."""
        self._heights.truncate(count)
        for row in [row for row in self._kept if row >= count]:
            del self._kept[row]
        self._unfolded = {row for row in self._unfolded if row < count}
        self._forget_button(count - 1)

    def forget(self, row: int) -> None:
        """The text of a row is another one now."""
        self._kept.pop(row, None)

    def _forget_button(self, row: int) -> None:
        """The row is or was the last one: its button comes or goes with that."""
        kept = self._kept.get(row)
        if kept is None or self._message_action is None:
            return
        if self._message_action(kept.message) is not None:
            self.forget(row)

    def toggle_reasoning(self, row: int) -> None:
        """Fold or unfold the reasoning of a row."""
        message = self.message(row)
        message.toggle_reasoning()
        self._maybe_unfinished.add(row)
        (self._unfolded.add if message.is_unfolded else self._unfolded.discard)(row)
        self.remeasure(row)

    def settle(self, row: int, message: Message) -> None:
        """The rest of a message changed, its text did not."""
        kept = self._kept.get(row)
        if kept is not None:
            kept.settle(message, self._action(row, message))
            self._maybe_unfinished.add(row)
            # The thought is all there is to see.
            if message.error_code == ThoughtOnlyError.code and not kept.is_unfolded:
                self.toggle_reasoning(row)

    # Geometry

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def height(self) -> int:
        """The height of the whole text."""
        return self._heights.total() + 2 * self.look.px(MARGIN)

    def row_top(self, row: int) -> int:
        """Return where a row starts."""
        return self.look.px(MARGIN) + self._heights.top(row)

    def row_height(self, row: int) -> int:
        """Return the height of a row, estimated if it was never laid out."""
        return self._heights.height(row)

    def row_at(self, y: int) -> int:
        """Return the row at a height, the nearest one beyond the ends, -1 if there is none."""
        return self._heights.row_at(max(0, y - self.look.px(MARGIN)))

    def remeasure(self, row: int) -> bool:
        """Take over the height of a row that was laid out again; return whether it changed."""
        kept = self._kept.get(row)
        return kept is not None and bool(self._heights.set_height(row, kept.height))

    def ensure(self, top: int, bottom: int, deadline: float = inf) -> bool:
        """Lay out what lies between two heights; return whether any height changed.

        Rows that would be begun after `deadline`, by `perf_counter`, are left for another time,
        but for the first; `is_behind` tells whether there are any.
        """
        self.is_behind = False
        if not len(self):
            return False
        changed = False
        first = row = self.row_at(top)
        while row < len(self) and (start := self.row_top(row)) <= bottom:
            if row > first and row not in self._kept and perf_counter() > deadline:
                self.is_behind = True
                break
            message = self.message(row)
            message.ensure(top - start, bottom - start)
            changed |= self.remeasure(row)
            row += 1
        self.seen = row - first
        return changed

    def ensure_next(self, top: int, bottom: int) -> bool:
        """Lay out the first row between two heights that is not; return whether there was one."""
        if not len(self):
            return False
        for row in range(self.row_at(top), len(self)):
            start = self.row_top(row)
            if start > bottom:
                break
            is_new = row not in self._kept
            if self.message(row).ensure(top - start, bottom - start) or is_new:
                self.remeasure(row)
                return True
        return False

    # Messages

    def kept(self, row: int) -> MessageLayout | None:
        """Return the layout of a row if there is one."""
        return self._kept.get(row)

    def message(self, row: int) -> MessageLayout:
        """Return the layout of a row, made now if need be."""
        kept = self._kept.get(row)
        if kept is not None:
            self._kept.move_to_end(row)
            return kept
        # An empty window is painted without what a message takes.
        from desktop_chat.ui.transcript.message_layout import MessageLayout

        assert self._model is not None
        message = self._model.message_at(row)
        made = MessageLayout(message, self.look, self.width, self._action(row, message))
        if row in self._unfolded:
            made.toggle_reasoning()
        self._kept[row] = made
        if made.has_rest:
            self._maybe_unfinished.add(row)
        while len(self._kept) > 2 * max(MAX_KEPT, 4 * self.seen):
            self._kept.popitem(last=False)
        return made

    def trim(self) -> None:
        """Let go of one layout that was not seen for long; to be called when there is time."""
        if len(self._kept) > max(MAX_KEPT, 4 * self.seen):
            self._kept.popitem(last=False)

    def renew_waiting(self) -> list[int]:
        """Lay out anew what waited to be drawn; return the rows that may look different."""
        renewed = [row for row, kept in self._kept.items() if kept.renew_waiting()]
        for row in renewed:
            self.remeasure(row)
        return renewed

    def note_rest(self, row: int) -> None:
        """The text of a row is not parsed to its end any more."""
        self._maybe_unfinished.add(row)

    def unfinished(self) -> list[int]:
        """Return the rows whose long text is not parsed to its end yet."""
        self._maybe_unfinished = {
            row
            for row in self._maybe_unfinished
            if (kept := self._kept.get(row)) is not None and kept.has_rest
        }
        return sorted(self._maybe_unfinished)

    def blocks_of(self, row: int) -> list[Block]:
        """Return all blocks of a row, without keeping them if it is not laid out."""
        kept = self._kept.get(row)
        if kept is not None and not kept.has_rest:
            return kept.body.blocks
        from desktop_chat.ui.transcript.message_layout import message_blocks

        assert self._model is not None
        return message_blocks(self._model.message_at(row))

    def columns_of(self, row: int) -> list[tuple[int, list[Block]]]:
        """Return the blocks of a row by part, with its reasoning only if that is unfolded."""
        kept = self._kept.get(row)
        columns = [(BODY, self.blocks_of(row))]
        if kept is not None and kept.aside is not None:
            columns.insert(0, (REASONING, kept.aside.blocks))
        return columns

    def source_of(self, row: int) -> str:
        """Return the text of a row as it was written."""
        assert self._model is not None
        return self._model.message_at(row).content

    def _action(self, row: int, message: Message) -> tuple[str, str] | None:
        # To try again amid a conversation would hide all that came after.
        is_last = row == len(self) - 1
        if not is_last or self._message_action is None:
            return None
        return self._message_action(message)
