"""Several chats selected at once, by mouse and keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop_chat.domain.organisation import ChatGroup
from desktop_chat.ui.item_models.chat_list import ChatListModel
from desktop_chat.ui.sidebar.chat_list_view import MOST_READ, ChatListView
from desktop_chat.ui.theme import load_theme
from tests.domain.samples import summary
from tests.ui.chat_list_fake import ago, fake_chat_list, now

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
COUNT = 100_000


@pytest.fixture
def chats():
    return fake_chat_list()


@pytest.fixture
def view(qtbot, chats):
    view = ChatListView(load_theme("light"))
    view.set_chats(chats)
    qtbot.addWidget(view)
    view.resize(268, 400)
    with qtbot.waitExposed(view):
        view.show()
    view.select_chat(2)
    return view


def place(view: ChatListView, row: int) -> QPoint:
    area = view.visualRect(view.model().index(row, 0))
    return QPoint(area.center().x(), area.bottom() - 10)


def click(qtbot, view, row, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseClick(view.viewport(), LEFT, modifier, place(view, row))


def told(signal) -> list:
    heard: list = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def test_ctrl_click_selects_one_more_and_shows_no_other(view, qtbot):
    shown = told(view.chat_selected)
    click(qtbot, view, 3, CTRL)
    click(qtbot, view, 0, CTRL)
    assert view.selected_chats() == (1, 2, 4)
    click(qtbot, view, 1, CTRL)
    assert view.selected_chats() == (1, 4)
    assert shown == []


def test_shift_click_selects_all_between(view, qtbot):
    shown = told(view.chat_selected)
    click(qtbot, view, 3, SHIFT)
    assert view.selected_chats() == (2, 3, 4)
    assert shown == []


def test_shift_and_arrow_keys_extend_the_selection(view, qtbot):
    shown = told(view.chat_selected)
    qtbot.keyClick(view, Qt.Key.Key_Down, SHIFT)
    assert view.selected_chats() == (2, 3)
    assert shown == []


def test_plain_click_selects_that_chat_alone_and_goes_there(view, qtbot):
    shown = told(view.chat_selected)
    click(qtbot, view, 3, SHIFT)
    click(qtbot, view, 2)
    assert view.selected_chats() == (3,)
    assert shown == [(3,)]


def test_click_on_the_only_selected_chat_that_is_not_shown_goes_there(view, qtbot):
    click(qtbot, view, 3, CTRL)
    click(qtbot, view, 1, CTRL)
    shown = told(view.chat_selected)
    click(qtbot, view, 3)
    assert shown == [(4,)]


def test_escape_leaves_the_chat_shown_alone(view, qtbot):
    click(qtbot, view, 3, SHIFT)
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.selected_chats() == (2,)


def test_delete_key_asks_for_all_that_are_selected(view, qtbot):
    wanted = told(view.delete_requested)
    click(qtbot, view, 3, SHIFT)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert wanted == [((2, 3, 4),)]


@pytest.mark.parametrize(("row", "expected"), [(2, (2, 3, 4)), (0, (1,))])
def test_menu_is_for_the_selection_only_where_it_was_opened_on_it(view, qtbot, row, expected):
    menus = told(view.menu_requested)
    click(qtbot, view, 3, SHIFT)
    view.customContextMenuRequested.emit(place(view, row))
    assert [chats for chats, _ in menus] == [expected]


def test_selection_survives_that_the_list_is_read_anew(view, qtbot, chats):
    click(qtbot, view, 3, SHIFT)
    rows = [chats.chat_at(row) for row in range(4)]
    chats.set_chats([summary(9, "New", now()), *rows[1:]])
    assert view.selected_chats() == (2, 3, 4)


def test_click_below_the_last_chat_keeps_the_selection(view, qtbot):
    click(qtbot, view, 3, SHIFT)
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(100, view.viewport().height() - 5))
    assert view.selected_chats() == (2, 3, 4)


def test_typing_goes_to_the_title_that_begins_so(view, qtbot):
    shown = told(view.chat_selected)
    qtbot.keyClicks(view, "tra")
    assert view.currentIndex().row() == 2
    assert shown[-1] == (3,)


@pytest.fixture
def long_view(view, chats):
    rows = [summary(n + 1, "", ago(minutes=n)) for n in range(COUNT)]
    groups = [ChatGroup("pinned", 0, 10), ChatGroup("2026-11", 10, COUNT - 10)]
    chats.set_stored(rows[:100], groups, lambda offset, limit: rows[offset : offset + limit])
    return view


def test_hundred_thousand_chats_are_scrolled_and_selected(long_view, qtbot):
    qtbot.keyClick(long_view, Qt.Key.Key_End)
    assert long_view.currentIndex().row() == COUNT - 1
    last = long_view.visualRect(long_view.currentIndex())
    assert long_view.viewport().rect().contains(last)
    assert long_view.verticalScrollBar().maximum() == COUNT * 34 + 2 * 32 - 400
    assert long_view.indexAt(last.center()).row() == COUNT - 1
    qtbot.keyClick(long_view, Qt.Key.Key_PageUp)
    assert 0 < COUNT - 1 - long_view.currentIndex().row() <= 400 // 34


def test_too_many_selected_chats_are_told_by_their_rows(long_view, qtbot):
    wanted = told(long_view.delete_requested)
    long_view.selectAll()
    assert long_view.selected_rows() == [(0, COUNT)]
    assert COUNT > MOST_READ
    qtbot.keyClick(long_view, Qt.Key.Key_Delete)
    assert wanted == [((),)]


def test_long_list_in_the_middle_paints_what_is_in_view_alone(qtbot):
    asked: list[tuple[int, int]] = []

    def load(offset: int, limit: int):
        asked.append((offset, limit))
        return [summary(offset + n + 1, "", ago(minutes=offset + n)) for n in range(limit)]

    chats = ChatListModel(now=now)
    chats.set_stored(load(0, 100), [ChatGroup("", 0, COUNT)], load)
    view = ChatListView(load_theme("dark"))
    view.set_chats(chats)
    qtbot.addWidget(view)
    view.resize(268, 700)
    view.show()
    asked.clear()
    view.verticalScrollBar().setValue(50_050 * 34)
    assert not view.grab().isNull()
    assert asked == [(50_000, 100)]
