"""Where the rows of a list stand whose groups have a name above their first row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class RowPlaces:
    """Places of rows in px from the top of the list; none of them is asked for its height.

    Args:
        count: How many rows there are.
        starts: The rows below the name of a group, in their order.
        row: Height of a row.
        label: Height of a name.
    """

    def __init__(self, count: int, starts: Sequence[int], row: int, label: int) -> None:
        self.count = count
        self._starts = starts
        self._row = max(row, 1)
        self._label = label

    @property
    def height(self) -> int:
        """Height of all rows."""
        return self.top(self.count)

    def top(self, row: int) -> int:
        """Return where a row begins, the name above it included."""
        return row * self._row + bisect_left(self._starts, row) * self._label

    def bottom(self, row: int) -> int:
        """Return where a row ends."""
        return (row + 1) * self._row + bisect_right(self._starts, row) * self._label

    def row_at(self, y: int) -> int:
        """Return the row at a place, the last one below them all; -1 without any rows."""
        low, high = 0, self.count - 1
        while low < high:
            middle = (low + high) // 2
            if self.bottom(middle) > y:
                high = middle
            else:
                low = middle + 1
        return high if self.count else -1
