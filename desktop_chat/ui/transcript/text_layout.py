"""A paragraph or heading, laid out; one that grows is laid out again only at its end."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QTextCharFormat, QTextLayout, QTextLine

from desktop_chat.ui.transcript.block_layout import BlockLayout
from desktop_chat.ui.transcript.blocks import Block, Span, Style, TextBlock
from desktop_chat.ui.transcript.look import CHIP_SIDE
from desktop_chat.ui.transcript.utf16 import Positions, is_right_to_left

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter
    from typing_extensions import override

    from desktop_chat.ui.transcript.look import Look
    from desktop_chat.ui.transcript.marked import Marked

# A growing paragraph keeps at most this many lines that are laid out again and again.
MAX_OPEN_LINES = 2
CUT_LINES = 1


class TextLayout(BlockLayout):
    """Lines in one or more pieces; all pieces but the last have their final lines."""

    def __init__(self, block: TextBlock, look: Look, width: int, colour: str = "text") -> None:
        self._block = block
        self._look = look
        self._width = width
        self._colour = colour
        self._positions = Positions(block.text)
        self._is_rtl = not block.text.isascii() and is_right_to_left(block.text)
        self._pieces = [self._piece(0, len(block.text), 0)]
        self.height = 0
        self.natural_width = 0
        self._measure()

    @override
    def grow(self, block: Block) -> int | None:
        old, last = self._block, self._pieces[-1]
        if block == old:
            return self.height
        if not isinstance(block, TextBlock) or (block.level, block.place) != (old.level, old.place):
            return None
        if not block.text.startswith(old.text) or not _same_spans(old, block, last.start):
            return None
        same_style = block.spans[: len(old.spans)] == old.spans
        changed = last.top + (last.y_of_last_line() if same_style else 0)
        self._block = block
        self._positions = Positions(block.text)
        self._pieces[-1] = self._piece(last.start, len(block.text), last.top)
        self._cut_open_piece()
        self._measure()
        return changed

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        self._paint_code_chips(painter, x, y)
        painter.setPen(self._look.colour(self._colour))
        area = QRectF(clip)
        for piece in self._pieces:
            top = y + piece.top
            if top <= clip.bottom() and top + piece.height > clip.top():
                ranges = self._marks(piece, marked) if marked else []
                piece.layout.draw(painter, QPointF(x, top), ranges, area)

    @override
    def offset_at(self, x: int, y: int) -> int:
        if y < 0:
            return 0
        for piece in self._pieces:
            if y < piece.top + piece.height or piece is self._pieces[-1]:
                found = piece.qt_offset_at(x, y - piece.top)
                return self._positions.from_qt(self._positions.to_qt(piece.start) + found)
        return 0

    @override
    def link_at(self, x: int, y: int) -> tuple[str, str]:
        if not 0 <= y < self.height:
            return "", ""
        for span in self._block.spans:
            if span.href and any(
                rect.contains(QPointF(x, y))
                for rect in self.rects(span.start, span.start + span.length)
            ):
                return span.href, self._block.text[span.start : span.start + span.length]
        return "", ""

    @override
    def y_of(self, offset: int) -> int:
        for piece in reversed(self._pieces):
            if offset >= piece.start:
                line = piece.layout.lineForTextPosition(self._in_piece(piece, offset))
                if not line.isValid():
                    return piece.top
                extra = max(0.0, self._look.line_of(self._block.level) - line.height())
                return round(piece.top + line.y() - extra / 2)
        return 0

    def _measure(self) -> None:
        last = self._pieces[-1]
        self.height = last.top + last.height
        self.natural_width = max(ceil(piece.layout.maximumWidth()) for piece in self._pieces)

    def _cut_open_piece(self) -> None:
        """Split off the first lines of a growing paragraph, which no longer change."""
        last = self._pieces[-1]
        if last.layout.lineCount() <= MAX_OPEN_LINES:
            return
        qt_cut = self._positions.to_qt(last.start) + last.layout.lineAt(CUT_LINES).textStart()
        cut = self._positions.from_qt(qt_cut)
        self._pieces[-1] = self._piece(last.start, cut, last.top)
        top = last.top + self._pieces[-1].height
        self._pieces.append(self._piece(cut, len(self._block.text), top))

    def _piece(self, start: int, end: int, top: int) -> _Piece:
        block, look = self._block, self._look
        font = look.heading(block.level) if block.level else look.body
        # A line break at the very end would add an empty line to a piece.
        text = block.text[start:end]
        if end < len(block.text):
            text = text.removesuffix("\u2028")
        layout = QTextLayout(text, font)
        option = look.text_option()
        if self._is_rtl:
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
            option.setAlignment(Qt.AlignmentFlag.AlignRight)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        layout.setFormats(self._formats(start, end))
        height = _set_lines(layout, self._width, look.line_of(block.level))
        return _Piece(start, layout, top, height)

    def _formats(self, start: int, end: int) -> list[QTextLayout.FormatRange]:
        level, ranges = self._block.level, []
        for span in self._block.spans:
            first, last = max(span.start, start), min(span.start + span.length, end)
            if first >= last:
                continue
            ranges.append(self._range(start, first, last, self._look.format(span.style, level)))
            if span.style & Style.CODE:
                ranges += self._chip_room(start, span, end)
        return ranges

    def _chip_room(self, start: int, span: Span, end: int) -> list[QTextLayout.FormatRange]:
        """Keep the letters next to inline code off its ground."""
        level, ranges = self._block.level, []
        last = span.start + span.length - 1
        if start <= last < end:
            ranges.append(self._range(start, last, last + 1, self._look.spaced(span.style, level)))
        before = span.start - 1
        if start <= before < end and self._block.text[before] == " ":
            plain = self._look.spaced(Style.PLAIN, level)
            ranges.append(self._range(start, before, before + 1, plain))
        return ranges

    def _range(
        self, base: int, start: int, end: int, char_format: QTextCharFormat
    ) -> QTextLayout.FormatRange:
        part = QTextLayout.FormatRange()
        origin = self._positions.to_qt(base)
        part.start = self._positions.to_qt(start) - origin
        part.length = self._positions.to_qt(end) - origin - part.start
        part.format = char_format
        return part

    def _marks(self, piece: _Piece, marked: Marked) -> list[QTextLayout.FormatRange]:
        end = piece.start + len(piece.layout.text())

        def in_piece(offset: int) -> int:
            return self._in_piece(piece, offset)

        return marked.formats(self._look, piece.start, end, in_piece)

    def _in_piece(self, piece: _Piece, offset: int) -> int:
        """Return an offset of the text as Qt counts it in a piece."""
        return self._positions.to_qt(offset) - self._positions.to_qt(piece.start)

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        rects = []
        for piece in self._pieces:
            first = self._in_piece(piece, start)
            last = self._in_piece(piece, end)
            rects += [rect.translated(0, piece.top) for rect in piece.rects(first, last)]
        return rects

    def _paint_code_chips(self, painter: QPainter, x: int, y: int) -> None:
        spans = [span for span in self._block.spans if span.style & Style.CODE]
        if not spans:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("bubble"))
        side = self._look.px(CHIP_SIDE)
        for span in spans:
            for rect in self.rects(span.start, span.start + span.length):
                painter.drawRoundedRect(rect.translated(x, y).adjusted(-side, 0, 0, 0), 5, 5)


class _Piece:
    """Some lines of a paragraph; offsets are those of Qt within the piece."""

    def __init__(self, start: int, layout: QTextLayout, top: int, height: int) -> None:
        self.start = start
        self.layout = layout
        self.top = top
        self.height = height

    def y_of_last_line(self) -> int:
        """Return where the last line starts; only it changes when text is added."""
        count = self.layout.lineCount()
        return int(self.layout.lineAt(count - 1).y()) - 2 if count else 0

    def qt_offset_at(self, x: int, y: int) -> int:
        """Return the offset nearest to a point."""
        count = self.layout.lineCount()
        for number in range(count):
            is_last = number == count - 1
            if is_last or y < self.layout.lineAt(number + 1).y():
                return int(self.layout.lineAt(number).xToCursor(x))
        return 0

    def rects(self, start: int, end: int) -> list[QRectF]:
        """Return the rectangles between two offsets, one a line."""
        rects = []
        for number in range(self.layout.lineCount()):
            line = self.layout.lineAt(number)
            first = max(start, line.textStart())
            last = min(end, line.textStart() + line.textLength())
            if first < last:
                left, right = sorted((_x_of(line, first), _x_of(line, last)))
                rects.append(QRectF(left, line.y(), right - left, line.height()))
        return rects


def _same_spans(old: TextBlock, new: TextBlock, start: int) -> bool:
    """Whether the spans before `start` are the same, so that finished pieces stay as they are."""
    if not start:
        return True
    before = [span for span in old.spans if span.start < start]
    return before == list(new.spans[: len(before)])


def _x_of(line: QTextLine, position: int) -> float:
    found: object = line.cursorToX(position)
    # PySide6 returns the position beside the x, since Qt may move it.
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]


def _set_lines(layout: QTextLayout, width: int, height: int) -> int:
    """Break the text into lines; return the height of them all."""
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        # Lines keep their distance; only letters of a taller font push them apart.
        extra = max(0.0, height - line.height())
        line.setPosition(QPointF(0, y + extra / 2))
        y += max(float(height), line.height())
    layout.endLayout()
    return max(ceil(y), height)
