from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.marked import Marked
from desktop_chat.ui.transcript.layouts.table_layout import TableLayout
from desktop_chat.ui.transcript.layouts.table_rows import MAX_KEPT_ROWS
from desktop_chat.ui.transcript.layouts.workshop import Workshop
from desktop_chat.ui.transcript.text.blocks import (
    OBJECT,
    Cell,
    RuleBlock,
    Span,
    Style,
    TableBlock,
    block_text,
)
from tests.ui.transcript.tables import LONG, WIDTH, grid, ink, lay_out, picture_of, table

if TYPE_CHECKING:
    from PySide6.QtGui import QGuiApplication
    from pytestqt.qtbot import QtBot

ROW = 35
LINE = 24
SIGN = 28
TIDES = [["Day", "High tide", "Delay"], ["Monday", "06:10", "–"], ["Tuesday", "07:00", "50 min"]]
LINK = Cell("see the manual now", (Span(4, 10, Style.LINK, "https://example.org/"),))


@pytest.fixture(autouse=True)
def app(qapp: QGuiApplication) -> QGuiApplication:
    return qapp


def test_table_is_as_wide_as_its_cells_and_not_as_the_column() -> None:
    layout = lay_out(table(TIDES))
    assert layout.height == 3 * ROW
    assert 200 < layout.natural_width < 300
    assert layout.sideways is None


def test_each_row_ends_in_a_thin_rule_of_the_tables_width() -> None:
    layout = lay_out(table(TIDES))
    picture = picture_of(layout)
    width = layout.natural_width - SIGN
    for row in (1, 2, 3):
        line = [picture.pixelColor(10 + x, row * ROW - 1).name() for x in range(width)]
        assert set(line) == {load_theme("light").line}
        assert picture.pixelColor(10 + width + 2, row * ROW - 1).name() == "#ffffff"
        assert ink(picture, QRect(0, row * ROW - 5, WIDTH, 4)) == 0


def test_header_is_bold() -> None:
    header, body = lay_out(table([["Words"], ["x"]])), lay_out(table([["x"], ["Words"]]))
    assert header.natural_width > body.natural_width
    assert ink(picture_of(header), QRect(10, 0, 100, 30)) > ink(
        picture_of(body), QRect(10, ROW, 100, 30)
    )


def test_long_cell_wraps_and_makes_its_row_higher() -> None:
    layout = lay_out(table([["Term", "Meaning"], ["Tide", LONG], ["x", "y"]]))
    lines = (layout.height - 2 * ROW - ROW) / LINE + 1
    assert lines == int(lines) > 2
    assert layout.natural_width == WIDTH


@pytest.mark.parametrize(
    ("alignment", "share"), [("", 0), ("left", 0), ("center", 0.5), ("right", 1)]
)
@pytest.mark.parametrize("text", ["x", "one more than " * 6])
def test_cell_is_aligned(alignment: str, share: float, text: str) -> None:
    layout = lay_out(table([["w" * 30], [text]], [alignment]), 330)
    rects = layout.rects(31, 31 + len(text))
    room = layout.natural_width - SIGN
    for rect in rects:
        assert rect.left() == pytest.approx((room - rect.width()) * share, abs=8)


def test_right_to_left_cell_starts_at_the_right_without_an_alignment() -> None:
    layout = lay_out(table([["w" * 30], ["שלום"]]))
    (rect,) = layout.rects(31, 35)
    assert rect.right() == pytest.approx(layout.natural_width - SIGN, abs=4)


def test_columns_that_do_not_fit_are_moved_sideways() -> None:
    state = BlockState()
    layout = lay_out(grid(3, 30, "column {1}"), state=state)
    assert layout.natural_width == WIDTH
    assert layout.sideways is not None
    assert layout.height > 3 * ROW
    start = picture_of(layout)
    assert layout.sideways.scroll_by(500)
    assert picture_of(layout) != start
    assert layout.offset_at(5, 5) > 0
    assert lay_out(grid(3, 30, "column {1}"), state=state).offset_at(5, 5) > 0


def test_moved_table_paints_nothing_beside_its_room() -> None:
    layout = lay_out(grid(3, 30, "column {1}"))
    assert layout.sideways is not None
    layout.sideways.scroll_by(333)
    picture = picture_of(layout)
    assert ink(picture, QRect(0, 0, 10, 3 * ROW)) == 0
    assert ink(picture, QRect(10 + WIDTH - SIGN, ROW, SIGN, 2 * ROW)) == 0


