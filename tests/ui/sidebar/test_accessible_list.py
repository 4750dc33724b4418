"""What a screen reader finds in the chat list, without reading all of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QAccessible

from desktop_chat.domain.organisation import ChatGroup
from desktop_chat.ui.item_models.chat_list import ChatListModel
from desktop_chat.ui.sidebar.chat_list_view import ChatListView
from desktop_chat.ui.theme import load_theme
from tests.domain.samples import summary
from tests.ui.chat_list_fake import ago, now

COUNT = 100_000


@pytest.fixture
def chats(qapp) -> ChatListModel:
    def load(offset: int, limit: int):
        return [summary(offset + n + 1, "", ago(minutes=offset + n)) for n in range(limit)]

    chats = ChatListModel(now=now)
    chats.set_stored(load(0, 100), [ChatGroup("2026-11", 0, COUNT)], load)
    return chats


@pytest.fixture
def view(qtbot, chats) -> ChatListView:
    view = ChatListView(load_theme("light"))
    view.set_chats(chats)
    qtbot.addWidget(view)
    view.resize(268, 400)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_list_has_one_item_for_each_chat_named_by_its_title(view):
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == COUNT
    item = interface.child(77_777)
    assert item.role() == QAccessible.Role.ListItem
    assert item.text(QAccessible.Text.Name) == "Chat 77778"


def test_item_stands_where_its_row_is_painted(view):
    item = QAccessible.queryAccessibleInterface(view).child(3)
    row = view.visualRect(view.model().index(3, 0))
    assert item.rect().size() == row.size()
    assert item.rect().topLeft() == view.viewport().mapToGlobal(row.topLeft())


def test_chat_selected_by_a_screen_reader_is_shown_alone(view):
    view.select_chat(1)
    told: list[int] = []
    view.chat_selected.connect(told.append)
    index = view.model().index(5, 0)
    view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
    assert told == [6]
    assert view.selected_chats() == (6,)
