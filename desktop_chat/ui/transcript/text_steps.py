"""Steps of a text cursor within a text: by letter as readers count them, and by word."""

from __future__ import annotations

from PySide6.QtCore import QTextBoundaryFinder

from desktop_chat.ui.transcript.layouts.utf16 import Positions
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK

# Enough for any letter or word; a text may be long.
_NEAR = 400
_GAPS = (" ", "\n", "\t", LINE_BREAK)


def letter_after(text: str, offset: int) -> int:
    """Return where the next letter starts, with all that belongs to it: accents, joined emoji."""
    near = text[offset : offset + _NEAR]
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, near)
    end = finder.toNextBoundary()
    return offset + (Positions(near).from_qt(end) if end > 0 else len(near))


def letter_before(text: str, offset: int) -> int:
    """Return where the letter before starts."""
    start = _clean_start(text, offset)
    near = text[start:offset]
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, near)
    finder.toEnd()
    return start + Positions(near).from_qt(max(0, finder.toPreviousBoundary()))


def word_after(text: str, offset: int) -> int:
    """Return where the next word starts, or where the text ends."""
    near = text[offset : offset + _NEAR]
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Word, near)
    while (at := finder.toNextBoundary()) > 0:
        if _starts_word(finder):
            return offset + Positions(near).from_qt(at)
    return offset + len(near)


def word_before(text: str, offset: int) -> int:
    """Return where the word around or before a place starts."""
    start = max(0, offset - _NEAR)
    near = text[start : offset + _NEAR]
    positions = Positions(near)
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Word, near)
    finder.setPosition(positions.to_qt(offset - start))
    while (at := finder.toPreviousBoundary()) > 0:
        if _starts_word(finder):
            return start + positions.from_qt(at)
    return start


def _starts_word(finder: QTextBoundaryFinder) -> bool:
    return bool(finder.boundaryReasons() & QTextBoundaryFinder.BoundaryReason.StartOfItem)


def _clean_start(text: str, offset: int) -> int:
    """Return a place not far before, at which no letter is cut in two."""
    first = max(0, offset - _NEAR)
    return max(first, *(text.rfind(gap, first, max(first, offset - 1)) for gap in _GAPS))
