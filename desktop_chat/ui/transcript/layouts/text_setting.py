"""Sets a stretch of a paragraph: formats, formulas, direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextCharFormat, QTextLayout

from desktop_chat.services.drawing.formula_geometry import Formula
from desktop_chat.ui.transcript.layouts.formulas import drawn
from desktop_chat.ui.transcript.layouts.text_piece import Inline, Piece
from desktop_chat.ui.transcript.layouts.text_shown import STAND_IN, Shown
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QTextOption

    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.text.blocks import Span, TextBlock

# The formulas' letters are smaller than those of the text at the same size.
FORMULA_SIZE = 1.14
# A formula is made smaller, down to this, before it is wider than the column.
_SMALLEST = 0.6
_ALIGNMENTS = {
    # Without "absolute" Qt takes left and right for start and end.
    "left": Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute,
    "right": Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute,
    "center": Qt.AlignmentFlag.AlignHCenter,
}
_INVISIBLE = QColor(0, 0, 0, 0)


@dataclass(slots=True)
class Setting:
    """How the paragraphs of one layout are set.

    Attributes:
        width: Of the lines, in pixels.
        colour: Token of the theme for plain text.
        alignment: "left", "right", "center", or "" for where the text begins.
        is_rtl: Whether the paragraph runs from right to left.
    """

    look: Look
    width: int
    colour: str
    alignment: str = ""
    is_rtl: bool = False


def set_piece(setting: Setting, block: TextBlock, start: int, end: int, top: int) -> Piece:
    """Lay out the text between two offsets of a block."""
    look, level = setting.look, block.level
    spans = [span for span in block.spans if span.start < end and span.start + span.length > start]
    text = block.text[start:end]
    # A line break at the very end would add an empty line to a piece.
    if end < len(block.text):
        text = text.removesuffix(LINE_BREAK)
    sources: dict[int, str | None] = {}
    inlines, waiting = [], []
    for span in spans:
        if span.style & Style.MATH:
            formula = drawn(look, span.source, is_display=False)
            inline = _inline(setting, span, level, formula) if formula else None
            sources[span.start] = None if inline else span.source
            waiting += [span.source] if formula is None else []
            inlines += [inline] if inline else []
    shown = Shown(text, start, sources)
    font = look.heading(level) if level else look.body
    layout = QTextLayout(shown.text, font)
    layout.setTextOption(_option(setting))
    layout.setCacheEnabled(True)
    piece = Piece((start, end), top, layout, shown, inlines)
    piece.waiting = waiting
    piece.chips = [span for span in spans if span.style & Style.CODE]
    piece.links = [span for span in spans if span.href]
    if spans:
        layout.setFormats(list(_formats(look, block, piece, spans)))
    piece.set_lines(setting.width, look.line_of(level))
    return piece


def _option(setting: Setting) -> QTextOption:
    option = setting.look.text_option()
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if setting.is_rtl else Qt.LayoutDirection.LeftToRight
    )
    alignment = setting.alignment or ("right" if setting.is_rtl else "left")
    option.setAlignment(_ALIGNMENTS[alignment])
    return option


def _inline(setting: Setting, span: Span, level: int, formula: object) -> Inline | None:
    """Return a formula in its size; None if it cannot be drawn or does not fit."""
    from desktop_chat.ui.transcript.layouts.formula_path import path_of

    if not isinstance(formula, Formula):
        return None
    look = setting.look
    font = look.heading(level) if level else look.body
    size = font.pixelSize() * FORMULA_SIZE
    side = max(1.0, size / 16)
    fitting = min(1.0, (setting.width - 2 * side) / (formula.width * size))
    if fitting < _SMALLEST:
        return None
    size *= fitting
    path = path_of(formula, size, font)
    path.translate(side, 0)
    colour = "link" if span.style & Style.LINK else setting.colour
    width, up, down = formula.width * size + 2 * side, formula.ascent * size, formula.descent * size
    return Inline(span.start, path, width, up, down, colour, QPointF())


def _formats(
    look: Look, block: TextBlock, piece: Piece, spans: list[Span]
) -> Iterator[QTextLayout.FormatRange]:
    level = block.level
    inlines = {inline.offset: inline for inline in piece.inlines}
    for span in spans:
        if not span.style & Style.MATH:
            made = look.format(span.style, level)
            yield _range(piece, span.start, span.start + span.length, made)
        elif span.start in inlines:
            made = stand_in(look, level, inlines[span.start].width)
            yield _range(piece, span.start, span.start + 1, made)
        else:
            made = look.format(span.style & ~Style.MATH | Style.CODE, level)
            yield _range(piece, span.start, span.start + 1, made)
        if span.style & Style.CODE:
            yield from _chip_room(look, block, piece, span)


def stand_in(look: Look, level: int, width: float) -> QTextCharFormat:
    """Return the format of the character that keeps the room of a formula."""
    font = look.heading(level) if level else look.body
    made = QTextCharFormat()
    made.setFont(font)
    made.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
    made.setFontLetterSpacing(width - QFontMetricsF(font).horizontalAdvance(STAND_IN))
    made.setForeground(_INVISIBLE)
    return made


def _chip_room(
    look: Look, block: TextBlock, piece: Piece, span: Span
) -> Iterator[QTextLayout.FormatRange]:
    """Keep the letters next to inline code off its ground."""
    last, before = span.start + span.length - 1, span.start - 1
    if piece.start <= last < piece.end:
        yield _range(piece, last, last + 1, look.spaced(span.style, block.level))
    if piece.start <= before < piece.end and block.text[before] == " ":
        yield _range(piece, before, before + 1, look.spaced(Style.PLAIN, block.level))


def _range(
    piece: Piece, start: int, end: int, char_format: QTextCharFormat
) -> QTextLayout.FormatRange:
    part = QTextLayout.FormatRange()
    part.start = piece.shown.to_qt(start)
    part.length = piece.shown.to_qt(end) - part.start
    part.format = char_format
    return part
