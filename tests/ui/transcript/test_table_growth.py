"""A table that is being written: cost stays bounded, and the end is as if it came at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.table_layout import TableLayout
from desktop_chat.ui.transcript.layouts.table_offsets import RowStarts
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout
from desktop_chat.ui.transcript.text.blocks import Cell, TableBlock, block_text
from tests.ui.transcript.tables import LONG, grid, lay_out, picture_of, table

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication

ROW = 35


@pytest.fixture(autouse=True)
def app(qapp: QGuiApplication) -> QGuiApplication:
    return qapp


def write_on(block: TableBlock, text: str, column: int = -1) -> None:
    """Replace the last row by one of which a cell was written on."""
    row = [*block.rows[-1]]
    row[column] = Cell(row[column].text + text)
    block.rows[-1] = row


def test_added_row_changes_nothing_above_it() -> None:
    block = grid(20)
    layout = lay_out(block)
    block.rows.append([Cell("x")] * 3)
    assert layout.grow(block) == 20 * ROW
    assert layout.height == 21 * ROW


def test_row_that_is_written_on_changes_itself_alone() -> None:
    block = grid(20)
    layout = lay_out(block)
    write_on(block, "")
    assert layout.grow(block) == 19 * ROW
    assert layout.height == 20 * ROW


def test_wider_cell_changes_the_whole_table() -> None:
    block = grid(20)
    layout = lay_out(block)
    width = layout.natural_width
    write_on(block, " and more")
    assert layout.grow(block) == 0
    assert layout.natural_width > width


def test_widths_are_fixed_after_the_first_rows() -> None:
    block = grid(150)
    layout = lay_out(block)
    width = layout.natural_width
    write_on(block, LONG)
    assert layout.grow(block) == 149 * ROW
    layout.ensure(0, 10_000)
    assert layout.natural_width == width
    assert layout.height > 160 * ROW


def test_short_columns_keep_room_for_more_digits() -> None:
    few, many = lay_out(grid(99)), lay_out(grid(1500, text="{0} {1}"))
    many.ensure(0, 10**6)
    assert many.height == 1500 * ROW
    assert many.natural_width > few.natural_width


def test_rows_taken_back_are_forgotten() -> None:
    block = grid(20)
    layout = lay_out(block)
    del block.rows[15:]
    assert layout.grow(block) is not None
    layout.ensure(0, 2000)
    assert layout.height == 15 * ROW
    assert layout.offset_at(999, 999) == len(block_text(block))


def test_grown_cell_is_laid_out_only_where_it_changed() -> None:
    block = table([["a", "b"], ["x", "y"]])
    layout = lay_out(block)
    picture_of(layout)
    kept = layout._rows.cell(1, 0)
    write_on(block, " more")
    layout.grow(block)
    assert layout._rows.cell(1, 0) is kept


@pytest.mark.parametrize("rows", [10, 20_000])
def test_cost_of_a_token_does_not_grow_with_the_table(rows: int) -> None:
    block = grid(rows)
    layout = lay_out(block)
    while layout.ensure(layout.height - 900, layout.height):
        pass
    laid_out: list[tuple[int, int]] = []
    lay = layout._rows._lay_out

    def note(row: int, column: int) -> TextLayout:
        laid_out.append((row, column))
        return lay(row, column)

    layout._rows._lay_out = note  # type: ignore[method-assign]
    for _ in range(5):
        write_on(block, "x")
        layout.grow(block)
        layout.ensure(layout.height - 900, layout.height)
    assert len(laid_out) <= 5


cells = st.sampled_from(["", "x", "some words", "wide " * 9, LONG, "שלום", "😀"])
tables = st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=9)


@settings(max_examples=20, deadline=None)
@given(tables, st.integers(1, 30))
def test_streamed_table_ends_as_if_it_came_at_once(rows: list[list[str]], step: int) -> None:
    block = TableBlock([[Cell()] * 3], ("", "center", "right"))
    layout = TableLayout(block, lay_out(block)._look, 500, BlockState())
    for number, row in enumerate(rows):
        if number:
            block.rows.append([Cell()] * 3)
        for column, text in enumerate(row):
            for start in range(0, len(text), step):
                write_on(block, text[start : start + step], column)
                layout.grow(block)
                layout.ensure(0, 3000)
        layout.grow(block)
    layout.ensure(0, 10_000)
    whole = lay_out(table(rows, ("", "center", "right")), 500)
    whole.ensure(0, 10_000)
    assert layout.height == whole.height
    assert picture_of(layout) == picture_of(whole)


@given(tables, st.data())
def test_row_starts_agree_with_the_text(rows: list[list[str]], data: st.DataObject) -> None:
    block = table(rows)
    text, starts = block_text(block), RowStarts(block.rows)
    offset = data.draw(st.integers(0, len(text)))
    row = starts.row_of(offset)
    assert row == text[:offset].count("\n")
    column, inner = starts.column_of(row, offset)
    assert column == text[starts.start(row) : offset].count("\t")
    assert starts.cell_start(row, column) + inner == offset


def test_what_was_found_out_outlives_the_layout() -> None:
    block, state = grid(3000), BlockState()
    lay_out(block, state=state).offset_at(0, 10**6)
    kept = state.kept
    layout = lay_out(block, width=300, state=state)
    assert state.kept is kept
    assert layout.offset_at(0, 10**6) == block_text(block).index("2999 0")
