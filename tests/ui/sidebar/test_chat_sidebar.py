from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from desktop_chat.ui.sidebar.chat_sidebar import ChatSidebar
from desktop_chat.ui.theme import load_theme
from tests.domain.samples import summary
from tests.ui.chat_list_fake import ago, fake_chat_list

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def chats():
    return fake_chat_list()


@pytest.fixture
def sidebar(qtbot, chats):
    sidebar = ChatSidebar(chats, load_theme("light"))
    qtbot.addWidget(sidebar)
    sidebar.resize(268, 700)
    with qtbot.waitExposed(sidebar):
        sidebar.show()
    return sidebar


def _place(sidebar: ChatSidebar, row: int) -> QPoint:
    area = sidebar.chat_list.visualRect(sidebar.chat_list.model().index(row, 0))
    return QPoint(area.center().x(), area.bottom() - 10)


def _told(signal) -> list:
    told: list = []
    signal.connect(lambda *values: told.append(values))
    return told


def _editor(sidebar: ChatSidebar) -> QLineEdit:
    editor = sidebar.chat_list.viewport().findChild(QLineEdit)
    assert editor is not None
    return editor


def test_click_on_a_chat_selects_it(sidebar, qtbot):
    told = _told(sidebar.chat_selected)
    qtbot.mouseClick(
        sidebar.chat_list.viewport(), Qt.MouseButton.LeftButton, pos=_place(sidebar, 2)
    )
    assert told == [(3,)]


def test_arrow_keys_select_chats(sidebar, qtbot):
    sidebar.select_chat(1)
    told = _told(sidebar.chat_selected)
    qtbot.keyClick(sidebar.chat_list, Qt.Key.Key_Down)
    assert told == [(2,)]


def test_select_chat_from_outside_marks_and_says_nothing(sidebar):
    told = _told(sidebar.chat_selected)
    sidebar.select_chat(3)
    assert sidebar.chat_list.currentIndex().row() == 2
    sidebar.select_chat(None)
    assert not sidebar.chat_list.selectionModel().hasSelection()
    assert told == []


def test_selected_chat_that_comes_back_with_a_reset_is_marked_again(sidebar, chats):
    sidebar.select_chat(3)
    chats.set_chats([])
    chats.set_chats([summary(9, "New"), summary(3, "Traducir el manual", ago(days=3))])
    assert sidebar.chat_list.currentIndex().row() == 1


def test_removal_of_the_selected_chat_chooses_no_other(sidebar, chats):
    sidebar.select_chat(2)
    told = _told(sidebar.chat_selected)
    chats.remove(2)
    assert told == []


def test_focus_by_tab_opens_no_chat(sidebar, qtbot):
    told = _told(sidebar.chat_selected)
    sidebar.chat_list.setFocus(Qt.FocusReason.TabFocusReason)
    assert told == []


def test_delete_key_asks_for_the_trash(sidebar, qtbot):
    sidebar.select_chat(2)
    told = _told(sidebar.delete_requested)
    qtbot.keyClick(sidebar.chat_list, Qt.Key.Key_Delete)
    assert told == [((2,),)]


def test_f2_renames_in_the_list(sidebar, qtbot):
    sidebar.select_chat(2)
    told = _told(sidebar.rename_requested)
    qtbot.keyClick(sidebar.chat_list, Qt.Key.Key_F2)
    editor = _editor(sidebar)
    assert editor.text() == "Tides and why they lag"
    editor.setText("  Two  tides ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == [(2, "Two tides")])
    assert sidebar.chat_list.model().index(1, 0).data() == "Tides and why they lag"


@pytest.mark.parametrize("text", ["", "   ", "Tides and why they lag"])
def test_rename_to_nothing_new_changes_nothing(sidebar, qtbot, text):
    sidebar.select_chat(2)
    told = _told(sidebar.rename_requested)
    sidebar.rename_selected()
    editor = _editor(sidebar)
    editor.setText(text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not sidebar.chat_list.viewport().findChildren(QLineEdit))
    assert told == []


def test_escape_leaves_the_title_as_it_was(sidebar, qtbot):
    sidebar.select_chat(2)
    told = _told(sidebar.rename_requested)
    sidebar.rename_selected()
    editor = _editor(sidebar)
    editor.setText("Another")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert told == []


def test_right_click_asks_for_the_menu_of_its_chat_without_going_there(sidebar, qtbot):
    told, menus = _told(sidebar.chat_selected), _told(sidebar.chat_menu_requested)
    viewport = sidebar.chat_list.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=_place(sidebar, 2))
    sidebar.chat_list.customContextMenuRequested.emit(_place(sidebar, 2))
    assert told == []
    assert [chats for chats, _place_on_screen in menus] == [(3,)]


def test_group_label_makes_its_row_taller(sidebar):
    heights = [
        sidebar.chat_list.visualRect(sidebar.chat_list.model().index(row, 0)).height()
        for row in range(4)
    ]
    assert heights == [66, 66, 34, 66]


def test_items_are_chats_only(sidebar):
    titles = [sidebar.chat_list.model().index(row, 0).data() for row in range(4)]
    assert sidebar.chat_list.model().rowCount(QModelIndex()) == 4
    assert "Today" not in titles


def test_click_on_the_name_of_a_group_goes_nowhere(sidebar, qtbot):
    told = _told(sidebar.chat_selected)
    area = sidebar.chat_list.visualRect(sidebar.chat_list.model().index(1, 0))
    place = QPoint(area.center().x(), area.top() + 5)
    assert not sidebar.chat_list.indexAt(place).isValid()
    qtbot.mouseClick(sidebar.chat_list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told == []


def test_search_tells_its_text_and_escape_empties_it(sidebar, qtbot):
    told = _told(sidebar.search_changed)
    sidebar.focus_search()
    qtbot.keyClicks(sidebar.search_field, "ti")
    qtbot.keyClick(sidebar.search_field, Qt.Key.Key_Escape)
    assert told == [("t",), ("ti",), ("",)]


def test_buttons_tell_what_is_wanted(sidebar, qtbot):
    new, settings = _told(sidebar.new_chat_requested), _told(sidebar.settings_requested)
    for name in ("newChatButton", "settingsButton"):
        button = sidebar.findChild(object, name)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (len(new), len(settings)) == (1, 1)


def test_engine_state_is_spoken(sidebar):
    sidebar.set_engine_state("LM Studio · connected", True, "idle")
    footer = sidebar.findChild(object, "engineState")
    assert footer.accessibleDescription() == "LM Studio · connected"


@pytest.mark.parametrize("name", ["light", "dark", "high-contrast-dark"])
def test_every_kind_of_row_is_painted(sidebar, name):
    sidebar.set_theme(load_theme(name, 150))
    for text, is_ok, kind in (("A · b", True, "idle"), ("A", False, "error")):
        sidebar.set_engine_state(text, is_ok, kind)
        sidebar.select_chat(2)
        assert not sidebar.grab().isNull()
