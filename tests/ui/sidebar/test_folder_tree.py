"""The tree of places: what it shows, and what can be dropped on it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QAbstractItemModelTester

from desktop_chat.domain.organisation import Folder, FolderId, Place, Tag, TagId
from desktop_chat.ui.item_models.folder_tree import ALL_CHATS, Entry, EntryKind, FolderTreeModel
from desktop_chat.ui.item_models.roles import CHATS_MIME, FOLDER_MIME
from desktop_chat.ui.sidebar.folder_painting import chevron_area
from desktop_chat.ui.sidebar.folder_tree_view import FolderTreeView
from desktop_chat.ui.theme import load_theme

WORK, CLIENTS, HOUSE = (Entry(EntryKind.FOLDER, number) for number in (1, 2, 3))
FOLDERS = [
    Folder(FolderId(2), "Clients", FolderId(1)),
    Folder(FolderId(3), "House"),
    Folder(FolderId(1), "Work"),
]
TAGS = [Tag(TagId(7), "urgent")]
URGENT, TAGGED = Entry(EntryKind.TAG, 7), Entry(EntryKind.TAGS)
ARCHIVE, TRASH = Entry(EntryKind.ARCHIVE), Entry(EntryKind.TRASH)


@pytest.fixture
def places(qapp) -> FolderTreeModel:
    places = FolderTreeModel()
    QAbstractItemModelTester(places, places)
    places.set_places(FOLDERS, TAGS, has_archive=True, has_trash=True)
    return places


@pytest.fixture
def tree(qtbot, places) -> FolderTreeView:
    tree = FolderTreeView(places, load_theme("light"))
    qtbot.addWidget(tree)
    tree.resize(268, 400)
    with qtbot.waitExposed(tree):
        tree.show()
    return tree


def told(signal) -> list:
    heard: list = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def place(tree, entry):
    return tree.visualRect(tree.model().index_of(entry)).center()


def click(qtbot, tree, entry):
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place(tree, entry))


def drag(tree, entry, kind, text):
    """Drag something over a place and let it go; returns whether both were accepted."""
    mime = QMimeData()
    mime.setData(kind, text.encode())
    where = place(tree, entry) if entry else QPoint(100, tree.viewport().height() - 2)
    action, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, action, mime, Qt.MouseButton.LeftButton, none)
    tree.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False, False
    move = QDragMoveEvent(where, action, mime, Qt.MouseButton.LeftButton, none)
    tree.dragMoveEvent(move)
    drop = QDropEvent(QPointF(where), action, mime, Qt.MouseButton.LeftButton, none)
    drop.ignore()
    tree.dropEvent(drop)
    return move.isAccepted(), drop.isAccepted()


def test_folders_stand_in_each_other(places):
    work = places.index_of(WORK)
    assert work.data() == "Work"
    assert places.index_of(CLIENTS).parent() == work
    assert not places.index_of(HOUSE).parent().isValid()


def test_places_come_in_their_order(places):
    top = [places.entry(places.index(row)) for row in range(places.rowCount())]
    assert top == [ALL_CHATS, HOUSE, WORK, TAGGED, ARCHIVE, TRASH]


def test_without_any_place_the_tree_is_hidden(tree, places):
    places.set_places([], [])
    assert places.rowCount() == 0
    assert not tree.isVisible()
    places.set_places([], [], has_trash=True)
    assert tree.isVisible()


def test_folder_whose_parent_is_nowhere_stands_at_the_top(places):
    places.set_places([Folder(FolderId(5), "Lost", FolderId(99))], [])
    assert not places.index_of(Entry(EntryKind.FOLDER, 5)).parent().isValid()


def test_folders_that_stand_in_each_other_in_a_circle_are_shown(places):
    ring = [Folder(FolderId(5), "a", FolderId(6)), Folder(FolderId(6), "b", FolderId(5))]
    places.set_places(ring, [])
    assert {entry.number for entry in places.entries()} == {0, 5, 6}


@pytest.mark.parametrize("entry", [WORK, CLIENTS, URGENT, ARCHIVE, TRASH])
def test_click_chooses_a_place(tree, qtbot, entry):
    chosen = told(tree.place_chosen)
    click(qtbot, tree, entry)
    assert chosen == [(entry,)]


def test_click_on_the_heading_of_the_tags_closes_it(tree, qtbot, places):
    chosen = told(tree.place_chosen)
    click(qtbot, tree, TAGGED)
    assert not tree.isExpanded(places.index_of(TAGGED))
    assert chosen == []


def test_click_on_the_sign_of_a_folder_closes_it_and_it_stays_so(tree, qtbot, places):
    chosen = told(tree.place_chosen)
    row = tree.visualRect(places.index_of(WORK))
    sign = chevron_area(row, load_theme("light")).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=sign)
    places.set_places(FOLDERS, [])
    assert not tree.isExpanded(places.index_of(WORK))
    assert chosen == []


def test_keys_go_through_the_places(tree, qtbot, places):
    chosen = told(tree.place_chosen)
    tree.choose(ALL_CHATS)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert chosen == [(HOUSE,)]


def test_keys_ask_to_rename_and_to_delete(tree, qtbot):
    tree.choose(WORK)
    renamed, deleted = told(tree.rename_requested), told(tree.delete_requested)
    qtbot.keyClick(tree, Qt.Key.Key_F2)
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert (renamed, deleted) == ([(WORK,)], [(WORK,)])


def test_chosen_place_stays_chosen_when_the_tree_is_built_anew(tree, places):
    chosen = told(tree.place_chosen)
    tree.choose(CLIENTS)
    places.set_places(FOLDERS, [])
    assert places.entry(tree.currentIndex()) == CLIENTS
    assert chosen == []


@pytest.mark.parametrize("entry", [ALL_CHATS, CLIENTS, URGENT, ARCHIVE, TRASH])
def test_chats_can_be_dropped_on_a_place(tree, entry):
    dropped = told(tree.chats_dropped)
    assert drag(tree, entry, CHATS_MIME, "3 11") == (True, True)
    assert dropped == [((3, 11), entry)]


@pytest.mark.parametrize("entry", [TAGGED, None])
def test_chats_cannot_be_dropped_on_a_heading_or_beside(tree, entry):
    dropped = told(tree.chats_dropped)
    tree.setFixedHeight(600)
    assert drag(tree, entry, CHATS_MIME, "3") == (False, False)
    assert dropped == []


def test_folder_can_be_dropped_into_another_and_at_the_top(tree):
    dropped = told(tree.folder_dropped)
    assert drag(tree, HOUSE, FOLDER_MIME, "1") == (True, True)
    assert drag(tree, ALL_CHATS, FOLDER_MIME, "2") == (True, True)
    assert dropped == [(1, 3), (2, None)]


@pytest.mark.parametrize("entry", [WORK, CLIENTS, TRASH, URGENT])
def test_folder_cannot_be_dropped_into_itself_nor_on_what_is_no_folder(tree, entry):
    dropped = told(tree.folder_dropped)
    assert drag(tree, entry, FOLDER_MIME, "1") == (False, False)
    assert dropped == []


def test_foreign_drag_with_nonsense_moves_nothing(tree):
    dropped = told(tree.chats_dropped)
    assert drag(tree, WORK, "text/plain", "3") == (False, False)
    drag(tree, WORK, CHATS_MIME, f"x -1 {'9' * 40} 5")
    assert dropped == [((5,), WORK)]


def test_dragged_folder_is_given_by_its_id(places):
    mime = places.mimeData([places.index_of(CLIENTS)])
    assert bytes(mime.data(FOLDER_MIME).data()) == b"2"
    assert not places.flags(places.index_of(TRASH)) & Qt.ItemFlag.ItemIsDragEnabled


def test_height_is_that_of_what_is_shown_up_to_the_room(tree):
    assert tree.height() == 8 * 30
    tree.set_room(150)
    assert tree.height() == 150


def test_entry_knows_where_its_chats_stand():
    assert (TRASH.place, ARCHIVE.place, WORK.place) == (Place.TRASH, Place.ARCHIVE, Place.CHATS)
    assert (WORK.folder_id, URGENT.tag_id, URGENT.folder_id) == (1, 7, None)


@pytest.mark.parametrize("name", ["light", "dark", "high-contrast-light"])
def test_every_place_is_painted(tree, name):
    tree.set_theme(load_theme(name, 150))
    assert not tree.grab().isNull()
