"""Which hits of a search in the chat shown are known, by row."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from desktop_chat.ui.transcript.layouts.height_index import HeightIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.transcript.finding.finding_hits import Found, RowHits
    from desktop_chat.ui.transcript.layouts.marked import Range

MAX_KEPT = 256


class Current(NamedTuple):
    """The hit that the search stands at."""

    row: int
    place: Found


class FindIndex:
    """How many hits each row has, and where they are in the rows that were looked at last.

    Attributes:
        current: The hit that the search stands at.
    """

    def __init__(self, count: int) -> None:
        self.current: Current | None = None
        self._searched = bytearray(count)
        # A sum of numbers of hits is found as fast as a sum of heights.
        self._counts = HeightIndex(count)
        self._kept: OrderedDict[int, RowHits] = OrderedDict()

    def __len__(self) -> int:
        return len(self._searched)

    @property
    def total(self) -> int:
        """How many hits are known."""
        return self._counts.total()

    @property
    def number(self) -> int:
        """How many hits stand before the current one; -1 if there is none."""
        if self.current is None:
            return -1
        hits = self._kept.get(self.current.row)
        inside = hits.number_of(self.current.place) if hits is not None else 0
        return self._counts.top(self.current.row) + inside

    def is_searched(self, row: int) -> bool:
        """Whether the number of hits of a row is known."""
        return bool(self._searched[row])

    def is_at_hand(self, row: int) -> bool:
        """Whether the hits of a row are known and kept, or there are none."""
        return self.is_searched(row) and (row in self._kept or not self._counts.height(row))

    def hits(self, row: int) -> RowHits | None:
        """Return the hits of a row if they are kept."""
        return self._kept.get(row)

    def locate(self, number: int) -> tuple[int, int]:
        """Return the row of a hit, and which of its hits it is."""
        row = self._counts.row_at(number)
        return row, number - self._counts.top(row)

    def number_at(self, row: int, inside: int) -> int:
        """Return how many hits stand before one of a row."""
        return self._counts.top(row) + inside

    def put(self, row: int, hits: RowHits) -> None:
        """Take the hits of a row."""
        self._searched[row] = 1
        self._counts.set_height(row, len(hits))
        self._kept[row] = hits
        self._kept.move_to_end(row)
        while len(self._kept) > MAX_KEPT:
            oldest = next(iter(self._kept))
            if self.current is not None and self.current.row == oldest:
                self._kept.move_to_end(oldest)
            else:
                del self._kept[oldest]

    def append(self) -> None:
        """The chat got one more message."""
        self._searched.append(0)
        self._counts.append(0)

    def truncate(self, count: int) -> None:
        """The rows from `count` on are gone."""
        del self._searched[count:]
        self._counts.truncate(count)
        for row in [row for row in self._kept if row >= count]:
            del self._kept[row]
        if self.current is not None and self.current.row >= count:
            self.current = None

    def marks(self, row: int, part: int, block: int) -> tuple[Sequence[Range], Range | None]:
        """Return the hits of a block, and the current one if it is among them."""
        hits = self._kept.get(row)
        ranges = hits.of(part, block) if hits is not None else ()
        current = self.current
        if current is None or (current.row, *current.place[:2]) != (row, part, block):
            return ranges, None
        return ranges, (current.place.start, current.place.end)
