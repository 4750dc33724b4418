"""Tables and their layouts, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPainter

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked
from desktop_chat.ui.transcript.layouts.table_layout import TableLayout
from desktop_chat.ui.transcript.text.blocks import Cell, TableBlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QRect

LONG = "The Moon moves on while the Earth turns, so that each tide comes later than the last. " * 3
WIDTH = 744


def table(rows: Sequence[Sequence[str | Cell]], alignments: Sequence[str] = ()) -> TableBlock:
    """Return a table of texts and cells."""
    cells = [[c if isinstance(c, Cell) else Cell(c) for c in row] for row in rows]
    return TableBlock(cells, tuple(alignments) or ("",) * len(cells[0]))


def grid(rows: int, columns: int = 3, text: str = "{0} {1}") -> TableBlock:
    """Return a table of so many rows and columns."""
    return table([[text.format(r, c) for c in range(columns)] for r in range(rows)])


def lay_out(
    block: TableBlock, width: int = WIDTH, state: BlockState | None = None, percent: int = 100
) -> TableLayout:
    """Return the layout of a table with the heights of its first rows known."""
    look = Look(load_theme("light", percent))
    layout = TableLayout(block, look, width, state or BlockState())
    layout.ensure(0, 2000)
    return layout


def picture_of(layout: TableLayout, marked: Marked = NOTHING, clip: QRect | None = None) -> QImage:
    """Return what a layout paints, at most 1000 pixels of it."""
    image = QImage(WIDTH + 20, min(1000, layout.height), QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    layout.paint(painter, 10, 0, clip or image.rect(), marked)
    painter.end()
    return image


def ink(image: QImage, rect: QRect) -> int:
    """Return how many pixels of a rectangle are not white."""
    return sum(
        image.pixelColor(x, y).name() != "#ffffff"
        for x in range(rect.left(), rect.right() + 1)
        for y in range(rect.top(), rect.bottom() + 1)
    )
