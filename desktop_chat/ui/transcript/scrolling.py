"""Where the window stands in the text: the line under the reader's eye does not move."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.anchor import Anchor
from desktop_chat.ui.transcript.places import Place
from desktop_chat.ui.transcript.text.markdown_late import moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.transcript.layout import TranscriptLayout
    from desktop_chat.ui.transcript.text.markdown_late import Change

# What is laid out around the window before it is seen.
AHEAD = 400
AT_END = 24
_MAX_ROUNDS = 40


class ScrollPosition:
    """The window's top, held by an anchor, or by the end of the text while it is followed."""

    def __init__(self, layout: TranscriptLayout) -> None:
        self._layout = layout
        self._anchor = Anchor()
        self.top = 0
        self.follows_end = True

    def settle(self, window: int, budget_ms: float = inf) -> None:
        """Lay out what a window of this height shows, and find its top again.

        With a budget the lower part may be left for later; see `TranscriptLayout.is_behind`.
        """
        # What follows the end hangs on the rows below, all of them.
        deadline = inf if self.follows_end else perf_counter() + budget_ms / 1000
        for _ in range(_MAX_ROUNDS):
            last = max(0, self._layout.height - window)
            wanted = last if self.follows_end else self._anchor_y()
            self.top = max(0, min(wanted, last))
            if not self._layout.ensure(self.top, self.top + window, deadline):
                break

    def move_to(self, top: int, window: int) -> None:
        """The reader moves the window: upwards lets the end go, arriving there follows it."""
        if abs(top - self.top) <= window:
            top = self._measured(top, window)
        last = max(0, self._layout.height - window)
        is_up = top < self.top
        self.top = max(0, min(top, last))
        self.follows_end = not is_up and self.top >= last - AT_END
        self.hold()

    def prepare(self, window: int) -> bool:
        """Lay out one row more near the window; return whether there may be others left."""
        for top, bottom in ((self.top + window, AHEAD), (self.top - AHEAD, AHEAD)):
            if self._layout.ensure_next(top, top + bottom):
                return True
        return False

    def _measured(self, top: int, window: int) -> int:
        """Measure what a short move brings into the window; return where the move leads then."""
        distance = top - self.top
        self.hold()
        for _ in range(_MAX_ROUNDS):
            if not self._layout.ensure(self.top + distance, self.top + distance + window):
                break
            self.top = self._anchor_y()
        return self.top + distance

    def to_end(self) -> None:
        """Follow the end from now on."""
        self.follows_end = True

    def place(self) -> Place:
        """Return where the reader is, in a form that outlives the layout."""
        if not self.follows_end:
            self.hold_letter()
        return Place(self._anchor, self.follows_end)

    def go_to(self, place: Place | None) -> None:
        """Go where the reader was, to the end for None."""
        self.follows_end = place is None or place.follows_end
        self._anchor = Anchor() if place is None else place.anchor

    def move_block(self, row: int, part: int, changes: Sequence[Change]) -> None:
        """The blocks of a part have other numbers now."""
        anchor = self._anchor
        if (anchor.row, anchor.part) == (row, part) and anchor.block >= 0:
            self._anchor = replace(anchor, block=moved(anchor.block, changes))

    def hold(self) -> None:
        """Anchor what is at the window's top now."""
        row = self._layout.row_at(self.top)
        if row < 0:
            self._anchor = Anchor()
            return
        inside = self.top - self._layout.row_top(row)
        kept = self._layout.kept(row)
        if kept is None:
            self._anchor = Anchor(row, distance=inside)
            return
        part = kept.part_at(inside)
        column, top = kept.column(part), kept.column_origin(part).y()
        if column is None or not column.blocks or inside < top:
            self._anchor = Anchor(row, distance=inside)
            return
        block = column.block_at(inside - top)
        self._anchor = Anchor(row, part, block, distance=inside - top - column.top_of(block))
        if column.layout(block).is_estimated:
            self._hold_line()

    def hold_block(self, row: int, part: int, block: int, *, shows_top: bool = False) -> None:
        """Anchor the top of a block, so that what it unfolds grows downwards.

        With `shows_top` it is brought into the window if it is above: the block was folded.
        """
        self.follows_end = False
        self._anchor = Anchor(row, part, block)
        distance = self.top - self._anchor_y()
        self._anchor = replace(self._anchor, distance=min(distance, 0) if shows_top else distance)

    def hold_row(self, row: int) -> None:
        """Anchor the top of a row, so that what unfolds in it grows downwards."""
        self.follows_end = False
        self._anchor = Anchor(row, distance=self.top - self._layout.row_top(row))

    def hold_letter(self) -> None:
        """Before the width changes: anchor the line at the window's top by its text.

        The anchor stays until the reader moves, so that resizing to and fro leads back.
        """
        if self._anchor.letter >= 0:
            return
        self.hold()
        if self._anchor.letter < 0:
            self._hold_line()

    def _hold_line(self) -> None:
        """Anchor the line instead of the height at which it stands in its block."""
        anchor = self._anchor
        kept = self._layout.kept(anchor.row)
        if anchor.block < 0 or kept is None:
            return
        column = kept.column(anchor.part)
        if column is None:
            return
        layout = column.layout(anchor.block)
        origin = column.origin(anchor.block).y() - column.top_of(anchor.block)
        letter = layout.offset_at(0, max(0, anchor.distance - origin))
        distance = anchor.distance - origin - layout.y_of(letter)
        self._anchor = Anchor(anchor.row, anchor.part, anchor.block, letter, distance)

    def _anchor_y(self) -> int:
        anchor = self._anchor
        if anchor.row >= len(self._layout):
            return self._layout.height
        y = self._layout.row_top(anchor.row)
        if anchor.block < 0:
            return y + anchor.distance
        message = self._layout.message(anchor.row)
        column = message.column(anchor.part)
        if column is None or not column.blocks:
            return y
        y += message.column_origin(anchor.part).y()
        if anchor.letter < 0:
            return y + column.top_of(anchor.block) + anchor.distance
        block = min(anchor.block, len(column.blocks) - 1)
        layout = column.layout(block)
        return y + column.origin(block).y() + layout.y_of(anchor.letter) + anchor.distance
