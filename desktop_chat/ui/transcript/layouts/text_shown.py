"""The text of a paragraph as Qt is to lay it out: formulas are stood in for, or written out."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from desktop_chat.ui.transcript.text.blocks import OBJECT
from desktop_chat.ui.transcript.text.text_limits import with_marks

# As wide as needed by letter spacing, never painted. A sign without direction of its own, at
# which a line does not break: commas and brackets stay beside a formula.
STAND_IN = "\u00ac"
# What is not one unit of Qt's, or not shown as it is.
_ODD = re.compile("[\U00010000-\U0010ffff\ufffc]")


class Shown:
    """A stretch of a block's text and what stands for it on the screen.

    Offsets are those of the block, positions those of Qt, which counts UTF-16 units.

    Args:
        text: The stretch.
        start: Its offset in the block.
        formulas: For the offset of each formula in it: None if it is drawn, else its source.
    """

    def __init__(self, text: str, start: int, formulas: dict[int, str | None]) -> None:
        self._start = start
        self._length = len(text)
        self._at: list[int] = []
        self._position: list[int] = []
        self._size: list[int] = []
        self.text = text
        if formulas or (not text.isascii() and max(text) > "\uffff"):
            self.text = self._replace(text, formulas)

    def _replace(self, text: str, formulas: dict[int, str | None]) -> str:
        parts, extra, done = [], 0, 0
        for match in _ODD.finditer(text):
            at, letter = match.start(), match[0]
            shown = letter
            offset = at + self._start
            if offset in formulas:
                source = formulas[offset]
                shown = STAND_IN if source is None else written(source)
                parts += [text[done:at], shown]
                done = at + 1
            # A character beyond the first 65 536 is two of Qt's units.
            size = 2 if shown is letter and letter != OBJECT else qt_length(shown)
            if size != 1:
                self._at.append(at)
                self._position.append(at + extra)
                self._size.append(size)
                extra += size - 1
        parts.append(text[done:])
        return "".join(parts)

    def to_qt(self, offset: int) -> int:
        """Return Qt's position of an offset; one outside is taken to the nearest end."""
        at = min(max(0, offset - self._start), self._length)
        if not self._at:
            return at
        before = bisect_left(self._at, at)
        if not before:
            return at
        last = before - 1
        return self._position[last] + self._size[last] + at - self._at[last] - 1

    def from_qt(self, position: int) -> int:
        """Return the offset nearest to one of Qt's positions."""
        if not self._at:
            return self._start + position
        last = bisect_right(self._position, position) - 1
        if last < 0:
            return self._start + position
        inside = position - self._position[last]
        if inside < self._size[last]:
            # Within what stands for one character of the block: the nearer side of it.
            return self._start + self._at[last] + (2 * inside > self._size[last])
        return self._start + self._at[last] + 1 + inside - self._size[last]


def qt_length(text: str) -> int:
    """Return how many UTF-16 units a text has."""
    if text.isascii():
        return len(text)
    return len(text) + sum(letter > "\uffff" for letter in text)


def written(source: str) -> str:
    """Return what stands in a line for a formula that is not drawn."""
    return with_marks(f"${' '.join(source.split())}$")
