"""A paragraph or heading, laid out; one that grows is laid out again only at its end."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import takewhile, zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QTextLayout

from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
from desktop_chat.ui.transcript.layouts.formulas import drawn
from desktop_chat.ui.transcript.layouts.hit_painting import paint_hits, seen_hits
from desktop_chat.ui.transcript.layouts.look import CHIP_SIDE
from desktop_chat.ui.transcript.layouts.text_setting import Setting, set_piece, stand_in
from desktop_chat.ui.transcript.layouts.utf16 import has_direction, is_right_to_left
from desktop_chat.ui.transcript.text.blocks import Block, TextBlock

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked, Range
    from desktop_chat.ui.transcript.layouts.text_piece import Inline, Piece
    from desktop_chat.ui.transcript.text.blocks import Span

# So many lines of a growing paragraph are laid out again and again.
OPEN_LINES = 2


class TextLayout(BlockLayout):
    """Lines in one or more pieces; all pieces but the last have their final lines.

    Args:
        block: What to show.
        look: Fonts and colours.
        width: Of the lines, in pixels.
        colour: Token of the theme for plain text.
        alignment: "left", "right", "center", or "" for where the text begins.
    """

    def __init__(
        self,
        block: TextBlock,
        look: Look,
        width: int,
        colour: str = "text",
        *,
        alignment: str = "",
    ) -> None:
        self._block = block
        self._look = look
        is_rtl = is_right_to_left(block.text)
        self._setting = Setting(look, width, colour, alignment, is_rtl)
        self._finished_width = 0
        self._pieces = [set_piece(self._setting, block, 0, len(block.text), 0)]
        self._measure()

    @override
    def grow(self, block: Block) -> int | None:
        old, last = self._block, self._pieces[-1]
        if block == old:
            return self.height
        if not isinstance(block, TextBlock) or (block.level, block.place) != (old.level, old.place):
            return None
        if not block.text.startswith(old.text) or not _same_before(old, block, last.start):
            return None
        if is_right_to_left(block.text) != self._setting.is_rtl:
            return None
        same_style = block.spans[: len(old.spans)] == old.spans
        changed = last.top + (last.y_of_last_line if same_style else 0)
        self._block = block
        self._pieces[-1] = set_piece(self._setting, block, last.start, len(block.text), last.top)
        self._cut_open_piece()
        self._measure()
        return changed

    @override
    def renew(self) -> bool:
        # Most often it is another block's formula that came.
        return not any(
            drawn(self._look, source, is_display=False)
            for piece in self._pieces
            for source in piece.waiting
        )

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        area = QRectF(clip)
        for piece in self._pieces:
            top = y + piece.top
            if top <= clip.bottom() and top + piece.height > clip.top():
                at = QPointF(x, top)
                self._paint_chips(painter, piece, at, area)
                if marked.chosen is not None:
                    self._paint_selection(painter, piece, at, marked.chosen)
                kept = marked.without_hits()
                ranges = self._marks(painter, piece, at, kept) if marked else []
                painter.setPen(self._look.colour(self._setting.colour))
                piece.layout.draw(painter, at, ranges, area)
                if marked.hits:
                    self._paint_hits(painter, piece, at, area, marked)
                self._paint_formulas(painter, piece, at, area)

    @override
    def offset_at(self, x: int, y: int) -> int:
        if y < 0:
            return 0
        piece = self._piece_at(y)
        return piece.offset_at(x, y - piece.top)

    @override
    def link_at(self, x: int, y: int) -> tuple[str, str]:
        if not 0 <= y < self.height:
            return "", ""
        piece = self._piece_at(y)
        span = piece.link_at(x, y - piece.top)
        if span is None:
            return "", ""
        return span.href, link_label(self._block, span)

    @override
    def y_of(self, offset: int) -> int:
        piece = self._pieces[max(0, bisect_right(self._pieces, offset, key=_start) - 1)]
        return piece.top + piece.y_of(offset)

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        first = max(0, bisect_right(self._pieces, start, key=_start) - 1)
        return [
            rect.translated(0, piece.top)
            for piece in takewhile(lambda piece: piece.start < end, self._pieces[first:])
            for rect in piece.rects(max(start, piece.start), min(end, piece.end))
        ]

    @property
    def is_rtl(self) -> bool:
        """Whether it runs from right to left, so that its marker belongs to its right."""
        return self._setting.is_rtl

    @property
    def text_width(self) -> int:
        """What the longest line takes, wherever it stands."""
        return max(self._finished_width, self._pieces[-1].width())

    def _measure(self) -> None:
        last = self._pieces[-1]
        self.height = last.top + last.height
        self.is_waiting = any(piece.waiting for piece in self._pieces)
        setting = self._setting
        is_left = not setting.is_rtl and setting.alignment in ("", "left")
        self.natural_width = self.text_width if is_left else setting.width

    def _piece_at(self, y: int) -> Piece:
        return self._pieces[max(0, bisect_right(self._pieces, y, key=_top) - 1)]

    def _cut_open_piece(self) -> None:
        """Split off the first lines of a growing paragraph, which no longer change."""
        whole = self._pieces[-1]
        number, cut = self._place_to_cut(whole)
        if not number:
            return
        first = set_piece(self._setting, self._block, whole.start, cut, whole.top)
        end, top = len(self._block.text), whole.top + first.height
        second = set_piece(self._setting, self._block, cut, end, top)
        # Lines may turn out otherwise without their neighbours, though they hardly ever do.
        if first.tops + [first.height + top for top in second.tops] == whole.tops:
            self._pieces[-1:] = [first, second]
            self._finished_width = max(self._finished_width, whole.width(number))

    def _place_to_cut(self, piece: Piece) -> tuple[int, int]:
        """Return the line to start a new piece with, 0 if there is none, and its offset."""
        for number in range(len(piece.tops) - OPEN_LINES, 0, -1):
            start = piece.layout.lineAt(number).textStart()
            offset = piece.shown.from_qt(start)
            # Signs and digits take their direction from what stands before them.
            is_apart = not piece.is_mixed or has_direction(self._block.text[offset])
            if is_apart and piece.shown.to_qt(offset) == start:
                return number, offset
        return 0, 0

    def _marks(
        self, painter: QPainter, piece: Piece, at: QPointF, marked: Marked
    ) -> list[QTextLayout.FormatRange]:
        look = self._look
        ranges = marked.formats(look, piece.start, piece.end, piece.shown.to_qt)
        if not piece.inlines:
            return ranges
        grounds = self._grounds(piece, marked)
        for inline, colour in grounds.values():
            painter.fillRect(inline.rect.translated(at), look.colour(colour))
        hidden = [self._hidden(piece, offset, colour) for offset, (_, colour) in grounds.items()]
        return ranges + hidden

    def _paint_hits(
        self, painter: QPainter, piece: Piece, at: QPointF, area: QRectF, marked: Marked
    ) -> None:
        seen = replace(marked, hits=seen_hits(piece, at.y(), area, marked))
        grounds = self._grounds(piece, seen) if piece.inlines else {}
        hidden = []
        for inline, colour in grounds.values():
            if colour == "find_hit":
                painter.fillRect(inline.rect.translated(at), self._look.colour(colour))
                hidden.append(self._hidden(piece, inline.offset, colour))
        paint_hits(painter, piece, at, self._look, seen, hidden)

    def _grounds(self, piece: Piece, marked: Marked) -> dict[int, tuple[Inline, str]]:
        """Return the formulas on a ground, with its colour, by their offsets."""
        return {
            inline.offset: (inline, colour)
            for (first, last), colour in marked.stretches(piece.start, piece.end)
            for inline in piece.inlines
            if first <= inline.offset < last
        }

    def _hidden(self, piece: Piece, offset: int, colour: str) -> QTextLayout.FormatRange:
        """Keep the stand-in of a formula from being seen on a ground that sets its own colour."""
        part = QTextLayout.FormatRange()
        part.start, part.length = piece.shown.to_qt(offset), 1
        part.format = stand_in(self._look, self._block.level, 0)
        part.format.clearProperty(part.format.Property.FontLetterSpacing)
        part.format.setBackground(self._look.colour(colour))
        return part

    def _paint_selection(self, painter: QPainter, piece: Piece, at: QPointF, chosen: Range) -> None:
        """Fill the room between selected lines too, where Qt leaves stripes."""
        colour = self._look.colour("selection")
        for rect in piece.rects(max(chosen[0], piece.start), min(chosen[1], piece.end)):
            painter.fillRect(piece.room_of(rect).translated(at), colour)

    def _paint_chips(self, painter: QPainter, piece: Piece, at: QPointF, area: QRectF) -> None:
        if not piece.chips:
            return
        is_lined = self._look.is_high_contrast
        painter.setPen(self._look.colour("line") if is_lined else Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("bubble"))
        side = self._look.px(CHIP_SIDE)
        for rect in piece.chip_rects():
            chip = rect.translated(at).adjusted(-side, 0, 0, 0)
            if chip.intersects(area):
                painter.drawRoundedRect(chip, 5, 5)

    def _paint_formulas(self, painter: QPainter, piece: Piece, at: QPointF, area: QRectF) -> None:
        if not piece.inlines:
            return
        was_smooth = painter.testRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for inline in piece.inlines:
            if inline.rect.translated(at).intersects(area):
                place = at + inline.at
                painter.translate(place)
                painter.fillPath(inline.path, self._look.colour(inline.colour))
                painter.translate(-place)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, was_smooth)


def link_label(block: TextBlock, span: Span) -> str:
    """Return the whole text of a link, of which a span is a part in one style."""
    index = block.spans.index(span)
    first = last = span
    for before in reversed(block.spans[:index]):
        if before.href != span.href or before.start + before.length != first.start:
            break
        first = before
    for behind in block.spans[index + 1 :]:
        if behind.href != span.href or last.start + last.length != behind.start:
            break
        last = behind
    return block.text[first.start : last.start + last.length]


def _start(piece: Piece) -> int:
    return piece.start


def _top(piece: Piece) -> int:
    return piece.top


def _same_before(old: TextBlock, new: TextBlock, cut: int) -> bool:
    """Whether the spans look the same before `cut`, so that finished pieces stay as they are."""
    for one, other in zip_longest(old.spans, new.spans):
        if one is other:
            continue
        if (one is None or one.start >= cut) and (other is None or other.start >= cut):
            return True
        if one is None or other is None or _before(one, cut) != _before(other, cut):
            return False
    return True


def _before(span: Span, cut: int) -> tuple[int, int, int, str, str]:
    # How far a span reaches beyond the cut matters to nothing before it, but whether it does:
    # behind the end of inline code there is some room.
    end = min(span.start + span.length, cut + 1)
    return span.start, end, span.style, span.href, span.source
