"""Quotes and lists around blocks, as documents open and close them. No Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.blocks import Place

_NUMBER = re.compile(r"(\d{1,9})[.)]")
_TASKS = {"[ ]": "☐", "[x]": "☑"}


@dataclass(slots=True)
class Level:
    """An open quote or list.

    Attributes:
        is_quote: Whether it is a quote.
        is_ordered: Whether the items of a list are numbered.
        number: Of the item that is open.
        mark: What stands in the place of its bullet: a task's box, a note's number, or "".
        list_id: Free for whoever writes.
    """

    is_quote: bool
    is_ordered: bool = False
    number: int = 0
    mark: str = ""
    list_id: int = 0


class Change(Enum):
    """What happens to a level."""

    OPEN = auto()
    """It begins; a list with its first item."""
    NEXT = auto()
    """Another item of it begins."""
    CLOSE = auto()
    """It ends."""


class Nesting:
    """Follows blocks and tells what has to be opened and closed before each.

    Attributes:
        levels: What is open, outermost first.
    """

    def __init__(self) -> None:
        self.levels: list[Level] = []

    def enter(self, place: Place) -> list[tuple[Change, Level]]:
        """Return what happens before a block that stands at `place`."""
        letters = place.containers
        kept = 0
        for letter, level in zip(letters, self.levels, strict=False):
            if (letter == "q") != level.is_quote:
                break
            kept += 1
        at = letters.rfind("l") if place.marker else -1
        if at < 0:
            return self._go_to(letters, kept, None)
        kept = min(kept, at)
        item = _item(place.marker)
        if kept == at and len(self.levels) > at and _goes_on(self.levels[at], item):
            changes = self._close(at + 1)
            level = self.levels[at]
            level.number, level.mark = item.number, item.mark
            return [*changes, (Change.NEXT, level), *self._go_to(letters, at + 1, None)]
        return self._go_to(letters, kept, item)

    def leave(self) -> list[tuple[Change, Level]]:
        """Return what ends with the last block."""
        return self._close(0)

    def _go_to(self, letters: str, kept: int, item: Level | None) -> list[tuple[Change, Level]]:
        changes = self._close(kept)
        last = letters.rfind("l")
        for number, letter in enumerate(letters[kept:], kept):
            is_item = item is not None and number == last
            level = item if is_item and item else Level(letter == "q")
            self.levels.append(level)
            changes.append((Change.OPEN, level))
        return changes

    def _close(self, count: int) -> list[tuple[Change, Level]]:
        changes = []
        while len(self.levels) > count:
            changes.append((Change.CLOSE, self.levels.pop()))
        return changes


def _item(marker: str) -> Level:
    if found := _NUMBER.fullmatch(marker):
        return Level(is_quote=False, is_ordered=True, number=int(found[1]))
    if marker.startswith("[^"):
        return Level(is_quote=False, mark=marker[2:-1])
    return Level(is_quote=False, mark=_TASKS.get(marker, ""))


def _goes_on(level: Level, item: Level) -> bool:
    if level.is_quote:
        return False
    if not item.is_ordered:
        return not level.is_ordered
    return level.is_ordered and item.number == level.number + 1
