"""Positions in a text as Python counts them and as Qt does, which counts UTF-16 units."""

from __future__ import annotations

from bisect import bisect_left
from unicodedata import bidirectional


class Positions:
    """Translates positions of one text; free for texts without characters beyond U+FFFF."""

    def __init__(self, text: str) -> None:
        self._wide: list[int] = []
        if not text.isascii() and max(text) > "\uffff":
            self._wide = [at for at, letter in enumerate(text) if letter > "\uffff"]
        self._wide_in_qt = [at + number for number, at in enumerate(self._wide)]

    def to_qt(self, position: int) -> int:
        """Return where Qt counts `position`."""
        return position + bisect_left(self._wide, position) if self._wide else position

    def from_qt(self, position: int) -> int:
        """Return where Python counts Qt's `position`."""
        return position - bisect_left(self._wide_in_qt, position) if self._wide else position


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    for letter in text[:200]:
        direction = bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
