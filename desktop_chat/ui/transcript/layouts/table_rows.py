"""The rows of a table: heights of all, layouts of those that are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.layouts.height_index import HeightIndex
from desktop_chat.ui.transcript.layouts.table_cells import Ruler, cell_block
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.layouts.table_columns import Columns
    from desktop_chat.ui.transcript.text.blocks import Cell, TableBlock

    SetRow = dict[int, tuple[Cell, TextLayout]]

PADDING = 5
MAX_KEPT_ROWS = 120
# In a wider table the height of cells out of sight is estimated.
ALL_COLUMNS = 8
_SAMPLE = 100
_SAMPLE_CELLS = 1_000
_AT_ONCE = 4


class TableRows:
    """Heights of rows, estimated until a row was seen, and the cells laid out so far.

    Attributes:
        columns: Where the columns stand.
        waiting: Cells of which something is not drawn yet, as row and column.
        seen: The columns in sight.
    """

    def __init__(self, block: TableBlock, look: Look, columns: Columns, colour: str) -> None:
        self._block = block
        self._look = look
        self.columns = columns
        self._colour = colour
        self._ruler = Ruler(look)
        self._set: dict[int, SetRow] = {}
        self.waiting: set[tuple[int, int]] = set()
        self.seen = range(len(columns))
        rows = block.rows
        sample = max(2, min(_SAMPLE, _SAMPLE_CELLS // max(1, len(columns))))
        guesses = [self._guess(row) for row in rows[:sample]]
        self._heights = HeightIndex(len(rows), sum(guesses) // max(1, len(guesses)))
        for number, guess in enumerate(guesses):
            self._heights.set_height(number, guess)
        self._is_exact = bytearray(len(rows))

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def height(self) -> int:
        """The height of all rows."""
        return self._heights.total()

    @property
    def _frame(self) -> int:
        return 2 * self._look.px(PADDING) + self._look.theme.border

    def top(self, row: int) -> int:
        """Return where a row starts."""
        return self._heights.top(row)

    def bottom(self, row: int) -> int:
        """Return where a row ends."""
        return self._heights.top(row) + self._heights.height(row)

    def at(self, y: int) -> int:
        """Return the row nearest to a height."""
        return self._heights.row_at(y)

    def ensure(self, top: int, bottom: int) -> bool:
        """Find out the heights of rows between two heights; return whether one changed."""
        if not len(self) or bottom < 0 or top >= self.height:
            return False
        changed, row = False, self.at(top)
        while row < len(self) and self._heights.top(row) <= bottom:
            changed |= self._measure(row)
            row += 1
        return changed

    def cell(self, row: int, column: int) -> TextLayout:
        """Return the layout of a cell, made now if need be."""
        kept = self._set.get(row)
        if kept is None:
            kept = self._set[row] = {}
            while len(self._set) > MAX_KEPT_ROWS:
                del self._set[next(iter(self._set))]
        if column not in kept:
            cell = self._block.rows[row][column]
            layout = self._lay_out(row, column)
            kept[column] = (cell, layout)
            if layout.is_waiting:
                self.waiting.add((row, column))
        return kept[column][1]

    def renew_waiting(self) -> None:
        """Lay out anew the cells of which something was not drawn."""
        waiting, self.waiting = self.waiting, set()
        for row, column in waiting:
            kept = self._set.get(row, {})
            layout = kept[column][1] if column in kept else None
            if layout is not None and layout.is_waiting and layout.renew():
                self.waiting.add((row, column))
            elif layout is not None and layout.is_waiting:
                del kept[column]
                self._is_exact[row] = 0
                self._measure(row)

    def set_columns(self, columns: Columns) -> None:
        """The columns have other widths; heights stay as estimates."""
        before, self.columns = self.columns, columns
        self.seen = range(len(columns))
        self._is_exact = bytearray(len(self))
        for kept in self._set.values():
            for column in [at for at in kept if not self._stays(*kept[at], at, before)]:
                del kept[column]

    def replace_from(self, first: int) -> None:
        """The rows of the table from `first` on are other ones, or new."""
        was_exact = first < len(self) and self._is_exact[first]
        old = self._set.pop(first, None)
        for row in [row for row in self._set if row > first]:
            del self._set[row]
        self.waiting = {place for place in self.waiting if place[0] < first}
        self._heights.truncate(first)
        del self._is_exact[first:]
        added = self._block.rows[first:]
        for cells in added:
            self._heights.append(self._guess(cells))
        self._is_exact.extend(bytes(len(added)))
        if old is not None and added:
            self._set[first] = self._taken_over(old, first)
        if was_exact:
            for row in range(first, min(first + _AT_ONCE, len(self))):
                self._measure(row)

    def _taken_over(self, old: SetRow, row: int) -> SetRow:
        """Return the cells of a row that was written on which need not be laid out anew."""
        taken: SetRow = {}
        for column, (cell, layout) in old.items():
            now = self._block.rows[row][column]
            if now != cell:
                # A line's trailing space moves what does not start at the left.
                if not self._is_plain(now, column):
                    continue
                if layout.grow(cell_block(now, is_header=row == 0)) is None:
                    continue
                if layout.is_waiting:
                    self.waiting.add((row, column))
            taken[column] = (now, layout)
        return taken

    def _stays(self, cell: Cell, layout: TextLayout, column: int, before: Columns) -> bool:
        """Whether a cell looks the same in the column's new width."""
        width, old_width = self.columns.widths[column], before.widths[column]
        if width == old_width:
            return True
        if not self._is_plain(cell, column):
            return False
        return layout.height == self._look.line and layout.natural_width < min(width, old_width)

    def _is_plain(self, cell: Cell, column: int) -> bool:
        """Whether the lines of a cell start at its left."""
        return self._block.alignments[column] in ("", "left") and cell.text.isascii()

    def _measure(self, row: int) -> bool:
        """Find out the height of a row; return whether it changed."""
        if self._is_exact[row]:
            return False
        self._is_exact[row] = 1
        most, columns = self._look.line, self.seen
        if len(self.columns) <= ALL_COLUMNS:
            columns = range(len(self.columns))
        else:
            most = self._guess(self._block.rows[row]) - self._frame
        for column in columns:
            cell, width = self._block.rows[row][column], self.columns.widths[column]
            if cell.text and not self._ruler.is_line(cell, width, is_header=row == 0):
                most = max(most, self.cell(row, column).height)
        return bool(self._heights.set_height(row, most + self._frame))

    def is_too_low(self, row: int, column: int) -> bool:
        """Whether a cell that came into sight is higher than its row, which is measured anew."""
        is_cut = self.cell(row, column).height + self._frame > self._heights.height(row)
        if is_cut:
            self._is_exact[row] = 0
        return is_cut

    def _guess(self, cells: list[Cell]) -> int:
        """Return the height that a row may have."""
        lines = 1
        for column in self.columns.narrowed:
            lines = max(lines, self._ruler.lines(cells[column], self.columns.widths[column]))
        return lines * self._look.line + self._frame

    def _lay_out(self, row: int, column: int) -> TextLayout:
        block = cell_block(self._block.rows[row][column], is_header=row == 0)
        width, alignment = self.columns.widths[column], self._block.alignments[column]
        return TextLayout(block, self._look, width, self._colour, alignment=alignment)
