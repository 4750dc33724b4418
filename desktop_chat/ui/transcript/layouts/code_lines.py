"""Where the lines and rows of a block of code are, in columns and rows. No Qt."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from desktop_chat.ui.transcript.layouts.code_cells import breaks, cells, cuts, is_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

# A longer line is laid out in tiles, of which only those are made that are seen.
LONG = 400
TILE = 128


class Tile(NamedTuple):
    """A stretch of a line that is laid out by itself.

    Attributes:
        start: Its first character in the line; `end` is behind its last.
        column: Where it starts, from the left of the code.
        cells: How many columns it must take, or 0 for as many as its letters do.
    """

    start: int
    end: int
    column: int
    cells: int = 0


class CodeLines:
    """Measures of lines that are only added to; each line is measured once.

    Attributes:
        lines: The lines measured.
        starts: Offset of each line in the text of the block, and of one line more.
        widest: Columns of the widest line that is all ASCII.
        odd: Number of the widest other line, -1 without one.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.starts = array("q", [0])
        self.widest = 0
        self.odd = -1
        self._cells = array("I")
        self._last = ""
        self._columns = 0
        # Lines of more than one row, and how many rows more there are up to each of them.
        self._long = array("q")
        self._extra = array("q")

    def take(self, lines: list[str]) -> int:
        """Take up lines that were added, or a last line that was written on.

        Returns:
            Number of the first line that is another one now; all of them if none is.
        """
        self.lines = lines
        known = min(len(self._cells), len(lines))
        if known and (known < len(self._cells) or lines[known - 1] != self._last):
            known -= 1
        self._drop(known)
        for number in range(known, len(lines)):
            self._add(number, lines[number])
        self._last = lines[-1] if lines else ""
        return known

    def continues(self, lines: list[str]) -> bool:
        """Whether `lines` begin as those known, of which the last one may be another."""
        kept = max(0, len(self._cells) - 1)
        return lines is self.lines or (len(lines) >= kept and lines[:kept] == self.lines[:kept])

    def wrap(self, columns: int) -> None:
        """Wrap lines after so many columns, or not at all for 0."""
        if columns == self._columns:
            return
        self._columns = columns
        self._long, self._extra = array("q"), array("q")
        if columns:
            for number, width in enumerate(self._cells):
                if width > columns:
                    self._add_long(number)

    def _drop(self, count: int) -> None:
        del self._cells[count:]
        del self.starts[count + 1 :]
        if self.odd >= count:
            self.odd = -1
        while self._long and self._long[-1] >= count:
            self._long.pop()
            self._extra.pop()

    def _add(self, number: int, line: str) -> None:
        width = cells(line)
        self._cells.append(width)
        self.starts.append(self.starts[-1] + len(line) + 1)
        if line.isascii():
            self.widest = max(self.widest, width)
        elif self.odd < 0 or width > self._cells[self.odd]:
            self.odd = number
        if self._columns and width > self._columns:
            self._add_long(number)

    def _add_long(self, number: int) -> None:
        rows = len(breaks(self.lines[number], self._columns))
        self._long.append(number)
        self._extra.append((self._extra[-1] if self._extra else 0) + rows - 1)

    # Rows

    @property
    def count(self) -> int:
        """The number of lines measured."""
        return len(self._cells)

    @property
    def length(self) -> int:
        """The number of characters of the block's text."""
        return max(0, self.starts[-1] - 1)

    def row_of(self, number: int) -> int:
        """Return the first row of a line; for their number, that of all rows."""
        before = bisect_left(self._long, number)
        return number + (self._extra[before - 1] if before else 0)

    def at_row(self, row: int) -> tuple[int, int]:
        """Return the line of a row, and which of its rows it is."""
        low, high = 0, len(self._long)
        while low < high:
            middle = (low + high) // 2
            if self.row_of(self._long[middle]) <= row:
                low = middle + 1
            else:
                high = middle
        if not low:
            return row, 0
        number = self._long[low - 1]
        inside = row - self.row_of(number)
        before = self._extra[low - 2] if low > 1 else 0
        rows = self._extra[low - 1] - before + 1
        return (number, inside) if inside < rows else (number + inside - rows + 1, 0)

    def at_offset(self, offset: int) -> tuple[int, int]:
        """Return the line of an offset of the block's text, and the offset within that line."""
        number = max(0, min(bisect_right(self.starts, offset), len(self._cells)) - 1)
        return number, offset - self.starts[number]

    def tiles(self, number: int, inside: int = 0) -> Sequence[Tile]:
        """Return the stretches that a row consists of, from left to right.

        Args:
            number: Of the line.
            inside: Which of its rows.
        """
        line, width = self.lines[number], self._cells[number]
        if self._columns:
            if width <= self._columns:
                return (Tile(0, len(line), 0),)
            starts = [*breaks(line, self._columns), len(line)]
            inside = min(inside, len(starts) - 2)
            return (Tile(starts[inside], starts[inside + 1], 0),)
        if width <= LONG:
            return (Tile(0, len(line), 0),)
        return _cut(line)

    def inside_of(self, number: int, at: int) -> int:
        """Return in which row of a line the character `at` stands."""
        if not self._columns or self._cells[number] <= self._columns:
            return 0
        return max(0, bisect_right(breaks(self.lines[number], self._columns), at) - 1)


@lru_cache(maxsize=64)
def _cut(line: str) -> tuple[Tile, ...]:
    starts = [*cuts(line, TILE), len(line)]
    tiles, column, plain = [], 0, is_plain(line)
    for start, end in pairwise(starts):
        # The grid of plain letters is exact, that of others is made so.
        width = end - start if plain else cells(line[start:end])
        tiles.append(Tile(start, end, column, 0 if plain else width))
        column += width
    return tuple(tiles)
