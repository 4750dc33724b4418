"""Tables of Markdown: which lines make one, and their rows as cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.blocks import Block, Cell, Place, TableBlock
from desktop_chat.ui.transcript.text.markdown_half_open import HalfOpen
from desktop_chat.ui.transcript.text.markdown_inline import parse_flat

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.markdown_references import References

# A header of a thousand columns over rows of one cell is a bomb.
MAX_ADDED_CELLS = 65_536
MAX_ROW = 16_000
_DELIMITERS = re.compile(r"[-:|][-:| \t]*")
_DELIMITER = re.compile(r":?-+:?")
_PIPE = re.compile(r"(?<!\\)\|")
_EMPTY = Cell()


def split_row(line: str) -> list[str]:
    """Return the sources of the cells of a row."""
    cells = _PIPE.split(line.strip())
    if cells[0] == "":
        del cells[0]
    if cells and cells[-1] == "":
        del cells[-1]
    return [cell.strip().replace("\\|", "|") for cell in cells]


def alignments_of(header: str, line: str) -> tuple[str, ...]:
    """Return the alignments of the columns if two lines begin a table, else nothing."""
    if not _DELIMITERS.fullmatch(line) or line.startswith(("- ", "-\t")) or len(line) < 2:
        return ()
    if "|" not in header:
        return ()
    cells = [cell.strip() for cell in line.strip().split("|")]
    if not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    if not cells or not all(_DELIMITER.fullmatch(cell) for cell in cells):
        return ()
    if len(split_row(header)) != len(cells):
        return ()
    return tuple(_alignment(cell) for cell in cells)


def _alignment(cell: str) -> str:
    if cell[-1] == ":":
        return "center" if cell[0] == ":" else "right"
    return "left" if cell[0] == ":" else ""


def header_so_far(line: str, place: Place, references: References) -> TableBlock:
    """Return a table whose header is still being written."""
    sources = split_row(line) or [""]
    sources[-1] = HalfOpen(sources[-1]).closed
    cells = [_cell(source, references) for source in sources]
    return TableBlock([cells], ("",) * len(cells), place)


def _cell(source: str, references: References) -> Cell:
    if not source:
        return _EMPTY
    words = parse_flat(source, references, is_cell=True)
    return Cell(words.text, tuple(words.spans))


class Table:
    """An open table; its block grows row by row."""

    def __init__(
        self, header: str, alignments: tuple[str, ...], place: Place, references: References
    ) -> None:
        self._references = references
        self._count = len(alignments)
        self._added = 0
        self._missed: dict[int, str] = {}
        self._last = ""
        self._seen: dict[str, Cell] = {}
        self.block = TableBlock([], alignments, place)
        self.missed: set[str] = set()
        self.take(header)

    def take(self, line: str) -> bool:
        """Add a row; return False if the table holds no more."""
        sources = split_row(line)
        self._added += max(0, self._count - len(sources))
        if self._added > MAX_ADDED_CELLS:
            return False
        self._last = line
        self.block.rows.append(self._row(sources, len(self.block.rows)))
        return True

    def more(self, piece: str) -> None:
        """Go on with a row that is very long."""
        if len(self._last) + len(piece) > MAX_ROW:
            self.take(piece)
            return
        self._last += piece
        self.block.rows[-1] = self._row(split_row(self._last), len(self.block.rows) - 1)

    def show(self, line: str) -> None:
        """Add a row that is still being written; `reset` takes it away again."""
        sources = split_row(line)[: self._count]
        seen, self._seen = self._seen, {}
        cells = []
        for index, source in enumerate(sources):
            is_last = index == len(sources) - 1
            cell = None if is_last else seen.get(source)
            if cell is None:
                shown = HalfOpen(source).closed if is_last else source
                cell = _cell(shown, self._references)
            if not is_last:
                self._seen[source] = cell
            cells.append(cell)
        self.block.rows.append(cells + [_EMPTY] * (self._count - len(cells)))

    def _row(self, sources: list[str], index: int) -> list[Cell]:
        missed = self._references.missed
        missed.clear()
        cells = [_cell(source, self._references) for source in sources[: self._count]]
        if missed:
            self.missed |= missed
            self._missed[index] = self._last
        return cells + [_EMPTY] * (self._count - len(cells))

    def mark(self) -> tuple[int, int]:
        """Return what `reset` goes back to."""
        return len(self.block.rows), self._added

    def reset(self, mark: tuple[int, int]) -> None:
        """Take away the rows that came since."""
        del self.block.rows[mark[0] :]
        self._added = mark[1]

    def blocks(self) -> list[Block]:
        """Return the table as it is."""
        return [self.block]

    def renewed(self) -> list[Block]:
        """Return the table again, with the links that are defined by now."""
        rows = list(self.block.rows)
        for index, source in self._missed.items():
            sources = split_row(source)[: self._count]
            cells = [_cell(each, self._references) for each in sources]
            rows[index] = cells + [_EMPTY] * (self._count - len(cells))
        return [TableBlock(rows, self.block.alignments, self.block.place)]
