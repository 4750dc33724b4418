"""Rows of two lines: headings between them, the choice that stays, and foreign text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.widgets.row_delegate import Row
from desktop_chat.ui.widgets.row_list import RowList

HEADING = Row("engine", "Engine", is_heading=True)
FIRST = Row("one", "One", "8B", "in memory", has_dot=True)
SECOND = Row("two", "Two", state="not used", ink="faint")
NESTED = Row("three", "Three", state="in memory", is_nested=True)
EVIL = Row("evil", "<b>evil</b>\nname", "<img src=x>")


@pytest.fixture
def rows(qtbot):
    shown = RowList()
    qtbot.addWidget(shown)
    shown.set_theme(load_theme("light"))
    shown.resize(400, 300)
    return shown


def test_heading_is_never_chosen(rows, qtbot):
    rows.set_rows([HEADING, FIRST, Row("other", "Other", is_heading=True), SECOND])
    rows.show()
    assert rows.current_row() == FIRST
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert rows.current_row() == SECOND
    QTest.keyClick(rows, Qt.Key.Key_Home)
    assert rows.current_row() == FIRST


def test_choice_stays_when_rows_come_and_go(rows):
    rows.set_rows([FIRST, SECOND])
    rows.choose("two")
    rows.set_rows([NESTED, FIRST, Row("two", "Two", state="1 model")])
    assert rows.current_row() == Row("two", "Two", state="1 model")


def test_chosen_row_that_is_gone_gives_way_to_the_first(rows):
    rows.set_rows([HEADING, FIRST, SECOND])
    rows.choose("two")
    rows.set_rows([HEADING, FIRST])
    assert rows.current_row() == FIRST


def test_row_that_comes_later_is_chosen_when_it_comes(rows):
    rows.set_rows([FIRST, SECOND])
    rows.choose("three")
    assert rows.current_row() == FIRST
    rows.set_rows([FIRST, SECOND, NESTED])
    assert rows.current_row() == NESTED


def test_choice_by_hand_ends_the_wait_for_another_row(rows):
    rows.set_rows([FIRST, SECOND])
    rows.show()
    rows.choose("three")
    QTest.keyClick(rows, Qt.Key.Key_Down)
    rows.set_rows([FIRST, SECOND, NESTED])
    assert rows.current_row() == SECOND


def test_same_rows_again_change_nothing(rows, qtbot):
    rows.set_rows([HEADING, FIRST])
    with qtbot.assertNotEmitted(rows.current_row_changed):
        rows.set_rows([HEADING, FIRST])


def test_row_says_all_of_itself_to_a_screen_reader(rows):
    rows.set_rows([FIRST])
    said = rows.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "One, in memory, 8B"


def test_foreign_text_is_no_markup_in_the_tooltip(rows):
    rows.set_rows([EVIL])
    tip = rows.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tip
    assert "&lt;b&gt;evil" in tip


def test_enter_asks_for_what_is_chosen(rows, qtbot):
    rows.set_rows([FIRST])
    rows.show()
    with qtbot.waitSignal(rows.row_activated):
        QTest.keyClick(rows, Qt.Key.Key_Return)


def test_enter_in_the_list_is_no_press_of_the_default_button(qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    shown, button = RowList(dialog), QPushButton("Default", dialog)
    button.setDefault(True)
    shown.set_rows([FIRST])
    dialog.show()
    with qtbot.assertNotEmitted(button.clicked):
        QTest.keyClick(shown, Qt.Key.Key_Return)


def test_double_click_asks_for_the_row(rows, qtbot):
    rows.set_rows([FIRST])
    rows.show()
    place = rows.visualRect(rows.currentIndex()).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(rows.row_activated):
        qtbot.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast-dark"])
def test_every_kind_of_row_is_painted(rows, theme):
    rows.set_theme(load_theme(theme, 150))
    rows.set_rows([HEADING, FIRST, SECOND, NESTED, EVIL])
    rows.choose("two")
    picture = rows.grab().toImage()
    colours = {picture.pixelColor(x, y).rgb() for x in range(8, 380, 3) for y in range(8, 280, 3)}
    assert len(colours) > 3
