"""A table: rows apart by thin rules, columns as wide as needed, only seen rows laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.layouts.block_layout import BlockLayout
from desktop_chat.ui.transcript.layouts.hits import Control
from desktop_chat.ui.transcript.layouts.sideways import Sideways
from desktop_chat.ui.transcript.layouts.table_offsets import RowStarts
from desktop_chat.ui.transcript.layouts.table_rows import PADDING, TableRows
from desktop_chat.ui.transcript.layouts.table_text import TableText
from desktop_chat.ui.transcript.layouts.table_widths import GAP, MAX_COLUMNS, TableWidths
from desktop_chat.ui.transcript.text.blocks import Block, TableBlock

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter
    from typing_extensions import override

    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.marked import Marked

# At the right of the header row, for the sign that copies the table.
SIGN_ROOM = 28
SIGN = 14
BAR_ROOM = 12
# Grounds of code reach a little beyond their letters.
_BLEED = 5
_CELLS_AT_ONCE = 3_000
_SAMPLE = 20


class TableLayout(BlockLayout):
    """Column widths come from the first rows and are fixed then; heights from what was seen."""

    is_estimated = True

    def __init__(
        self, block: TableBlock, look: Look, width: int, state: BlockState, colour: str = "text"
    ) -> None:
        self._block = block
        self._look = look
        self._state = state
        self._room = max(look.px(SIGN_ROOM), width - look.px(SIGN_ROOM))
        self._note = _more_columns(len(block.alignments) - MAX_COLUMNS)
        self._last_row = block.rows[-1] if block.rows else None
        self._starts = _starts_of(block, state)
        self._widths = TableWidths(block, look, self._room)
        self._rows = TableRows(block, look, self._widths.columns(), colour)
        self._text = TableText(self._rows, self._starts, look)
        self._measure()

    @staticmethod
    def height_of(block: TableBlock, look: Look, width: int) -> int:
        """Guess the height of a table that is not laid out."""
        sample = block.rows[:_SAMPLE]
        letters = max(8, int(width / look.code_advance))
        lines = sum(1 + sum(len(cell.text) for cell in row) // letters for row in sample)
        share = len(block.rows) / max(1, len(sample))
        frame = 2 * look.px(PADDING) + look.theme.border
        return max(1, round(lines * share * look.line) + len(block.rows) * frame)

    # Layout

    @override
    def grow(self, block: Block) -> int | None:
        old = self._block
        if not isinstance(block, TableBlock) or block.rows is not old.rows:
            return None
        if (block.alignments, block.place) != (old.alignments, old.place):
            return None
        first = self._first_changed()
        if first == len(self._rows) == len(block.rows):
            return self.height
        self._last_row = block.rows[-1] if block.rows else None
        self._starts.forget_from(first)
        added = (len(block.rows) - first) * len(block.alignments)
        self._starts.catch_up(_CELLS_AT_ONCE + added)
        changed = self._rows.top(first)
        self._rows.replace_from(first)
        if self._widths.take_up(first):
            self._rows.set_columns(self._widths.columns())
            changed = 0
        self._measure()
        return changed

    def _first_changed(self) -> int:
        """Return the first row that is not the one known; rows are replaced, never changed."""
        rows, known = self._block.rows, len(self._rows)
        if known and len(rows) >= known and rows[known - 1] is self._last_row:
            return known
        return max(0, min(known, len(rows)) - 1)

    @override
    def ensure(self, top: int, bottom: int) -> bool:
        self._starts.catch_up(4 * _CELLS_AT_ONCE)
        self._rows.seen = self._rows.columns.between(self._shift, self._shift + self._room)
        has_changed = self._rows.ensure(top, bottom)
        self._measure()
        return has_changed

    @override
    def renew(self) -> bool:
        if self._widths.renew():
            self._rows.set_columns(self._widths.columns())
        self._rows.renew_waiting()
        self._measure()
        return True

    def _measure(self) -> None:
        content = self._content_width()
        self.is_waiting = bool(self._rows.waiting) or self._widths.is_waiting
        self.height = max(1, self._rows.height)
        self.natural_width = min(content, self._room) + self._look.px(SIGN_ROOM)
        self.sideways = None
        if content > self._room:
            self.height += self._look.px(BAR_ROOM)
            most = content - self._room
            self.sideways = Sideways(self._look, self._state, self._room, self.height, most)

    def _content_width(self) -> int:
        width = self._rows.columns.total
        if self._note:
            note = QFontMetrics(self._look.small).horizontalAdvance(self._note)
            width += self._look.px(GAP) + note
        return width

    @property
    def _shift(self) -> int:
        return self.sideways.offset if self.sideways else 0

    @property
    def _is_empty(self) -> bool:
        return not len(self._rows) or not len(self._rows.columns)

    # Text

    @override
    def offset_at(self, x: int, y: int) -> int:
        if y < 0 or self._is_empty:
            return 0
        return self._text.offset_at(x + self._shift, y)

    @override
    def y_of(self, offset: int) -> int:
        return 0 if self._is_empty else self._text.y_of(offset)

    @override
    def rects(self, start: int, end: int) -> list[QRectF]:
        if start >= end or self._is_empty:
            return []
        shift = self._shift
        return [rect.translated(-shift, 0) for rect in self._text.rects(start, end)]

    @override
    def link_at(self, x: int, y: int) -> tuple[str, str]:
        if self._is_empty or not 0 <= y < self._rows.height or x >= self._room:
            return "", ""
        return self._text.link_at(x + self._shift, y)

    # Controls

    @override
    def controls(self) -> Sequence[Control]:
        label = QCoreApplication.translate("Transcript", "Copy table")
        return (Control("copy", label, self._sign_rect()),)

    def _sign_rect(self) -> QRect:
        edge = self._look.px(SIGN_ROOM)
        top = self._look.px(PADDING) + (self._look.line - edge) // 2
        return QRect(self.natural_width - edge, max(0, top), edge, edge)

    # Painting

    @override
    def paint(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        if not self._is_empty:
            painter.save()
            seen = QRect(x, y, self.natural_width - self._look.px(SIGN_ROOM), self._rows.height)
            if self.sideways is None:
                seen.adjust(-_BLEED, 0, _BLEED, 0)
            painter.setClipRect(seen, Qt.ClipOperation.IntersectClip)
            self._paint_rows(painter, x - self._shift, y, clip & seen, marked)
            painter.restore()
        self._paint_sign(painter, x, y)
        if self.sideways is not None:
            self.sideways.paint(painter, x, y)

    def _paint_rows(self, painter: QPainter, x: int, y: int, clip: QRect, marked: Marked) -> None:
        rows = self._rows
        if clip.isEmpty():
            return
        columns = rows.columns.between(clip.left() - x, clip.right() - x)
        first, last = rows.at(clip.top() - y), rows.at(clip.bottom() - y)
        marked = self._text.marks(first, last, marked) if marked else marked
        thick, colour = self._look.theme.border, self._look.colour("line")
        for row in range(first, last + 1):
            for column in columns:
                if self._block.rows[row][column].text:
                    self._paint_cell(painter, QPoint(x, y), (row, column), clip, marked)
            bottom = y + rows.bottom(row)
            painter.fillRect(QRect(x, bottom - thick, rows.columns.total, thick), colour)
        if self._note and first == 0:
            self._paint_note(painter, x, y)

    def _paint_cell(
        self, painter: QPainter, at: QPoint, place: tuple[int, int], clip: QRect, marked: Marked
    ) -> None:
        row, column = place
        at += QPoint(*self._text.origin(row, column))
        cell, marks = self._rows.cell(row, column), self._text.cell_marks(row, column, marked)
        if not self._rows.is_too_low(row, column):
            cell.paint(painter, at.x(), at.y(), clip, marks)
            return
        painter.save()
        height = self._rows.bottom(row) - self._rows.top(row)
        room = QRect(clip.left(), at.y(), clip.width(), height)
        painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        cell.paint(painter, at.x(), at.y(), clip, marks)
        painter.restore()

    def _paint_note(self, painter: QPainter, x: int, y: int) -> None:
        left = x + self._rows.columns.total + self._look.px(GAP)
        painter.setFont(self._look.small)
        painter.setPen(self._look.colour("faint"))
        place = QRect(left, y + self._look.px(PADDING), self._look.px(400), self._look.line)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._note)

    def _paint_sign(self, painter: QPainter, x: int, y: int) -> None:
        edge = self._look.px(SIGN)
        rect = QRectF(self._sign_rect()).translated(x, y)
        at = rect.center() - QPointF(edge / 2, edge / 2)
        theme = self._look.theme
        name, colour = ("check", theme.muted) if self._state.is_copied else ("copy", theme.faint)
        ratio = painter.device().devicePixelRatio()
        painter.drawPixmap(at, pixmap(name, colour, edge, ratio))


def _starts_of(block: TableBlock, state: BlockState) -> RowStarts:
    """Return where the rows start, as far as an earlier layout found out."""
    kept = state.kept
    if not isinstance(kept, RowStarts) or kept.rows is not block.rows:
        kept = state.kept = RowStarts(block.rows)
    # The last row may have been written on since then.
    kept.forget_from(max(0, len(block.rows) - 1))
    return kept


def _more_columns(count: int) -> str:
    if count <= 0:
        return ""
    return QCoreApplication.translate("Transcript", "… {0} more columns").format(count)
