"""The text of a table: places in it by offset, and offsets by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked, Range
from desktop_chat.ui.transcript.layouts.table_rows import PADDING

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.table_offsets import RowStarts
    from desktop_chat.ui.transcript.layouts.table_rows import TableRows
    from desktop_chat.ui.transcript.text.blocks import Cell

# More than fit into any window.
MAX_RECT_ROWS = 200


class TableText:
    """Offsets and places of one table; points count from its top left, as if never moved."""

    def __init__(self, rows: TableRows, starts: RowStarts, look: Look) -> None:
        self._rows = rows
        self._starts = starts
        self._padding = look.px(PADDING)

    @property
    def _cells(self) -> list[list[Cell]]:
        return self._starts.rows

    def offset_at(self, x: int, y: int) -> int:
        """Return the offset nearest to a point."""
        row, column = self._rows.at(y), self._rows.columns.at(x)
        left, top = self.origin(row, column)
        inner = self._rows.cell(row, column).offset_at(x - left, max(0, y - top))
        text = self._cells[row][column].text
        return self._starts.cell_start(row, column) + min(inner, len(text))

    def y_of(self, offset: int) -> int:
        """Return where the line with an offset starts; a row's first line takes its padding."""
        row = self._starts.row_of(offset)
        column, inner = self._starts.column_of(row, offset)
        top = self._rows.top(row)
        if column >= len(self._rows.columns):
            return top
        y = self._rows.cell(row, column).y_of(inner)
        return top + self._padding + y if y > 0 else top

    def rects(self, start: int, end: int) -> list[QRectF]:
        """Return the rectangles that a stretch of the text covers, one a line of each cell."""
        rects: list[QRectF] = []
        first = self._starts.row_of(start)
        for row in range(first, min(first + MAX_RECT_ROWS, len(self._rows))):
            at = self._starts.start(row)
            if at >= end:
                break
            for column, cell in enumerate(self._cells[row][: len(self._rows.columns)]):
                if cell.text and start < at + len(cell.text) and at < end:
                    left, top = self.origin(row, column)
                    layout = self._rows.cell(row, column)
                    found = layout.rects(max(0, start - at), min(end - at, len(cell.text)))
                    rects += [rect.translated(left, top) for rect in found]
                at += len(cell.text) + 1
        return rects

    def link_at(self, x: int, y: int) -> tuple[str, str]:
        """Return address and label of the link under a point, or nothing twice."""
        row, column = self._rows.at(y), self._rows.columns.at(x)
        left, top = self.origin(row, column)
        return self._rows.cell(row, column).link_at(x - left, y - top)

    def origin(self, row: int, column: int) -> tuple[int, int]:
        """Return where a cell's text has its top left corner."""
        return self._rows.columns.lefts[column], self._rows.top(row) + self._padding

    def marks(self, first: int, last: int, marked: Marked) -> Marked:
        """Return what is marked between two rows, both included."""
        start = self._starts.start(first)
        return _cut(marked, start, self._starts.start(last + 1), 0)

    def cell_marks(self, row: int, column: int, marked: Marked) -> Marked:
        """Return what of a cell is marked, as offsets of the cell's text."""
        if not marked:
            return NOTHING
        start = self._starts.cell_start(row, column)
        return _cut(marked, start, start + len(self._cells[row][column].text), start)


def _cut(marked: Marked, start: int, end: int, origin: int) -> Marked:
    """Return what is marked between two offsets, counted from `origin`."""

    def cut(part: Range | None) -> Range | None:
        if part is None or part[0] >= end or part[1] <= start:
            return None
        return max(part[0], start) - origin, min(part[1], end) - origin

    near = marked.hits_between(start, end)
    hits = tuple(part for hit in near if (part := cut(hit)) is not None)
    chosen, current = cut(marked.chosen), cut(marked.current)
    return Marked(chosen, hits, current) if hits or chosen or current else NOTHING
