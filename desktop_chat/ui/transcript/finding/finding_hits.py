"""Where the hits of one message are. No Qt."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.marked import Range


class Found(NamedTuple):
    """One hit within a row: part and number of the block, and offsets of its text."""

    part: int
    block: int
    start: int
    end: int


class RowHits:
    """The hits of one row in the order of its text; a long message may have a million."""

    def __init__(self) -> None:
        # Each part grows at its end.
        self._parts = {part: _PartHits() for part in (REASONING, BODY)}

    def __len__(self) -> int:
        return sum(len(hits.blocks) for hits in self._parts.values())

    def place(self, number: int) -> Found:
        """Return a hit by its number in the order of the text."""
        before = len(self._parts[REASONING].blocks)
        part, at = (REASONING, number) if number < before else (BODY, number - before)
        return Found(part, *self._parts[part].key(at))

    def number_of(self, place: Found) -> int:
        """Return how many hits stand before a place."""
        before = len(self._parts[REASONING].blocks) if place.part == BODY else 0
        hits = self._parts[place.part]
        return before + bisect_left(range(len(hits.blocks)), tuple(place[1:]), key=hits.key)

    def add(self, part: int, block: int, ranges: Iterable[Range]) -> None:
        """Add hits of a block; blocks come in their order, and so do the hits in them."""
        hits = self._parts[part]
        for start, end in ranges:
            hits.blocks.append(block)
            hits.starts.append(start)
            hits.ends.append(end)

    def of(self, part: int, block: int) -> Sequence[Range]:
        """Return the hits in a block, found without looking at them."""
        return _BlockRanges(self._parts[part], block)

    def drop_from(self, part: int, block: int, offset: int = 0) -> None:
        """Forget the hits of a part from a place on."""
        hits = self._parts[part]
        while hits.blocks and hits.key(len(hits.blocks) - 1) >= (block, offset, 0):
            for column in (hits.blocks, hits.starts, hits.ends):
                column.pop()


class _PartHits:
    """Twelve bytes a hit: block, start, end."""

    def __init__(self) -> None:
        self.blocks, self.starts, self.ends = array("I"), array("I"), array("I")

    def key(self, at: int) -> tuple[int, int, int]:
        return self.blocks[at], self.starts[at], self.ends[at]


class _BlockRanges(Sequence["Range"]):
    """The hits of one block, made into pairs only when they are asked for."""

    def __init__(self, hits: _PartHits, block: int) -> None:
        self._hits = hits
        first = bisect_left(hits.blocks, block)
        self._numbers = range(first, bisect_right(hits.blocks, block, first))

    @override
    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Range: ...
    @overload
    def __getitem__(self, index: slice) -> list[Range]: ...
    @override
    def __getitem__(self, index: int | slice) -> Range | list[Range]:
        starts, ends = self._hits.starts, self._hits.ends
        if isinstance(index, slice):
            return [(starts[at], ends[at]) for at in self._numbers[index]]
        at = self._numbers[index]
        return starts[at], ends[at]
