"""Backups in the whole window: made while a reply streams, and one back in two clicks."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop_chat.domain.backup import DAILY, REPLACED
from desktop_chat.paths import backups_dir, database_path
from desktop_chat.services import clock
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.ui.session import RESTART
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def path(data_dir):
    """A database of two chats, and a backup that lacks the second one."""
    path = database_path(data_dir)
    with open_database(path) as db:
        ChatRepository(db).create_chat("Old")
        make_backup(path, DAILY, clock.now())
        ChatRepository(db).create_chat("New")
    return path


def press(dialog, text):
    (button,) = [b for b in dialog.findChildren(QPushButton) if b.text().replace("&", "") == text]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_two_clicks_bring_a_backup_back_and_lose_nothing(
    standin_thread, monkeypatch, data_dir, path
):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)

    async def restore(window: OpenWindow) -> None:
        window.window.command_requested.emit("library.backups")
        dialog = await until(lambda: window.dialog("backupsDialog"), "the dialog")
        restores = dialog.findChild(QPushButton, "restoreButton")
        await until(restores.isEnabled, "the list")
        press(dialog, "Restore…")
        alert = await until(lambda: window.dialog("alert"), "the question")
        press(alert, "Restore")
        await until(window.session._is_over.is_set, "the end of the session")

    async def look(window: OpenWindow) -> None:
        await until(lambda: window.titles() == ["Old"], "the chats of the backup")
        await until(lambda: "The chats were replaced" in window.status_text(), "the sentence")

    assert run_window(restore).status == RESTART
    assert run_window(look).status == 0
    (aside,) = [one for one in list_backups(backups_dir(data_dir)) if one.kind == REPLACED]
    with closing(sqlite3.connect(aside.path)) as connection:
        assert connection.execute("SELECT count(*) FROM chat").fetchone() == (2,)


def test_row_31_backup_while_a_reply_streams_is_whole_and_delays_nothing(
    standin_thread, monkeypatch
):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    standin_thread.play("steady", tokens=300, rate=300)
    made = []

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.send("How is it?")
        await window.grown()
        services = window.session._services
        assert services is not None
        made.append(await services.backups.make())
        assert window.composer.is_streaming
        reply = await window.reply()
        assert reply.status.value == "complete"

    assert run_window(scenario).status == 0
    with closing(sqlite3.connect(made[0].path)) as connection:
        rows = connection.execute("SELECT sender, status FROM message ORDER BY id").fetchall()
        assert rows == [("user", "complete"), ("llm", "streaming")]
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
