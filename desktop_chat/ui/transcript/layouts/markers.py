"""What lists and quotes paint beside their blocks: bullets, numbers, task boxes, bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPen

from desktop_chat.ui.icons import pixmap

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.layouts.look import Look

_BULLETS = "•◦"
_TASKS = ("[ ]", "[x]")
_GAP = 7
_NOTE_ROOM = 40


@dataclass(frozen=True, slots=True)
class Side:
    """The side of a column on which its markers stand.

    Attributes:
        width: Of the column, in pixels.
        is_right: Whether text runs from right to left, and markers stand at its right.
    """

    width: int
    is_right: bool = False

    def rect(self, at: QPoint, x: float, width: float, y: float, height: float) -> QRectF:
        """Return a rectangle of the column at `at`; `x` counts from the side of the markers."""
        left = self.width - x - width if self.is_right else x
        return QRectF(at.x() + left, y, width, height)


def marker_inset(look: Look, containers: str) -> int:
    """Return how far the innermost list pushes its items in: its marker stands before that."""
    return look.indent(containers[: containers.rfind("l") + 1])


def paint_marker(
    painter: QPainter, look: Look, marker: str, at: QPoint, inset: int, side: Side, line: int
) -> None:
    """Paint the marker of a list item or note.

    Args:
        painter: Paints on the window.
        look: Fonts, sizes and colours.
        marker: As `Place` has it.
        at: The left end of the column, at the top of the item's first line.
        inset: Where the item's text starts, from the side of the markers.
        side: On which side they stand.
        line: The height of the item's first line.
    """
    painter.setPen(look.colour("muted"))
    if marker in _BULLETS:
        edge = look.px(5)
        box = side.rect(at, inset - look.px(13) - edge / 2, edge, at.y() + (line - edge) / 2, edge)
        painter.setBrush(look.colour("muted") if marker == "•" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box)
    elif marker in _TASKS:
        edge = look.px(14)
        box = side.rect(at, inset - look.px(21), edge, at.y() + (line - edge) / 2, edge)
        _paint_task(painter, look, box, is_done=marker == "[x]")
    else:
        _paint_label(painter, look, marker, at, inset, side, line)


def _paint_task(painter: QPainter, look: Look, box: QRectF, *, is_done: bool) -> None:
    painter.setPen(QPen(look.colour("accent" if is_done else "muted"), 1.4))
    painter.setBrush(look.colour("accent") if is_done else Qt.BrushStyle.NoBrush)
    radius = box.width() / 5
    painter.drawRoundedRect(box, radius, radius)
    if is_done:
        edge = round(box.width()) - 2
        ratio = painter.device().devicePixelRatio()
        sign = pixmap("check", look.theme.on_accent, edge, ratio)
        painter.drawPixmap(box.topLeft() + QPointF(1, 1), sign)


def _paint_label(
    painter: QPainter, look: Look, marker: str, at: QPoint, inset: int, side: Side, line: int
) -> None:
    """Paint a number, or the label of a note as its reference shows it."""
    is_note = marker.startswith("[^")
    font = look.small if is_note else look.body
    room = look.px(_NOTE_ROOM if is_note else 200)
    if is_note:
        label = marker[2:].rstrip("]")
        marker = QFontMetrics(font).elidedText(label, Qt.TextElideMode.ElideRight, room)
    box = side.rect(at, inset - look.px(_GAP) - room, room, at.y(), line)
    inner = Qt.AlignmentFlag.AlignLeft if side.is_right else Qt.AlignmentFlag.AlignRight
    absolute = Qt.AlignmentFlag.AlignAbsolute
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | inner | absolute, marker)


def paint_bar(
    painter: QPainter, look: Look, at: QPoint, inset: int, side: Side, height: int
) -> None:
    """Paint the bar of a quote; `at` is the left end of the column at the bar's top."""
    bar = side.rect(at, inset, look.px(3), at.y(), height)
    painter.fillRect(QRect(bar.toRect()), look.colour("line"))
