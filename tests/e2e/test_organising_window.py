"""Chats put in order in the whole window: folders, tags, archive, trash, and undo."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from desktop_chat.domain.organisation import ChatOrder
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.ui.item_models.folder_tree import ALL_CHATS, Entry, EntryKind
from desktop_chat.ui.item_models.roles import CHATS_MIME, ChatRole
from tests.e2e.app_process import NO_SERVER
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TITLES = ["Fourier", "Landlord", "Bread", "Tides"]
NEWEST_FIRST = TITLES[::-1]
TRASH, ARCHIVE = Entry(EntryKind.TRASH), Entry(EntryKind.ARCHIVE)


@pytest.fixture(autouse=True)
def lonely(monkeypatch):
    """No server: nothing here needs a model."""
    monkeypatch.setenv("LM_STUDIO_URL", NO_SERVER)


@pytest.fixture(autouse=True)
def library(data_dir):
    """Four chats, the newest last, each with a question."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_database(data_dir / "chats.sqlite3") as db:
        for title in TITLES:
            chat = ChatRepository(db).create_chat(title)
            MessageRepository(db).create_message(chat.id, "user", f"secretword{title}")


def chat_list(window):
    return window.window.sidebar.chat_list


def tree(window):
    return window.window.findChild(object, "folderTree")


def commands(window):
    return window.session._features[-1]._context.commands


def services(window):
    return window.session._services


def ids(window: OpenWindow, *titles: str) -> tuple[int, ...]:
    model = window.shell.chat_list
    return tuple(model.index(window.titles().index(t)).data(ChatRole.CHAT_ID) for t in titles)


async def shows(window: OpenWindow, *titles: str) -> None:
    await until(lambda: window.titles() == list(titles), f"the list is {titles}")


async def says(window: OpenWindow, part: str) -> None:
    await until(lambda: part in window.status_text(), f"the status line says {part}")


async def choose(window, entry, *titles):
    """Click a place and wait until these are its chats."""
    index = tree(window).model().index_of(entry)
    place = tree(window).visualRect(index).center()
    QTest.mouseClick(tree(window).viewport(), Qt.MouseButton.LeftButton, pos=place)
    await shows(window, *titles)


def select(window: OpenWindow, *titles: str) -> None:
    """Click the first, and the others with Ctrl."""
    window.go_to(titles[0])
    for title in titles[1:]:
        index = window.shell.chat_list.index(window.titles().index(title))
        place = chat_list(window).visualRect(index).center()
        QTest.mouseClick(chat_list(window).viewport(), Qt.MouseButton.LeftButton, CTRL, place)


def drop(window, entry, *titles):
    """Drag chats onto a place."""
    model = window.shell.chat_list
    mime = model.mimeData([model.index(window.titles().index(title)) for title in titles])
    assert mime.hasFormat(CHATS_MIME)
    drop_on(window, entry, mime)


def drop_on(window, entry, mime):
    where = QPointF(tree(window).visualRect(tree(window).model().index_of(entry)).center())
    action, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(where, action, mime, Qt.MouseButton.LeftButton, none)
    tree(window).dropEvent(event)


async def press_undo(window, modifiers=CTRL):
    """Press Ctrl+Z, or with Shift too, where the keyboard is."""
    window.window.activateWindow()
    await until(window.shell.app.focusWidget, "something has the keyboard")
    QTest.keyClick(window.shell.app.focusWidget(), Qt.Key.Key_Z, modifiers)


async def dialog(window, name):
    return await until(lambda: window.dialog(name), f"{name} opens")


async def make_folder(window, name):
    """Make a folder by the menu of the library."""
    commands(window).run("folder.new")
    asked = await dialog(window, "nameDialog")
    QTest.keyClicks(asked.line, name)
    QTest.keyClick(asked.line, Qt.Key.Key_Return)
    shown = tree(window)
    entries = shown.model().entries
    found = await until(lambda: [each for each in entries() if shown.name_of(each) == name], name)
    return found[0]


def test_new_folder_is_told_with_the_way_back():
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        entry = await make_folder(window, "Work")
        await says(window, "Folder “Work” was made")
        tree(window).rename_requested.emit(entry)
        asked = await dialog(window, "nameDialog")
        asked.line.setText("Home")
        QTest.keyClick(asked.line, Qt.Key.Key_Return)
        await says(window, "Renamed to “Home”")
        window.window.status_line.action_requested.emit()
        await says(window, "Undone: ")

    run_window(scenario)


