"""A text with marked places, broken into the few lines that a row has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QTextLayout, QTextOption

from desktop_chat.ui.transcript.layouts.utf16 import Positions

if TYPE_CHECKING:
    from PySide6.QtGui import QFont, QPainter, QTextLine

    from desktop_chat.domain.search.hit import Range, Snippet

_ROUNDING = 3.0
_SIDE = 1.0


class Line(NamedTuple):
    """One line, and where its marks are."""

    text: str
    marks: tuple[Range, ...]


class Inks(NamedTuple):
    """Colours: of the text, of the surface under a mark, and of the text on it."""

    text: str
    mark: str
    marked: str


def break_lines(snippet: Snippet, font: QFont, width: float, count: int) -> list[Line]:
    """Break a snippet into at most `count` lines; the last one is cut with an ellipsis."""
    lines: list[Line] = []
    start = 0
    while start < len(snippet.text) and len(lines) < count:
        is_last = len(lines) == count - 1
        end = len(snippet.text) if is_last else start + _fitting(snippet.text[start:], font, width)
        text = snippet.text[start:end]
        if is_last:
            text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
        lines.append(_line(text, start, end, snippet.marks, is_cut=is_last))
        start = end
    return lines


def _line(text: str, start: int, end: int, marks: tuple[Range, ...], *, is_cut: bool) -> Line:
    kept = len(text) - 1 if is_cut and text.endswith("…") else len(text)
    inside = [
        (max(first, start) - start, min(last - start, kept))
        for first, last in marks
        if first < end and last > start and first - start < kept
    ]
    return Line(text, tuple(inside))


def _fitting(text: str, font: QFont, width: float) -> int:
    """Return how many characters of a text make its first line."""
    layout = _layout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(width)
    layout.endLayout()
    return max(1, Positions(text).from_qt(line.textLength()))


def paint_line(painter: QPainter, line: Line, font: QFont, at: QPointF, inks: Inks) -> None:
    """Paint a line from its top left corner on; a surface lies under its marks."""
    layout = _layout(line.text, font)
    layout.beginLayout()
    laid = layout.createLine()
    laid.setNumColumns(len(line.text) * 2)
    layout.endLayout()
    places = Positions(line.text)
    formats = []
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(inks.mark))
    for first, last in line.marks:
        start, end = places.to_qt(first), places.to_qt(last)
        left, right = _x_of(laid, start), _x_of(laid, end)
        area = QRectF(at.x() + min(left, right), at.y(), abs(right - left), laid.height())
        painter.drawRoundedRect(area.adjusted(-_SIDE, 0, _SIDE, 0), _ROUNDING, _ROUNDING)
        formats.append(_format(start, end, inks.marked))
    painter.setPen(QColor(inks.text))
    layout.draw(painter, at, formats)


def _format(start: int, end: int, colour: str) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = start, end - start
    found.format.setForeground(QColor(colour))
    return found


def _x_of(line: QTextLine, place: int) -> float:
    # The stubs know nothing of the pair that comes back.
    found: Any = line.cursorToX(place)
    return float(found[0])


def _layout(text: str, font: QFont) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    return layout
