"""Links whose targets are defined only after them: which blocks have to be read again."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.transcript.text.blocks import Block


class Renewable(Protocol):
    """A closed leaf that can be read again."""

    missed: set[str]

    def renewed(self) -> list[Block]:
        """Return its blocks as they are by what is defined now."""


@dataclass(slots=True)
class _Late:
    leaf: Renewable
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Change:
    """Blocks that were replaced: `count` of them from `start` on, by `new_count` others."""

    start: int
    count: int
    new_count: int


def moved(index: int, changes: Sequence[Change]) -> int:
    """Return the number that a block has after some changes."""
    for change in changes:
        if index >= change.start + change.count:
            index += change.new_count - change.count
        elif index >= change.start:
            index = min(index, change.start + max(0, change.new_count - 1))
    return index


class LateLinks:
    """Keeps closed leaves with links that lead nowhere yet, by the labels they name."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[_Late]] = {}
        self._resolved: dict[int, _Late] = {}
        self._order: list[_Late] | None = None
        self._at = 0
        self._shift = 0

    def add(self, leaf: Renewable, start: int, count: int) -> None:
        """Remember the blocks of a leaf that asked for labels in vain."""
        late = _Late(leaf, start, count)
        for label in leaf.missed:
            self._waiting.setdefault(label, []).append(late)

    def resolve(self, label: str) -> None:
        """A label is defined now."""
        for late in self._waiting.pop(label, ()):
            self._resolved[late.start] = late

    @property
    def is_empty(self) -> bool:
        """Whether nothing has to be read again."""
        return self._at >= len(self._resolved)

    def renew(self, blocks: list[Block], budget_ms: float) -> list[Change]:
        """Read again for about so long what has its targets now; return what differs.

        Only for when no more text comes: `blocks` may become more or fewer.
        """
        if self._order is None:
            self._order = sorted(self._resolved.values(), key=_start)
        end = perf_counter() + budget_ms / 1000
        changes = []
        while self._at < len(self._order):
            change = self._renew_one(self._order[self._at], blocks)
            self._at += 1
            if change is not None:
                changes.append(change)
            if perf_counter() > end:
                break
        return changes

    def _renew_one(self, late: _Late, blocks: list[Block]) -> Change | None:
        start = late.start + self._shift
        renewed = late.leaf.renewed()
        if blocks[start : start + late.count] == renewed:
            return None
        blocks[start : start + late.count] = renewed
        self._shift += len(renewed) - late.count
        return Change(start, late.count, len(renewed))


def _start(late: _Late) -> int:
    return late.start
