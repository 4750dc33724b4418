"""Where the rows and cells of a table start in its text."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.blocks import Cell


class RowStarts:
    """Offsets at which rows start, found out row by row as they are asked for."""

    def __init__(self, rows: list[list[Cell]]) -> None:
        self.rows = rows
        self._starts = array("q", [0])

    def catch_up(self, cells: int) -> None:
        """Find out more, for about so many cells."""
        limit = cells // max(1, len(self.rows[0]) if self.rows else 1)
        self._reach(min(len(self.rows), len(self._starts) - 1 + max(1, limit)))

    def forget_from(self, row: int) -> None:
        """This row and those behind it are other ones now."""
        del self._starts[row + 1 :]

    def start(self, row: int) -> int:
        """Return where a row starts; for the number of rows, one beyond the end of the text."""
        self._reach(row)
        return self._starts[row]

    def row_of(self, offset: int) -> int:
        """Return the row that holds an offset; the last one for those beyond the end."""
        while self._starts[-1] <= offset and len(self._starts) <= len(self.rows):
            self._reach(len(self._starts))
        row = bisect_right(self._starts, offset) - 1
        return max(0, min(row, len(self.rows) - 1))

    def cell_start(self, row: int, column: int) -> int:
        """Return where a cell starts."""
        return self.start(row) + sum(len(cell.text) + 1 for cell in self.rows[row][:column])

    def column_of(self, row: int, offset: int) -> tuple[int, int]:
        """Return the column of a row that holds an offset, and the offset in that cell."""
        rest, cells = offset - self.start(row), self.rows[row]
        for column, cell in enumerate(cells):
            if rest <= len(cell.text):
                return column, max(0, rest)
            rest -= len(cell.text) + 1
        return len(cells) - 1, len(cells[-1].text) if cells else 0

    def _reach(self, row: int) -> None:
        starts = self._starts
        for cells in self.rows[len(starts) - 1 : row]:
            # The tabs between the cells and the line end.
            size = sum([len(cell.text) for cell in cells]) + max(1, len(cells))
            starts.append(starts[-1] + size)
