"""Paints the rows that a rectangle of the window shows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.thinking import thinking_words, thought_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop_chat.ui.transcript.layout import TranscriptLayout
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked
    from desktop_chat.ui.transcript.message_layout import MessageLayout

    MarkedAt = Callable[[int, int, int], Marked]

# How far the ring around the current message lies outside the column.
FOCUS_MARGIN = 10
BUBBLE_RADIUS = 14


@dataclass(frozen=True, slots=True)
class Marks:
    """What looks different for now.

    Attributes:
        current_row: The row with the keyboard's mark, -1 for none.
        hot_row: The row with the pointer on its button, -1 for none.
        thought_ms: How long the growing reply was thought about until now, None if nobody knows.
        focused: What the ring of the keyboard focus surrounds, in the window.
        caret: Where keys move the end of the selection, in the window.
    """

    current_row: int = -1
    hot_row: int = -1
    thought_ms: int | None = None
    focused: Sequence[QRectF] = ()
    caret: QRect | None = None


def fold_line(message: MessageLayout) -> QRect:
    """Return the whole line that folds the reasoning, from the row's top left."""
    line = message.fold_rect
    line.setRight(message.width)
    return line


def fold_words(message: MessageLayout, thought_ms: int | None) -> str:
    """Return what stands over the reasoning of a message."""
    if not message.is_growing:
        return thought_words(message.message.reasoning_ms)
    return (thought_words if message.body.blocks else thinking_words)(thought_ms)


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
        if not (layout.is_behind and layout.kept(row) is None):
            _RowPainter(painter, layout.message(row), at, clip).paint(row, marked, marks)
        row += 1
    _paint_keyboard(painter, layout.look, marks)


def _paint_keyboard(painter: QPainter, look: Look, marks: Marks) -> None:
    painter.setPen(QPen(look.colour("accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for rect in marks.focused:
        painter.drawRoundedRect(rect.adjusted(-2, -1, 2, 1), 5, 5)
    if marks.caret is not None:
        painter.fillRect(marks.caret.adjusted(0, 0, 1, 0), look.colour("text"))


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
            self._paint_bubble()
        if message.has_reasoning:
            self._paint_fold(marks.thought_ms)
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

    def _paint_bubble(self) -> None:
        look = self._message.look
        bubble = QRectF(self._message.bubble_rect.translated(self._at))
        self._painter.setPen(Qt.PenStyle.NoPen)
        if look.is_high_contrast:
            # There the ground is that of the window.
            self._painter.setPen(QPen(look.colour("line"), look.theme.border))
            bubble.adjust(1, 1, -1, -1)
        self._painter.setBrush(look.colour("bubble"))
        radius = min(look.px(BUBBLE_RADIUS), bubble.height() / 3)
        self._painter.drawRoundedRect(bubble, radius, radius)

    def _paint_fold(self, thought_ms: int | None) -> None:
        message, painter, look = self._message, self._painter, self._message.look
        rect = fold_line(message).translated(self._at)
        size = look.px(16)
        name = "chevron-down" if message.is_unfolded else "chevron-right"
        ratio = painter.device().devicePixelRatio()
        sign = QPointF(rect.left(), rect.top() + (rect.height() - size) / 2)
        painter.drawPixmap(sign, pixmap(name, look.theme.muted, size, ratio))
        painter.setFont(look.label)
        painter.setPen(look.colour("muted"))
        rect.setLeft(rect.left() + look.px(24))
        words = QFontMetricsF(look.label).elidedText(
            fold_words(message, thought_ms), Qt.TextElideMode.ElideRight, rect.width()
        )
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