def test_formats_of_cells_are_kept() -> None:
    cells = [Cell("code", (Span(0, 4, Style.CODE),)), Cell("bold", (Span(0, 4, Style.BOLD),)), LINK]
    plain = [[cell.text for cell in cells]]
    styled = lay_out(table([["a", "b", "c"], cells]))
    assert picture_of(styled) != picture_of(lay_out(table([["a", "b", "c"], *plain])))


def test_link_in_a_cell_is_found() -> None:
    layout = lay_out(table([["a", "b"], ["x", LINK]]))
    start = block_text(table([["a", "b"], ["x", LINK]])).index("manual")
    (rect,) = layout.rects(start, start + 6)
    point = rect.center().toPoint()
    assert layout.link_at(point.x(), point.y()) == ("https://example.org/", "the manual")
    assert layout.link_at(point.x(), 5) == ("", "")
    assert layout.link_at(WIDTH - 5, 5) == ("", "")


@pytest.mark.parametrize("rows", [TIDES, [["a", LONG], ["", "😀 x"], ["שלום", "z"]]])
def test_offsets_lead_to_places_and_back(rows: list[list[str]]) -> None:
    block = table(rows)
    layout, text = lay_out(block), block_text(block)
    for offset in range(len(text)):
        rects = layout.rects(offset, offset + 1)
        if text[offset] in "\t\n" or not rects or rects[0].width() < 2:
            continue
        x, y = int(rects[0].left()) + 1, int(rects[0].center().y())
        assert layout.offset_at(x, y) in (offset, offset + 1), repr(text[offset])
        assert layout.y_of(offset) <= y


def test_point_outside_is_the_nearest_text() -> None:
    block = table(TIDES)
    layout = lay_out(block)
    assert layout.offset_at(0, -5) == 0
    assert layout.offset_at(5000, 5000) == len(block_text(block))
    assert layout.offset_at(0, 5000) == block_text(block).index("Tuesday")


def test_y_of_a_row_is_its_top_and_of_a_later_line_that_line() -> None:
    block = table([["a", "b"], [LONG, "x"], ["c", "d"]])
    layout, text = lay_out(block), block_text(block)
    assert layout.y_of(0) == 0
    assert layout.y_of(text.index("The Moon")) == ROW
    second = layout.offset_at(0, ROW + 5 + LINE + 5)
    assert layout.y_of(second) == ROW + 5 + LINE
    assert layout.y_of(text.index("c\td")) == layout.height - ROW
    assert layout.y_of(10**6) == layout.height - ROW


def test_marks_are_painted_in_the_cells_they_cover() -> None:
    block = table(TIDES)
    layout, text = lay_out(block), block_text(block)
    plain = picture_of(layout)
    start, end = text.index("06:10"), text.index("Tuesday") + 3
    marked = picture_of(layout, Marked((start, end)))
    for word, is_marked in (("Monday", False), ("06:10", True), ("Tue", True), ("07:00", False)):
        (rect,) = layout.rects(text.index(word), text.index(word) + len(word))
        area = rect.toRect().translated(10, 0)
        assert (plain.copy(area) != marked.copy(area)) is is_marked, word


def test_hits_of_a_search_are_painted() -> None:
    layout = lay_out(table(TIDES))
    hits = Marked(None, ((0, 3), (4, 8)), (4, 8))
    assert picture_of(layout, hits) != picture_of(layout)


def test_copy_sign_stands_in_the_header_row_beside_the_text() -> None:
    layout = lay_out(table(TIDES))
    (control,) = layout.controls()
    assert (control.action, control.label) == ("copy", "Copy table")
    assert QRect(0, 0, layout.natural_width, ROW).contains(control.rect)
    assert ink(picture_of(layout), control.rect.translated(10, 0)) > 20
    assert all(not control.rect.intersects(r.toRect()) for r in layout.rects(0, 1000))


def test_copied_table_shows_it() -> None:
    state = BlockState()
    layout = lay_out(table(TIDES), state=state)
    before = picture_of(layout)
    state.is_copied = True
    assert picture_of(layout) != before
    assert not layout.press("copy")


