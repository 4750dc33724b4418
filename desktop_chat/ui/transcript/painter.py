"""Paints the rows that a rectangle of the window shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.hits import BODY, REASONING

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.ui.transcript.layout import TranscriptLayout
    from desktop_chat.ui.transcript.marked import Marked
    from desktop_chat.ui.transcript.message_layout import MessageLayout

    MarkedAt = Callable[[int, int, int], Marked]

# How far the ring around the current message lies outside the column.
FOCUS_MARGIN = 10


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows that are marked: by keyboard focus, or with the pointer on their button; -1 none."""

    current_row: int = -1
    hot_row: int = -1


def paint_rows(
    painter: QPainter,
    layout: TranscriptLayout,
    marked: MarkedAt,
    origin: QPoint,
    clip: QRect,
    marks: Marks,
) -> None:
    """Paint what touches `clip`.

    Args:
        painter: Paints on the window.
        layout: The rows.
        marked: Tells what is marked of a block: by row, part and number of the block.
        origin: Where the text's top left lies in the window.
        clip: What is to be painted.
        marks: Rows that look different.
    """
    painter.fillRect(clip, layout.look.colour("window"))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    row = layout.row_at(clip.top() - origin.y())
    while 0 <= row < len(layout):
        at = origin + QPoint(0, layout.row_top(row))
        if at.y() > clip.bottom():
            break
        _RowPainter(painter, layout.message(row), at, clip).paint(row, marked, marks)
        row += 1


class _RowPainter:
    """Paints one message."""

    def __init__(self, painter: QPainter, message: MessageLayout, at: QPoint, clip: QRect) -> None:
        self._painter = painter
        self._message = message
        self._at = at
        self._clip = clip

    def paint(self, row: int, marked: MarkedAt, marks: Marks) -> None:
        message, painter = self._message, self._painter
        if message.is_user:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(message.look.colour("bubble"))
            bubble = QRectF(message.bubble_rect.translated(self._at))
            painter.drawRoundedRect(bubble, 14, 14)
        if message.has_reasoning:
            self._paint_fold()
        if message.aside is not None:
            self._paint_bar()
        for part in (REASONING, BODY):
            column = message.column(part)
            if column is not None:
                at = self._at + message.column_origin(part)
                column.paint(painter, at, self._clip, partial(marked, row, part))
        notes = self._at + QPoint(0, message.notes_top)
        message.notes.paint(painter, notes, self._clip, is_hot=row == marks.hot_row)
        if row == marks.current_row:
            self._paint_focus()

    def _paint_fold(self) -> None:
        message, painter, look = self._message, self._painter, self._message.look
        rect = message.fold_rect.translated(self._at)
        size = look.px(16)
        name = "chevron-down" if message.is_unfolded else "chevron-right"
        ratio = painter.device().devicePixelRatio()
        sign = QPointF(rect.left(), rect.top() + (rect.height() - size) / 2)
        painter.drawPixmap(sign, pixmap(name, look.theme.muted, size, ratio))
        is_thinking = message.is_growing and not message.body.blocks
        words = (
            QCoreApplication.translate("Transcript", "Thinking…")
            if is_thinking
            else QCoreApplication.translate("Transcript", "Thought")
        )
        painter.setFont(look.label)
        painter.setPen(look.colour("muted"))
        rect.setLeft(rect.left() + look.px(24))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_bar(self) -> None:
        """Set the reasoning off by a line at its left."""
        message, look = self._message, self._message.look
        assert message.aside is not None
        at = self._at + message.column_origin(REASONING)
        bar = QRect(at.x() - look.px(17), at.y(), look.px(2), message.aside.height)
        self._painter.fillRect(bar, look.colour("line"))

    def _paint_focus(self) -> None:
        message, painter = self._message, self._painter
        ring = QRectF(self._at.x(), self._at.y(), message.width, message.height)
        ring.adjust(2 - FOCUS_MARGIN, 2, FOCUS_MARGIN - 2, -2)
        painter.setPen(QPen(message.look.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ring, 8, 8)
