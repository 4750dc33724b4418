"""Rows of code, laid out where they are seen: letters, colours, marks."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QTextCharFormat, QTextLayout

from desktop_chat.ui.transcript.layouts.utf16 import Positions
from desktop_chat.ui.transcript.text.text_limits import with_marks

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter, QTextLine

    from desktop_chat.services.drawing.code_lexing import Spans
    from desktop_chat.ui.transcript.layouts.code_colours import Colours
    from desktop_chat.ui.transcript.layouts.code_lines import CodeLines, Tile
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked

MAX_KEPT = 300
LEAST_CONTRAST = 4.5


class Piece(NamedTuple):
    """One tile of a row, laid out.

    Attributes:
        text: Of the tile.
        spans: The colours of its line.
        layout: A single line, from x 0 on.
        scale: By how much it is drawn wider to fit the columns.
    """

    text: str
    spans: Spans
    layout: QTextLayout
    scale: float

    def x_of(self, at: int) -> float:
        """Return where a character of the tile starts."""
        return _x_of(self.layout.lineAt(0), Positions(self.text).to_qt(at)) * self.scale

    def at_x(self, x: float) -> int:
        """Return the character of the tile whose left edge is nearest to `x`."""
        found = int(self.layout.lineAt(0).xToCursor(x / self.scale))
        return Positions(self.text).from_qt(found)


class CodeRows:
    """Lays out rows of code and keeps the last ones.

    Args:
        look: Fonts and colours.
        lines: Where the rows are.
        colours: Of the lines.
        room: Width of a wrapped row, in pixels; 0 without a limit.
    """

    def __init__(self, look: Look, lines: CodeLines, colours: Colours, room: float) -> None:
        self._look = look
        self._lines = lines
        self._colours = colours
        self._room = room
        self._kept: OrderedDict[tuple[int, int], Piece] = OrderedDict()
        self._faint: dict[str, bool] = {}

    def __len__(self) -> int:
        """How many tiles are kept."""
        return len(self._kept)

    def paint(
        self,
        painter: QPainter,
        at: QPointF,
        row: tuple[int, int],
        seen: tuple[float, float],
        marked: Marked,
    ) -> None:
        """Paint a row.

        Args:
            painter: Paints.
            at: Top left of the row.
            row: Line, and which of its rows, as `CodeLines.at_row` tells.
            seen: From where to where the row is seen, from its left.
            marked: What of the block is marked.
        """
        number, advance = row[0], self._look.code_advance
        tiles = self._lines.tiles(*row)
        for index, tile in enumerate(tiles):
            x = tile.column * advance
            if x > seen[1]:
                break
            if index + 1 < len(tiles) and tiles[index + 1].column * advance < seen[0]:
                continue
            piece = self._piece(number, tile)
            place = QPointF(at.x() + x, at.y())
            marks = self._marks(number, tile, piece, marked) if marked else []
            if piece.scale == 1.0:
                piece.layout.draw(painter, place, marks)
                continue
            painter.save()
            painter.translate(place)
            painter.scale(piece.scale, 1.0)
            piece.layout.draw(painter, QPointF(0, 0), marks)
            painter.restore()

    def x_of(self, number: int, inside: int, at: int) -> float:
        """Return where the character `at` of a line starts in one of its rows."""
        tiles = self._lines.tiles(number, inside)
        index = max(0, bisect_right([tile.start for tile in tiles], at) - 1)
        tile = tiles[index]
        left = tile.column * self._look.code_advance
        return left + self._piece(number, tile).x_of(min(at, tile.end) - tile.start)

    def at_x(self, number: int, inside: int, x: float) -> int:
        """Return the character of a line that is nearest to `x` in one of its rows."""
        tiles = self._lines.tiles(number, inside)
        column = x / self._look.code_advance
        index = max(0, bisect_right([tile.column for tile in tiles], column) - 1)
        tile = tiles[index]
        left = tile.column * self._look.code_advance
        return tile.start + self._piece(number, tile).at_x(x - left)

    def _piece(self, number: int, tile: Tile) -> Piece:
        text, spans = self._lines.lines[number][tile.start : tile.end], self._colours.of(number)
        key = (number, tile.start)
        kept = self._kept.get(key)
        if kept is None or kept.text != text or kept.spans != spans:
            kept = self._kept[key] = self._lay_out(text, spans, tile)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept

    def _lay_out(self, text: str, spans: Spans, tile: Tile) -> Piece:
        look = self._look
        layout = QTextLayout(with_marks(text), look.code)
        layout.setTextOption(look.code_option())
        layout.setCacheEnabled(True)
        layout.setFormats(self._formats(text, spans, tile.start))
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e6)
        line.setPosition(QPointF(0, (look.code_line - line.height()) / 2))
        layout.endLayout()
        natural = _x_of(line, len(layout.text()))
        scale = 1.0
        if natural and tile.cells:
            scale = tile.cells * look.code_advance / natural
        elif 0 < self._room < natural - 1:
            scale = self._room / natural
        return Piece(text, spans, layout, scale)

    def _formats(
        self, text: str, spans: Spans, first: int, ground: str = ""
    ) -> list[QTextLayout.FormatRange]:
        ranges, positions = [], Positions(text)
        for start, length, colour in spans:
            start -= first
            end = min(start + length, len(text))
            start = max(0, start)
            if start >= end:
                continue
            part = QTextLayout.FormatRange()
            part.start = positions.to_qt(start)
            part.length = positions.to_qt(end) - part.start
            part.format = self._format(colour, ground)
            ranges.append(part)
        return ranges

    def _format(self, colour: str, ground: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(self._look.colour(colour))
        if ground:
            made.setBackground(self._look.colour(ground))
        return made

    def _marks(
        self, number: int, tile: Tile, piece: Piece, marked: Marked
    ) -> list[QTextLayout.FormatRange]:
        start, positions = self._lines.starts[number] + tile.start, Positions(piece.text)

        def in_tile(offset: int) -> int:
            return positions.to_qt(offset - start)

        end = start + len(piece.text)
        ranges = marked.formats(self._look, start, end, in_tile)
        for (first, last), ground in marked.stretches(start, end):
            if ground == "selection":
                ranges += self._legible(piece, first - start, last - start, tile.start)
        return ranges

    def _legible(
        self, piece: Piece, first: int, last: int, tile_start: int
    ) -> list[QTextLayout.FormatRange]:
        """Return text colour for the selected letters that would be too faint in theirs."""
        spans = []
        for start, length, colour in piece.spans:
            start, end = start - tile_start, start - tile_start + length
            if start < last and end > first and self._is_faint(colour):
                start = max(start, first)
                spans.append((start + tile_start, min(end, last) - start, "text"))
        # With their ground, since letters painted over themselves look bold.
        return self._formats(piece.text, tuple(spans), tile_start, "selection")

    def _is_faint(self, colour: str) -> bool:
        known = self._faint.get(colour)
        if known is None:
            ground = self._look.colour("selection")
            known = contrast(self._look.colour(colour), ground) < LEAST_CONTRAST
            self._faint[colour] = known
        return known


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast of two colours as WCAG 2 counts it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _x_of(line: QTextLine, position: int) -> float:
    found: object = line.cursorToX(position)
    # PySide6 returns the position beside the x, since Qt may move it.
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]
