"""How wide the columns of a table are, and where they stand."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def column_widths(natural: Sequence[int], least: Sequence[int], room: int, most: int) -> list[int]:
    """Share out the room: what each column wants if that fits, else the widest give way.

    Args:
        natural: The width that each column takes without any line break.
        least: What each column needs at least, at most its natural width.
        room: For all columns together, in pixels.
        most: The widest a column gets in a table that is wider than the room in any case.
    """
    if sum(natural) <= room:
        return list(natural)
    if sum(least) >= room:
        # The table is moved sideways, so no column has to be as narrow as can be.
        return [max(low, min(wish, most)) for low, wish in zip(least, natural, strict=True)]
    level = _level(natural, least, room)
    widths = [max(low, min(wish, level)) for low, wish in zip(least, natural, strict=True)]
    spare = room - sum(widths)
    for column, wish in enumerate(natural):
        if spare and widths[column] < wish:
            widths[column] += 1
            spare -= 1
    return widths


def _level(natural: Sequence[int], least: Sequence[int], room: int) -> int:
    """Return the width to which all wider columns are cut so that the table fits."""
    low, high = 0, max(natural)
    while low < high:
        level = (low + high + 1) // 2
        used = sum(max(a, min(b, level)) for a, b in zip(least, natural, strict=True))
        if used <= room:
            low = level
        else:
            high = level - 1
    return low


class Columns:
    """Widths and places of a table's columns, in pixels from its left edge.

    Attributes:
        narrowed: The columns that got less than they want.
    """

    def __init__(self, widths: list[int], natural: Sequence[int], gap: int) -> None:
        self.widths = widths
        self.narrowed = [at for at, width in enumerate(widths) if width < natural[at]]
        self.lefts = [0, *accumulate(width + gap for width in widths)]
        self.total = max(0, self.lefts[-1] - gap)
        self._gap = gap

    def __len__(self) -> int:
        return len(self.widths)

    def at(self, x: int) -> int:
        """Return the column nearest to `x`."""
        column = bisect_right(self.lefts, x + self._gap // 2) - 1
        return max(0, min(column, len(self.widths) - 1))

    def between(self, left: int, right: int) -> range:
        """Return the columns that are seen between two places."""
        return range(self.at(left), self.at(right) + 1)
