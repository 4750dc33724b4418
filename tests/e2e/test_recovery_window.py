"""Databases that cannot be opened, or not be written: what the window says and offers."""

from __future__ import annotations

import dataclasses
import random
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from desktop_chat.domain.backup import DAMAGED, MANUAL
from desktop_chat.paths import backups_dir, database_path
from desktop_chat.services import clock
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from tests.e2e.app_process import NO_SERVER
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

CHATS = 6


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", NO_SERVER)


@pytest.fixture
def path(data_dir):
    """A database of some chats, and a backup that lacks the last one."""
    path = database_path(data_dir)
    with open_database(path) as db:
        chats, messages = ChatRepository(db), MessageRepository(db)
        for number in range(CHATS):
            if number == CHATS - 1:
                make_backup(path, MANUAL, clock.now())
            chat = chats.create_chat(f"Chat {number}")
            for place in range(30):
                messages.create_message(chat.id, ("user", "llm")[place % 2], f"text {place} " * 20)
    return path


def zero_header(path):
    path.write_bytes(bytes(100) + path.read_bytes()[100:])


def overwrite_pages(path):
    data = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'chat'"
        ).fetchone()
    data[(root - 1) * 4096 : (root - 1) * 4096 + 50] = random.Random(1).randbytes(50)
    path.write_bytes(data)


def replace_by_text(path):
    path.write_text("shopping list\n" * 300)


def truncate_to_nothing(path):
    path.write_bytes(b"")


def text_of(dialog):
    return " ".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


async def recovery(window: OpenWindow):
    return await until(lambda: window.dialog("recoveryDialog"), "the dialog")


def press(dialog, name):
    QTest.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def offered(dialog):
    return [b.text() for b in dialog.findChildren(QPushButton) if b.isVisible()]


async def opened(window: OpenWindow):
    await until(lambda: window.session._services is not None, "the window opens")
    await until(lambda: window.shell.chat_list.rowCount() > 0, "the chats are shown")


def bad_files(data_dir):
    return [one for one in list_backups(backups_dir(data_dir)) if one.kind == DAMAGED]


@pytest.mark.parametrize("break_it", [zero_header, replace_by_text, truncate_to_nothing])
def test_row_14_17_bad_file_is_told_and_a_backup_restored_in_one_click(data_dir, path, break_it):
    break_it(path)

    async def scenario(window: OpenWindow) -> None:
        dialog = await recovery(window)
        assert "Your chats cannot be opened" in text_of(dialog)
        assert str(path) in text_of(dialog)
        assert offered(dialog) == ["Quit", "Start with no chats", "Recover", "Restore"]
        press(dialog, "restoreButton")
        await opened(window)
        assert window.shell.chat_list.rowCount() == CHATS - 1

    assert run_window(scenario).status == 0
    assert len(bad_files(data_dir)) == 1


@pytest.mark.parametrize("break_it", [zero_header, overwrite_pages])
def test_row_15_what_can_be_read_is_counted_and_then_used(data_dir, path, break_it):
    break_it(path)

    async def scenario(window: OpenWindow) -> None:
        dialog = await recovery(window)
        press(dialog, "salvageButton")
        await until(lambda: "messages can be read" in text_of(dialog), "the count")
        assert f"{CHATS * 30} messages can be read, in {CHATS} chats." in text_of(dialog)
        press(dialog, "keepButton")
        await opened(window)
        assert window.shell.chat_list.rowCount() == CHATS

    assert run_window(scenario).status == 0
    assert len(bad_files(data_dir)) == 1


def test_row_14_file_without_anything_to_read_says_so_and_asks_again(data_dir, path):
    replace_by_text(path)

    async def scenario(window: OpenWindow) -> None:
        dialog = await recovery(window)
        press(dialog, "salvageButton")
        await until(lambda: "nothing can be read" in text_of(dialog), "the sentence")
        assert "Restore" in offered(dialog)
        press(dialog, "emptyButton")
        await until(lambda: window.session._services is not None, "the window opens")
        assert window.shell.chat_list.rowCount() == 0

    assert run_window(scenario).status == 0
    (aside,) = bad_files(data_dir)
    assert aside.path.read_text() == "shopping list\n" * 300


def test_row_17_missing_database_offers_its_backups(data_dir, path):
    path.unlink()

    async def scenario(window: OpenWindow) -> None:
        dialog = await recovery(window)
        assert "are missing, but there are backups" in text_of(dialog)
        assert offered(dialog) == ["Quit", "Start with no chats", "Restore"]
        press(dialog, "restoreButton")
        await opened(window)

    assert run_window(scenario).status == 0


@pytest.mark.parametrize("how", ["button", "escape", "window"])
def test_quitting_leaves_everything_as_it_was(data_dir, path, how, capfd):
    zero_header(path)
    before = path.read_bytes()

    async def scenario(window: OpenWindow) -> None:
        dialog = await recovery(window)
        if how == "button":
            press(dialog, "quitButton")
        elif how == "escape":
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            window.window.close()

    assert run_window(scenario).status == 1
    assert path.read_bytes() == before
    assert bad_files(data_dir) == []
    assert "damaged" in capfd.readouterr().err


def test_row_24_newer_database_offers_only_backups_that_this_version_reads(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()

    async def scenario(window: OpenWindow) -> None:
        dialog = await recovery(window)
        assert "newer version of Desktop Chat" in text_of(dialog)
        assert offered(dialog) == ["Quit", "Restore"]
        press(dialog, "quitButton")

    assert run_window(scenario).status == 1
    assert path.read_bytes() == before


def test_row_27_database_locked_for_long_is_told_and_tried_again(path, monkeypatch):
    from desktop_chat.storage import database

    monkeypatch.setitem(database._COMMON_PRAGMAS, "busy_timeout", 10)
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def scenario(window: OpenWindow) -> None:
            alert = await until(lambda: window.dialog("alert"), "the dialog")
            assert "another program keeps the database locked" in alert.text()
            other.execute("ROLLBACK")
            again = next(b for b in alert.buttons() if "Try again" in b.text())
            again.click()
            await opened(window)

        assert run_window(scenario).status == 0


def test_row_29_database_that_cannot_be_written_is_shown_with_a_banner(path, monkeypatch):
    def read_only(*arguments: Any, **keywords: Any) -> Launch:
        return dataclasses.replace(read_launch(*arguments, **keywords), is_read_only=True)

    monkeypatch.setattr("tests.e2e.window.read_launch", read_only)
    before = path.read_bytes()

    async def scenario(window: OpenWindow) -> None:
        await opened(window)
        banner = window.window.findChild(object, "banner")
        assert banner.isVisible()
        assert f"Read-only: {path} cannot be written" in banner.text()
        assert not window.composer.isEnabled()
        await window.shows("Chat 3")
        assert len(window.messages()) > 0

    run_window(scenario)
    assert path.read_bytes() == before
