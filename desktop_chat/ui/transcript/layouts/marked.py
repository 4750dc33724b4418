"""Stretches of a block's text that are painted on another ground: selected, or found."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QTextCharFormat, QTextLayout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from desktop_chat.ui.transcript.layouts.look import Look

Range = tuple[int, int]
"""Offsets of a block's text, start and end; the end may lie beyond the text."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What of one block is marked.

    Attributes:
        chosen: The selected stretch, if any.
        hits: What the search in this chat found, in order, none over another.
        current: The hit that the search stands at, if it is in this block.
    """

    chosen: Range | None = None
    hits: Sequence[Range] = ()
    current: Range | None = None

    def __bool__(self) -> bool:
        return self is not NOTHING

    def stretches(self, start: int, end: int) -> Iterator[tuple[Range, str]]:
        """Yield what is marked between two offsets, with its colour; later ones lie above."""
        ranges = [(hit, "find_hit") for hit in self.hits_between(start, end)]
        if self.chosen is not None:
            ranges.append((self.chosen, "selection"))
        if self.current is not None:
            ranges.append((self.current, "current_hit"))
        for (first, last), colour in ranges:
            first, last = max(first, start), min(last, end)
            if first < last:
                yield (first, last), colour

    def without_hits(self) -> Marked:
        """Return the rest of the marks."""
        return Marked(self.chosen, (), self.current)

    def hits_between(self, start: int, end: int) -> Sequence[Range]:
        """Return the hits near: a long block may hold thousands, a line of it few."""
        first = max(0, bisect_left(self.hits, (start, start)) - 1)
        return self.hits[first : bisect_left(self.hits, (end, end))]

    def formats(
        self, look: Look, start: int, end: int, to_qt: Callable[[int], int]
    ) -> list[QTextLayout.FormatRange]:
        """Return Qt's ranges for the text between two offsets.

        Args:
            look: Gives the colours.
            start: Offset of the first letter of the laid out text.
            end: Offset behind its last letter.
            to_qt: Turns an offset of the block's text into one of the laid out text.
        """
        made = []
        for (first, last), colour in self.stretches(start, end):
            part = QTextLayout.FormatRange()
            part.start = to_qt(first)
            part.length = to_qt(last) - part.start
            part.format = ground(look, colour)
            made.append(part)
        return made


NOTHING = Marked()


def ground(look: Look, colour: str) -> QTextCharFormat:
    """Return the format of text on the ground of a mark."""
    made = QTextCharFormat()
    made.setBackground(look.colour(colour))
    # Links, code and muted text would be too faint on the ground of a hit.
    if colour == "current_hit" and look.theme.border > 1:
        # In high contrast two grounds of hits can hardly be told apart.
        made.setBackground(look.colour("text"))
        made.setForeground(look.colour("window"))
    elif colour == "current_hit":
        made.setForeground(QColor("white") if look.theme.is_dark else look.colour("text"))
    elif colour == "find_hit":
        made.setForeground(look.colour("text"))
    return made
