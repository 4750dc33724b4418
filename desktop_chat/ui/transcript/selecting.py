"""Selecting with the mouse: by letter, by word after a double click, by line after a third."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.selection import Position

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.ui.transcript.layouts.marked import Range
    from desktop_chat.ui.transcript.stage import Stage
    from desktop_chat.ui.transcript.text.blocks import Block

    # Start and end of what is selected as one, at an offset of a block.
    Unit = Callable[[Block, int], Range]


class MouseSelection:
    """Starts the selection of a stage where the button goes down, and extends it by dragging."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._unit: Unit | None = None
        self._first = self._last = Position(0, 0, 0, 0)

    def start(self, place: Position) -> None:
        """Start a new selection, which grows by letters."""
        self._unit = None
        self._stage.selection.start(place)

    def extend(self, place: Position) -> None:
        """Select from where the selection started to here."""
        self._unit = None
        self._stage.selection.extend(place)

    def start_around(self, place: Position, unit: Unit) -> None:
        """Select the word or line at a place; dragging goes on in such units."""
        self._unit = unit
        self._first, self._last = self._around(place)
        self._stage.selection.select(self._first, self._last)

    def drag(self, place: Position) -> None:
        """The pointer was dragged to a place."""
        if self._unit is None:
            self._stage.selection.extend(place)
            return
        first, last = self._around(place)
        if first < self._first:
            self._stage.selection.select(self._last, first)
        else:
            self._stage.selection.select(self._first, max(last, self._last))

    def _around(self, place: Position) -> tuple[Position, Position]:
        column = self._stage.layout.message(place.row).column(place.part)
        if column is None or not column.blocks or self._unit is None:
            return place, place
        at = replace(place, block=min(place.block, len(column.blocks) - 1))
        start, end = self._unit(column.blocks[at.block], at.offset)
        return replace(at, offset=start), replace(at, offset=end)