def test_several_chats_are_deleted_and_come_back_with_ctrl_z(stored):
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        select(window, "Tides", "Landlord", "Fourier")
        window.press(Qt.Key.Key_Delete, on=chat_list(window))
        await shows(window, "Bread")
        await says(window, "3 chats were moved to the trash")
        assert window.messages() == []  # the chat shown was one of them
        await press_undo(window)
        await shows(window, *NEWEST_FIRST)
        await says(window, "Undone: delete")
        await press_undo(window, CTRL | SHIFT)
        await shows(window, "Bread")
        await says(window, "Redone: delete")

    run_window(scenario)
    assert stored.rows("SELECT count(*) FROM chat WHERE deleted_at IS NOT NULL") == [(3,)]


def test_row_21_delete_is_undone_after_a_restart(stored):
    """Delete a chat, undo, restart, undo: no key deletes anything without a way back."""

    async def first(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        window.go_to("Bread")
        window.press(Qt.Key.Key_Delete, on=chat_list(window))
        await shows(window, "Tides", "Landlord", "Fourier")
        await press_undo(window)
        await shows(window, *NEWEST_FIRST)
        window.go_to("Tides")
        window.press(Qt.Key.Key_Delete, on=chat_list(window))
        await shows(window, "Bread", "Landlord", "Fourier")

    async def second(window: OpenWindow) -> None:
        await shows(window, "Bread", "Landlord", "Fourier")
        await until(lambda: commands(window).label("edit.undo"), "there is something to undo")
        assert commands(window).label("edit.undo") == "Undo: delete"
        await press_undo(window)
        await shows(window, *NEWEST_FIRST)
        await says(window, "Undone: delete")

    run_window(first)
    run_window(second)
    assert stored.rows("SELECT count(*) FROM chat WHERE deleted_at IS NOT NULL") == [(0,)]


def test_ctrl_z_undoes_typing_first_and_then_the_last_change():
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        window.go_to("Bread")
        window.press(Qt.Key.Key_Delete, on=chat_list(window))
        await shows(window, "Tides", "Landlord", "Fourier")
        window.composer.focus_input()
        window.type("typed")
        await press_undo(window)
        assert window.composer.text() == ""
        assert "Bread" not in window.titles()
        await press_undo(window)
        await says(window, "Undone: delete")
        # The search field is a field of one line: the same holds there.
        field = window.window.sidebar.search_field
        field.setFocus()
        await press_undo(window, CTRL | SHIFT)
        await shows(window, "Tides", "Landlord", "Fourier")

    run_window(scenario)


def test_chats_dragged_into_a_folder_are_shown_there(stored):
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        assert not tree(window).isVisible()
        work = await make_folder(window, "Work")
        assert tree(window).isVisible()
        drop(window, work, "Tides", "Fourier")
        await says(window, "2 chats → “Work”")
        await choose(window, work, "Tides", "Fourier")
        await choose(window, ALL_CHATS, *NEWEST_FIRST)
        drop(window, ALL_CHATS, "Tides")
        await says(window, "“Tides” is in no folder now")
        await choose(window, work, "Fourier")

    run_window(scenario)
    assert stored.rows("SELECT title FROM chat WHERE folder_id IS NOT NULL") == [("Fourier",)]


def test_chat_dragged_to_trash_and_archive_goes_there_and_back(stored):
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        commands(window).run("chat.archive", ids(window, "Bread"))
        await shows(window, "Tides", "Landlord", "Fourier")
        drop(window, ARCHIVE, "Tides")
        await shows(window, "Landlord", "Fourier")
        await choose(window, ARCHIVE, "Tides", "Bread")
        drop(window, ALL_CHATS, "Tides")
        await shows(window, "Bread")
        await choose(window, ALL_CHATS, "Tides", "Landlord", "Fourier")
        commands(window).run("chat.delete", ids(window, "Landlord"))
        await shows(window, "Tides", "Fourier")
        drop(window, TRASH, "Tides")
        await choose(window, TRASH, "Tides", "Landlord")
        drop(window, ALL_CHATS, "Landlord")
        await shows(window, "Tides")

    run_window(scenario)
    assert stored.rows("SELECT title FROM chat WHERE deleted_at IS NOT NULL") == [("Tides",)]


def test_move_dialog_makes_a_folder_and_moves_into_it():
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        commands(window).run("chat.move", ids(window, "Bread"))
        move = await dialog(window, "moveDialog")
        move.new_folder_requested.emit(None)
        asked = await dialog(window, "nameDialog")
        QTest.keyClicks(asked.line, "Kitchen")
        QTest.keyClick(asked.line, Qt.Key.Key_Return)
        await until(lambda: move.chosen() is not None, "the new folder is chosen")
        QTest.mouseClick(move.findChild(object, "moveButton"), Qt.MouseButton.LeftButton)
        await says(window, "“Bread” → “Kitchen”")
        await choose(window, Entry(EntryKind.FOLDER, 1), "Bread")

    run_window(scenario)


def test_folder_is_renamed_and_deleted_and_its_chats_stay():
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        work = await make_folder(window, "Work")
        drop(window, work, "Bread")
        await choose(window, work, "Bread")
        QTest.keyClick(tree(window), Qt.Key.Key_F2)
        asked = await dialog(window, "nameDialog")
        asked.line.setText("Jobs")
        QTest.keyClick(asked.line, Qt.Key.Key_Return)
        await until(lambda: tree(window).name_of(work) == "Jobs", "the new name")
        QTest.keyClick(tree(window), Qt.Key.Key_Delete)
        await shows(window, *NEWEST_FIRST)  # the place that was shown is gone
        await says(window, "“Jobs” was deleted, its chats are kept")
        await press_undo(window)
        await until(lambda: tree(window).name_of(work) == "Jobs", "the folder is back")
        await choose(window, work, "Bread")

    run_window(scenario)


def test_tags_are_put_on_shown_and_taken_off(stored):
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        commands(window).run("chat.tags", ids(window, "Tides", "Bread"))
        tags = await dialog(window, "tagsDialog")
        QTest.keyClicks(tags.line, "idea")
        QTest.keyClick(tags.line, Qt.Key.Key_Return)
        idea = Entry(EntryKind.TAG, 1)
        await until(lambda: tree(window).name_of(idea) == "idea", "the tag")
        await choose(window, idea, "Tides", "Bread")
        commands(window).run("chat.tags", ids(window, "Tides"))
        tags = await dialog(window, "tagsDialog")
        tags.list.item(0).setCheckState(Qt.CheckState.Unchecked)
        tags.accept()
        tags._on_accepted()
        await shows(window, "Bread")

    run_window(scenario)
    assert stored.rows("SELECT count(*) FROM chat_tag") == [(1,)]


def test_pinned_chat_comes_first_with_its_sign():
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        commands(window).run("chat.pin", ids(window, "Landlord"))
        await shows(window, "Landlord", "Tides", "Bread", "Fourier")
        first = window.shell.chat_list.index(0)
        assert (first.data(ChatRole.PINNED), first.data(ChatRole.GROUP)) == (True, "Pinned")
        assert commands(window).label("chat.pin", ids(window, "Landlord")) == "Unpin"
        commands(window).run("edit.undo")
        await shows(window, *NEWEST_FIRST)

    run_window(scenario)


def test_order_of_the_list_is_chosen_and_remembered():
    async def first(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        commands(window).run("sort.title")
        await shows(window, *sorted(TITLES))
        assert commands(window).is_on("sort.title")
        assert not commands(window).is_on("sort.updated")

    async def second(window: OpenWindow) -> None:
        await shows(window, *sorted(TITLES))
        assert window.controllers.chats.query.order is ChatOrder.TITLE

    run_window(first)
    run_window(second)


def files(data_dir) -> bytes:
    names = ("chats.sqlite3", "chats.sqlite3-wal")
    return b"".join((data_dir / n).read_bytes() for n in names if (data_dir / n).exists())


def test_row_22_deleted_for_good_is_gone_from_the_files_and_the_backups_are_named(data_dir):
    """The dialog says "Done" after the text has left the live files, and names the backups."""
    assert b"secretwordBread" in files(data_dir)

    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        backup = await services(window).backups.make()
        commands(window).run("chat.delete", ids(window, "Bread"))
        await shows(window, "Tides", "Landlord", "Fourier")
        await choose(window, TRASH, "Bread")
        window.go_to("Bread")
        window.press(Qt.Key.Key_Delete, on=chat_list(window))
        asked = await dialog(window, "deletionDialog")
        QTest.mouseClick(asked.delete_button, Qt.MouseButton.LeftButton)
        await until(lambda: asked.close_button.isVisible(), "the deletion ends")
        assert "Done. One chat was deleted" in asked.text()
        names = [asked.backups.item(row).text() for row in range(asked.backups.count())]
        assert names == [backup.path.name]
        assert b"secretwordBread" not in files(data_dir)
        QTest.mouseClick(asked.close_button, Qt.MouseButton.LeftButton)
        await shows(window)

    run_window(scenario)
    assert b"secretwordTides" in files(data_dir)


def test_trash_is_emptied_by_the_button_above_it(stored):
    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        assert commands(window).label("trash.empty") is None
        commands(window).run("chat.delete", ids(window, "Bread", "Tides"))
        await shows(window, "Landlord", "Fourier")
        await choose(window, TRASH, "Tides", "Bread")
        window.click("emptyTrashButton")
        asked = await dialog(window, "deletionDialog")
        QTest.keyClick(asked, Qt.Key.Key_Return)  # Enter harms nobody
        assert window.titles() == ["Tides", "Bread"]
        window.click("emptyTrashButton")
        asked = await dialog(window, "deletionDialog")
        QTest.mouseClick(asked.delete_button, Qt.MouseButton.LeftButton)
        await until(lambda: asked.close_button.isVisible(), "the deletion ends")
        await shows(window)

    run_window(scenario)
    assert stored.rows("SELECT title FROM chat ORDER BY id") == [("Fourier",), ("Landlord",)]


def test_export_of_a_folder_takes_the_chats_of_its_inner_ones(stored):
    exported: list[tuple[int, ...]] = []

    async def scenario(window: OpenWindow) -> None:
        await shows(window, *NEWEST_FIRST)
        commands(window).register("chat.export", exported.append)
        work = await make_folder(window, "Work")
        drop(window, work, "Bread", "Tides")
        await says(window, "2 chats")
        tree(window).menu_requested.emit(work, window.window.pos())
        menu: Any = tree(window).findChild(QMenu)
        actions = {action.text(): action for action in menu.actions()}
        actions["Export…"].trigger()
        menu.close()
        await until(lambda: exported, "the export is asked for")

    run_window(scenario)
    expected = stored.rows("SELECT id FROM chat WHERE folder_id IS NOT NULL")
    assert sorted(exported[0]) == [row[0] for row in expected]


def test_chat_begun_while_a_folder_is_shown_stands_in_it(stored, standin_thread, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        work = await make_folder(window, "Work")
        await choose(window, work)
        window.click("newChatButton")
        await window.send("Begun here")
        await window.reply()
        await shows(window, "Begun here")
        await choose(window, ALL_CHATS, "Begun here", *NEWEST_FIRST)

    run_window(scenario)
    assert stored.rows("SELECT title FROM chat WHERE folder_id = 1") == [("Begun here",)]


def test_chat_of_the_trash_that_is_written_in_comes_back(stored, standin_thread, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await shows(window, *NEWEST_FIRST)
        commands(window).run("chat.delete", ids(window, "Bread"))
        await shows(window, "Tides", "Landlord", "Fourier")
        await choose(window, TRASH, "Bread")
        window.go_to("Bread")
        await window.send("And again")
        await window.reply()
        await shows(window)
        await choose(window, ALL_CHATS, "Bread", "Tides", "Landlord", "Fourier")

    run_window(scenario)
    assert stored.rows("SELECT count(*) FROM chat WHERE deleted_at IS NOT NULL") == [(0,)]


def test_all_of_a_long_list_are_deleted_and_come_back(stored, data_dir):
    with open_database(data_dir / "chats.sqlite3") as db:
        db.connection().executemany(
            "INSERT INTO chat (title) VALUES (?)", [(f"Chat {n}",) for n in range(2_000)]
        )

    async def scenario(window: OpenWindow) -> None:
        count = window.shell.chat_list.rowCount
        await until(lambda: count() == 2_004, "all are counted")
        chat_list(window).setFocus()
        QTest.keyClick(chat_list(window), Qt.Key.Key_A, CTRL)
        window.press(Qt.Key.Key_Delete, on=chat_list(window))
        await says(window, "2004 chats were moved to the trash")
        await until(lambda: count() == 0, "none is left")
        await press_undo(window)
        await until(lambda: count() == 2_004, "all are back")

    run_window(scenario)
    assert stored.rows("SELECT count(*) FROM chat WHERE deleted_at IS NOT NULL") == [(0,)]
