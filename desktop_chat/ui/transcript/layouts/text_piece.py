"""Some lines of a paragraph: their text, what is drawn among it, and where all that is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from desktop_chat.ui.transcript.layouts.utf16 import has_right_to_left

if TYPE_CHECKING:
    from PySide6.QtGui import QPainterPath, QTextLayout, QTextLine

    from desktop_chat.ui.transcript.layouts.text_shown import Shown
    from desktop_chat.ui.transcript.text.blocks import Span

# The least distance of a formula from the line above and the one below.
_GAP = 1


@dataclass(slots=True)
class Inline:
    """A formula in a line, sizes in pixels.

    Attributes:
        offset: In the block's text.
        at: Where its baseline starts, from the top left of the piece.
    """

    offset: int
    path: QPainterPath
    width: float
    ascent: float
    descent: float
    colour: str
    at: QPointF

    @property
    def rect(self) -> QRectF:
        """What the formula covers."""
        top = self.at.y() - self.ascent
        return QRectF(self.at.x(), top, self.width, self.ascent + self.descent)


class Piece:
    """Lines that are laid out together.

    Attributes:
        start: Offset of its first character in the block's text, and `end` behind the last.
        top: Where it starts in the block's layout.
        height: Of all its lines, a whole number of pixels each.
        chips: Its spans of inline code, and `links` those of links.
        waiting: LaTeX of the formulas that are not drawn yet.
        is_mixed: Whether any of it runs from right to left.
        tops: Where the room of each line starts, from the top of the piece.
    """

    def __init__(
        self,
        bounds: tuple[int, int],
        top: int,
        layout: QTextLayout,
        shown: Shown,
        inlines: list[Inline],
    ) -> None:
        self.start, self.end = bounds
        self.top = top
        self.layout = layout
        self.shown = shown
        self.inlines = inlines
        self.chips: list[Span] = []
        self.links: list[Span] = []
        self.is_mixed = has_right_to_left(shown.text)
        self.waiting: list[str] = []
        self.height = 0
        self.tops: list[int] = []
        self._chip_rects: list[QRectF] | None = None

    def set_lines(self, width: int, height: int) -> None:
        """Break the text into lines of at least `height`."""
        self.layout.beginLayout()
        y, waiting = 0, list(self.inlines)
        while (line := self.layout.createLine()).isValid():
            line.setLineWidth(width)
            end = line.textStart() + line.textLength()
            here = [inline for inline in waiting if self.shown.to_qt(inline.offset) < end]
            waiting = waiting[len(here) :]
            # Lines keep their distance; only what is taller pushes them apart.
            half = max(0.0, height - line.height()) / 2
            up = max((each.ascent for each in here), default=0.0) + _GAP - half - line.ascent()
            down = max((each.descent for each in here), default=0.0) + _GAP - half - line.descent()
            up, down = (max(0.0, up), max(0.0, down)) if here else (0.0, 0.0)
            self.tops.append(y)
            line.setPosition(QPointF(0, y + half + up))
            y += ceil(max(float(height), line.height()) + up + down)
            self._place(here, line)
        self.layout.endLayout()
        self.height = max(y, height)

    def _place(self, inlines: list[Inline], line: QTextLine) -> None:
        for inline in inlines:
            at = self.shown.to_qt(inline.offset)
            x = min((rect.left() for rect in self._rects_in(line, at, at + 1)), default=0.0)
            inline.at = QPointF(x, line.y() + line.ascent())

    def width(self, count: int | None = None) -> int:
        """Return what the longest line takes, of the first `count` or of all."""
        lines = map(self.layout.lineAt, range(len(self.tops))[:count])
        return max((ceil(line.naturalTextWidth()) for line in lines), default=0)

    @property
    def y_of_last_line(self) -> int:
        """Where the last line starts; only it changes when text is added."""
        return self.tops[-1] - 2 if self.tops else 0

    def y_of(self, offset: int) -> int:
        """Return where the room of an offset's line starts."""
        line = self.layout.lineForTextPosition(self.shown.to_qt(offset))
        return self.tops[line.lineNumber()] if line.isValid() else 0

    def offset_at(self, x: int, y: int) -> int:
        """Return the offset nearest to a point."""
        if not self.tops:
            return self.start
        line = self.layout.lineAt(max(0, bisect_right(self.tops, y) - 1))
        return self.shown.from_qt(int(line.xToCursor(x)))

    def rects(self, start: int, end: int) -> list[QRectF]:
        """Return the rectangles between two offsets, one a line, from the top of the piece."""
        first, last = self.shown.to_qt(start), self.shown.to_qt(end)
        if first >= last or not self.tops:
            return []
        number = max(0, self.layout.lineForTextPosition(first).lineNumber())
        rects = []
        for line in map(self.layout.lineAt, range(number, len(self.tops))):
            left, right = max(first, line.textStart()), line.textStart() + line.textLength()
            if left >= last:
                break
            right = min(last, right)
            if left < right:
                rects += self._rects_in(line, left, right)
        return rects

    def room_of(self, rect: QRectF) -> QRectF:
        """Return the part of a line that `rects` gave, as high as the line's whole room."""
        number = max(0, bisect_right(self.tops, rect.center().y()) - 1)
        bottom = self.tops[number + 1] if number + 1 < len(self.tops) else self.height
        return QRectF(rect.x(), self.tops[number], rect.width(), bottom - self.tops[number])

    def _rects_in(self, line: QTextLine, left: int, right: int) -> list[QRectF]:
        """Return what a stretch of a line covers: in mixed directions it may be torn apart."""
        y, height = line.y(), line.height()
        if not self.is_mixed:
            x = x_of(line, left)
            return [QRectF(x, y, x_of(line, right) - x, height)]
        runs = (run.boundingRect() for run in line.glyphRuns(left, right - left))
        found: list[QRectF] = []
        for run in sorted(runs, key=QRectF.left):
            if found and run.left() < found[-1].right() + 1:
                found[-1].setRight(max(found[-1].right(), run.right()))
            elif run.width() > 0:
                found.append(QRectF(run.left(), y, run.width(), height))
        return found

    def chip_rects(self) -> list[QRectF]:
        """Return the grounds of inline code, from the top of the piece."""
        if self._chip_rects is None:
            self._chip_rects = [
                rect for span in self.chips for rect in self.rects(*_bounds(span, self))
            ]
        return self._chip_rects

    def link_at(self, x: int, y: int) -> Span | None:
        """Return the link under a point."""
        if not self.links:
            return None
        near = self.offset_at(x, y)
        for span in self.links:
            if span.start <= near <= span.start + span.length and any(
                rect.contains(QPointF(x, y)) for rect in self.rects(*_bounds(span, self))
            ):
                return span
        return None


def _bounds(span: Span, piece: Piece) -> tuple[int, int]:
    return max(span.start, piece.start), min(span.start + span.length, piece.end)


def x_of(line: QTextLine, position: int) -> float:
    """Return where a letter starts."""
    found: object = line.cursorToX(position)
    # PySide6 returns the position beside the x, since Qt may move it.
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]
