"""Positions in a text as Python counts them and as Qt does, which counts UTF-16 units."""

from __future__ import annotations

import re
from bisect import bisect_left
from unicodedata import bidirectional

_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufeff"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


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
    if text.isascii():
        return False
    for letter in text[:200]:
        direction = bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def has_right_to_left(text: str) -> bool:
    """Whether any letter runs from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def has_direction(letter: str) -> bool:
    """Whether a letter has a direction of its own, whatever stands around it."""
    return bidirectional(letter) in ("L", "R", "AL")