def test_only_seen_rows_are_laid_out_and_kept() -> None:
    layout = lay_out(grid(5000, text=LONG))
    for top in range(0, 60_000, 900):
        layout.ensure(top, top + 900)
    assert len(layout._rows._set) <= MAX_KEPT_ROWS


def test_painted_part_does_not_depend_on_what_was_seen_before() -> None:
    layout, other = lay_out(grid(300, text=LONG)), lay_out(grid(300, text=LONG))
    for top in range(0, 9000, 500):
        layout.ensure(top, top + 500)
    assert picture_of(layout) == picture_of(other)


def test_table_of_very_many_columns_shows_some_and_says_so() -> None:
    layout = lay_out(grid(3, 2000))
    assert len(layout._rows.columns) == 200
    assert layout._note == "… 1800 more columns"
    assert layout.sideways is not None
    before = layout.sideways.most
    layout.sideways.scroll_by(before)
    assert ink(picture_of(layout), QRect(WIDTH - 120, 0, 80, 30)) > 50
    text = block_text(grid(3, 2000))
    assert layout.rects(text.index("0 1999"), text.index("0 1999") + 3) == []
    layout.y_of(text.index("1 1999"))


def test_cell_of_a_million_letters_shows_its_beginning() -> None:
    layout = lay_out(table([["a"], ["x" * 1_000_000]]))
    assert layout.height < 3000
    assert layout.offset_at(9999, 9999) <= 1_000_002


def test_cell_that_comes_into_sight_makes_its_row_high_enough() -> None:
    rows = [[f"{c}" for c in range(40)] for _ in range(150)]
    rows[120][39] = "w" * 60
    layout = lay_out(table(rows))
    top = layout._rows.top(120)
    layout.ensure(top - 300, top + 300)
    before = layout.height
    assert layout.sideways is not None
    layout.sideways.scroll_by(layout.sideways.most)
    picture_of(layout, clip=QRect(0, top, WIDTH, 100))
    assert layout.ensure(top - 300, top + 300)
    assert layout.height > before


@pytest.mark.parametrize(
    "block", [TableBlock([], ()), TableBlock([], ("", "")), TableBlock([[]], ())]
)
def test_empty_table_is_harmless(block: TableBlock) -> None:
    layout = lay_out(block)
    picture_of(layout)
    assert layout.offset_at(5, 5) == layout.y_of(3) == 0
    assert layout.rects(0, 5) == []
    assert layout.link_at(1, 1) == ("", "")
    assert layout.height >= 1


@pytest.mark.parametrize("width", [40, 90, 200])
@pytest.mark.parametrize("percent", [50, 300])
def test_narrow_column_and_any_text_size_hold_a_table(width: int, percent: int) -> None:
    layout = lay_out(table([["Day", LONG], [LONG, "x"]]), width, percent=percent)
    assert layout.natural_width <= max(width, 170)
    picture_of(layout)


def test_height_of_is_a_fair_guess() -> None:
    for block in (table(TIDES), grid(400), table([["a", LONG]] * 50)):
        layout = lay_out(block)
        guess = layout.height_of(block, layout._look, WIDTH)
        assert 0.5 < guess / layout.height < 2


def test_grow_takes_no_other_block() -> None:
    block = table(TIDES)
    layout = lay_out(block)
    assert layout.grow(RuleBlock()) is None
    assert layout.grow(table(TIDES)) is None
    assert layout.grow(TableBlock(block.rows, ("right",) * 3)) is None
    assert layout.grow(block) == layout.height


@pytest.mark.filterwarnings("ignore:path is deprecated")
def test_formula_in_a_cell_widens_its_column_once_it_is_drawn(qtbot: QtBot) -> None:
    workshop = Workshop()
    look = Look(load_theme("light"), workshop)
    formula = Cell(OBJECT, (Span(0, 1, Style.MATH, source=r"\int_0^1 x^2 dx = \frac{1}{3}"),))
    layout = TableLayout(table([["a", "b"], [formula, "x"]]), look, WIDTH, BlockState())
    layout.ensure(0, 1000)
    assert layout.is_waiting
    before = layout.natural_width, layout.height
    with qtbot.waitSignal(workshop.ready):
        picture_of(layout)
    qtbot.waitUntil(lambda: layout.renew() and not layout.is_waiting)
    layout.ensure(0, 1000)
    assert (layout.natural_width, layout.height) != before
    assert layout.height > 2 * ROW
    assert not layout.is_waiting
    workshop.close()
