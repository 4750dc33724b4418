"""The column widths of a table, found out from its first rows and fixed from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.layouts.table_cells import MAX_MEASURED, Ruler, least_width
from desktop_chat.ui.transcript.layouts.table_columns import Columns, column_widths

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.text.blocks import Cell, TableBlock

GAP = 20
MAX_COLUMNS = 200
MEASURED_ROWS = 100
# So many cells and letters are measured within a few milliseconds.
MEASURED_CELLS = 600
MEASURED_LETTERS = 20_000
# Of a column in a table that is moved sideways.
_MOST = 240
_LEAST_MOST = 80
# What a short column gets in addition once the table is longer than what is measured.
_SHORT = 120
_SPARE = 27


class TableWidths:
    """What the columns want and need, as far as the table is written.

    Args:
        block: The table; its rows may grow.
        look: Gives fonts and sizes.
        room: The width in which the table is seen, in pixels.
    """

    def __init__(self, block: TableBlock, look: Look, room: int) -> None:
        self._block = block
        self._look = look
        self._room = room
        self._ruler = Ruler(look)
        self._count = min(len(block.alignments), MAX_COLUMNS)
        self._limit = max(2, min(MEASURED_ROWS, MEASURED_CELLS // max(1, self._count)))
        self._measured: list[list[tuple[int, int]]] = []
        # The letters of all rows before each.
        self._letters = [0]
        self._widest: list[tuple[int, int]] = []
        self._has_more = False
        self._waiting: set[tuple[int, int]] = set()
        self.take_up(0)

    @property
    def is_waiting(self) -> bool:
        """Whether there are formulas that may be wider once they are drawn."""
        return bool(self._waiting)

    def renew(self) -> bool:
        """Measure anew what was not drawn; return whether the columns may get other widths."""
        before, waiting, self._waiting = self._widest, self._waiting, set()
        for row, column in waiting:
            cell = self._block.rows[row][column]
            self._measured[row][column] = self._measure_cell(cell, row, column)
        if waiting:
            self._find_widest()
        return self._widest != before

    def take_up(self, first: int) -> bool:
        """Measure the rows from `first` on; return whether the columns may get other widths."""
        before = self._widest, self._has_more
        if first <= len(self._measured):
            self._measure_from(first)
        self._has_more = len(self._block.rows) > len(self._measured)
        return (self._widest, self._has_more) != before

    def _measure_from(self, first: int) -> None:
        del self._measured[first:], self._letters[first + 1 :]
        self._waiting = {place for place in self._waiting if place[0] < first}
        for number, row in enumerate(self._block.rows[first : self._limit], first):
            if number and self._letters[-1] > MEASURED_LETTERS:
                break
            self._measure(number, row[: self._count])
        self._find_widest()

    def _find_widest(self) -> None:
        self._widest = [
            (max(width for width, _ in column), max(least for _, least in column))
            for column in zip(*self._measured, strict=True)
        ]

    def _measure(self, number: int, row: list[Cell]) -> None:
        cells, letters = [], self._letters[-1]
        for column, cell in enumerate(row):
            cells.append(self._measure_cell(cell, number, column))
            letters += min(len(cell.text), MAX_MEASURED)
        self._measured.append(cells)
        self._letters.append(letters)

    def _measure_cell(self, cell: Cell, row: int, column: int) -> tuple[int, int]:
        self._ruler.is_waiting = False
        width = self._ruler.width(cell, is_header=row == 0)
        if self._ruler.is_waiting:
            self._waiting.add((row, column))
        return width, least_width(cell.text, width, self._look)

    def columns(self) -> Columns:
        """Return the widths that follow from what was measured."""
        px = self._look.px
        # Numbers that go on counting need room for more digits.
        spare = px(_SPARE) if self._has_more else 0
        spares = [spare if width <= px(_SHORT) else 0 for width, _ in self._widest]
        natural = [max(1, w + more) for (w, _), more in zip(self._widest, spares, strict=True)]
        least = [max(1, low + more) for (_, low), more in zip(self._widest, spares, strict=True)]
        gaps = px(GAP) * max(0, len(natural) - 1)
        room = self._room - gaps
        most = max(px(_LEAST_MOST), min(px(_MOST), self._room * 2 // 3))
        return Columns(column_widths(natural, least, room, most), natural, px(GAP))
