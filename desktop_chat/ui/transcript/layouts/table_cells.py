"""Cells of a table: as blocks of text, and how wide they are."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtGui import QFontMetricsF

from desktop_chat.ui.transcript.layouts.look import CHIP_SIDE
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, OBJECT, Cell, Span, Style, TextBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_chat.ui.transcript.layouts.look import Look

# Of a longer cell only the beginning is shown; copying takes all.
MAX_SHOWN = 4_000
# Of a cell that takes most of a line in any case the beginning is measured.
MAX_MEASURED = 100
_LEAST = 40
_LEAST_WORD = 150
_LEAST_IDEOGRAPHS = 64
_LEAST_FORMULA = 400
_LEAST_MIXED = 200
_FAR = 100_000
_SEAMLESS = Style.BOLD | Style.ITALIC | Style.STRIKE | Style.LINK | Style.CODE


def cell_block(cell: Cell, *, is_header: bool) -> TextBlock:
    """Return a cell as the paragraph that is laid out for it."""
    text, spans = cell.text, cell.spans
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 1] + "…"
        spans = tuple(span for span in spans if span.start + span.length < MAX_SHOWN)
    return TextBlock(text, tuple(_stretches(text, spans, Style.BOLD)) if is_header else spans)


def _stretches(text: str, spans: tuple[Span, ...], style: Style) -> Iterator[Span]:
    """Yield all of a text in spans, each with `style` added."""
    at = 0
    for span in spans:
        if span.start > at:
            yield Span(at, span.start - at, style)
        yield Span(span.start, span.length, span.style | style, span.href, span.source)
        at = span.start + span.length
    if at < len(text):
        yield Span(at, len(text) - at, style)


def least_width(text: str, width: int, look: Look) -> int:
    """Return how narrow a cell of a natural width may become: its longest word, if not too long."""
    if OBJECT in text:
        # A formula is not broken.
        return min(width, look.px(_LEAST_FORMULA if text.strip() == OBJECT else _LEAST_MIXED))
    words = text[:MAX_MEASURED]
    longest = max(map(len, words.split()), default=0)
    # Ideographs are wrapped anywhere.
    most = look.px(_LEAST_WORD if words.isascii() or max(words) < "\u2e80" else _LEAST_IDEOGRAPHS)
    share = ceil(width * longest / max(1, min(len(text), MAX_SHOWN)))
    # Letters differ in width; a word that just does not fit would be broken.
    return min(width, max(look.px(_LEAST), min(share + share // 8, most)))


class Ruler:
    """Measures cells without laying them out, which takes much longer.

    Attributes:
        is_waiting: Whether a formula was measured that is not drawn yet.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self.is_waiting = False
        self._metrics: dict[Style, QFontMetricsF] = {}
        self._wide_letter = look.body.pixelSize() * 1.1

    def width(self, cell: Cell, *, is_header: bool) -> int:
        """Return what a cell takes without line breaks; for a long one that is an estimate."""
        if not cell.text:
            return 0
        measured = self._measure(cell, is_header=is_header)
        if len(cell.text) <= MAX_MEASURED:
            return measured
        return measured * min(len(cell.text), MAX_SHOWN) // MAX_MEASURED

    def _measure(self, cell: Cell, *, is_header: bool) -> int:
        bold = Style.BOLD if is_header else Style.PLAIN
        text = cell.text[:MAX_MEASURED]
        if any(span.style & ~_SEAMLESS for span in cell.spans) or LINE_BREAK in text:
            spans = tuple(span for span in cell.spans if span.start + span.length <= len(text))
            block = cell_block(Cell(text, spans), is_header=is_header)
            layout = TextLayout(block, self._look, _FAR)
            self.is_waiting |= layout.is_waiting
            return layout.text_width + 2
        if not cell.spans:
            return ceil(self._advance(text, bold)) + 2
        width = 0.0
        for span in _stretches(text, cell.spans, bold):
            if span.start >= len(text):
                break
            width += self._advance(text[span.start : span.start + span.length], span.style)
            if span.style & Style.CODE:
                width += 2 * self._look.px(CHIP_SIDE)
        return ceil(width) + 2

    def is_line(self, cell: Cell, width: int, *, is_header: bool) -> bool:
        """Whether a cell surely fits into one line of this width."""
        text = cell.text
        if not cell.spans and text.isascii() and len(text) * self._wide_letter < width:
            return True
        if len(text) > MAX_MEASURED or any(span.style & Style.MATH for span in cell.spans):
            return False
        return LINE_BREAK not in text and self.width(cell, is_header=is_header) <= width

    def lines(self, cell: Cell, width: int) -> int:
        """Guess into how many lines a cell is broken."""
        letters = max(1, round(width / (self._wide_letter * 0.5)))
        return 1 + min(len(cell.text), MAX_SHOWN) // letters

    def _advance(self, text: str, style: Style) -> float:
        metrics = self._metrics.get(style)
        if metrics is None:
            metrics = self._metrics[style] = QFontMetricsF(self._look.format(style).font())
        return metrics.horizontalAdvance(text)
