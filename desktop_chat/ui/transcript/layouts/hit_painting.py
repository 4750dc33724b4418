"""Paints what a search found in a paragraph: all hits at once, since Qt takes long for each."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QRegion, QTextLayout

from desktop_chat.ui.transcript.layouts.marked import ground

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked, Range
    from desktop_chat.ui.transcript.layouts.text_piece import Piece


def seen_hits(piece: Piece, y: float, area: QRectF, marked: Marked) -> Sequence[Range]:
    """Return the hits in those lines of a piece that an area shows.

    Args:
        piece: Lines of a paragraph.
        y: Where they start in the window.
        area: What of the window is painted.
        marked: Holds the hits of the whole paragraph.
    """
    first, last = (
        max(0, bisect_right(piece.tops, edge - y) - 1) for edge in (area.top(), area.bottom())
    )
    start = piece.shown.from_qt(piece.layout.lineAt(first).textStart())
    line = piece.layout.lineAt(last)
    end = piece.shown.from_qt(line.textStart() + line.textLength())
    return [
        (max(low, piece.start), min(high, piece.end))
        for low, high in marked.hits_between(start, end)
        if low < piece.end and high > piece.start
    ]


def paint_hits(
    painter: QPainter,
    piece: Piece,
    at: QPointF,
    look: Look,
    marked: Marked,
    hidden: Sequence[QTextLayout.FormatRange],
) -> None:
    """Paint the text of hits again, on their ground.

    Args:
        painter: Paints on the window.
        piece: Lines of a paragraph, painted already.
        at: Where they start in the window.
        look: Gives the colours.
        marked: Holds the hits that are seen; what is selected or current is left as it is.
        hidden: What of the text stands for a formula.
    """
    region = _region(piece, at, marked.hits)
    others = [part for part in (marked.chosen, marked.current) if part is not None]
    inside = [(max(low, piece.start), min(high, piece.end)) for low, high in others]
    region -= _region(piece, at, [part for part in inside if part[0] < part[1]])
    if region.isEmpty():
        return
    whole = QTextLayout.FormatRange()
    whole.start, whole.length = 0, len(piece.layout.text().encode("utf-16-le")) // 2
    whole.format = ground(look, "find_hit")
    painter.save()
    painter.setClipRegion(region, Qt.ClipOperation.IntersectClip)
    piece.layout.draw(painter, at, [whole, *hidden], QRectF(region.boundingRect()))
    painter.restore()


def _region(piece: Piece, at: QPointF, ranges: Sequence[Range]) -> QRegion:
    region = QRegion()
    for start, end in ranges:
        for rect in piece.rects(start, end):
            region += rect.translated(at).toAlignedRect()
    return region
