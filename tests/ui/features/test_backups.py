"""Backups in the window: two clicks to restore, and words when something is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop_chat.domain.backup import DAILY
from desktop_chat.domain.changes import BackupFailed
from desktop_chat.domain.errors import BackupDiskFullError, ChatError
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.safekeeping.backups import BackupService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.backups.restoring import finish_restore, restore_path
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.dialogs.alert import Alert
from desktop_chat.ui.dialogs.backups_dialog import BackupsDialog
from desktop_chat.ui.features.library.backups import SHOW, BackupsFeature
from desktop_chat.ui.theme import load_theme
from tests.ui.waiting import settle, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)


class Window:
    """What the feature needs of a window, over real backups of a real database."""

    def __init__(self, path, replaced=None):
        self.window = QWidget()
        self.theme = load_theme("light")
        self.shell = self
        self.services = self
        self.db = self
        self.is_read_only = False
        self.broadcast = Broadcast()
        self.backups = BackupService(path, self.broadcast, replaced)
        self.commands = Commands()
        self.errors: list[Exception] = []
        self.tasks = TaskScope(on_error=self.errors.append)
        self.said = []
        self.restarts = 0

    def say(self, text, kind="idle", action="", label=""):
        self.said.append((text, kind, action, label))

    def report(self, work):
        self.tasks.spawn(self._report(work))

    async def _report(self, work):
        try:
            await work
        except ChatError as error:
            self.say(str(error), "error")

    def restart(self):
        self.restarts += 1

    def dialog(self):
        return self.window.findChild(BackupsDialog)

    def press(self, name):
        self.dialog().findChild(QPushButton, name).click()

    @property
    def note(self):
        return self.dialog().findChild(QLabel, "backupNote").text()

    async def aclose(self):
        await self.tasks.aclose()
        self.backups.close()
        self.window.deleteLater()
        assert self.errors == []


@contextlib.asynccontextmanager
async def opened(path, replaced=None):
    window = Window(path, replaced)
    try:
        feature = BackupsFeature(cast("Any", window))
        await settle()
        yield window
        feature.deleteLater()
    finally:
        await window.aclose()


@pytest.fixture
def path(data_dir):
    with open_database(data_dir / "chats.sqlite3") as db:
        ChatRepository(db).create_chat("Kept")
    return db.path


async def shown(window, count):
    window.commands.run(SHOW)
    await until(lambda: window.dialog()._list.topLevelItemCount() == count)


async def answer(window, label):
    await until(lambda: window.dialog().findChild(Alert))
    alert = window.dialog().findChild(Alert)
    (button,) = [b for b in alert.buttons() if b.text().replace("&", "") == label]
    button.click()
    return alert.text()


def test_two_clicks_restore_and_start_again(qloop, path):
    make_backup(path, DAILY, NOW)

    async def scenario():
        async with opened(path) as window:
            await shown(window, 1)
            window.press("restoreButton")
            question = await answer(window, "Restore")
            await until(lambda: window.restarts)
            return question

    question = qloop.run(scenario())
    assert "one chat" in question
    assert "not lost" in question
    assert restore_path(path).exists()
    assert finish_restore(path) is not None


def test_no_at_the_question_changes_nothing(qloop, path):
    make_backup(path, DAILY, NOW)

    async def scenario():
        async with opened(path) as window:
            await shown(window, 1)
            window.press("restoreButton")
            await answer(window, "Cancel")
            await asyncio.sleep(0)
            return window.restarts

    assert qloop.run(scenario()) == 0
    assert not restore_path(path).exists()


def test_backup_that_was_damaged_meanwhile_is_refused_in_words(qloop, path):
    made = make_backup(path, DAILY, NOW)

    async def scenario():
        async with opened(path) as window:
            await shown(window, 1)
            made.path.write_bytes(b"broken")
            window.press("restoreButton")
            await answer(window, "Restore")
            await until(lambda: "damaged" in window.note)
            return window.restarts

    assert qloop.run(scenario()) == 0
    assert not restore_path(path).exists()


def test_back_up_now_adds_a_row(qloop, path):
    async def scenario():
        async with opened(path) as window:
            await shown(window, 0)
            window.press("backUpButton")
            await until(lambda: window.dialog()._list.topLevelItemCount() == 1)
            await until(lambda: window.note == "The backup was made and checked.")

    qloop.run(scenario())
    assert len(list_backups(path.parent / "backups")) == 1


def test_row_31_full_disk_is_said_in_the_dialog(qloop, path, monkeypatch):
    usage = shutil.disk_usage(path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))

    async def scenario():
        async with opened(path) as window:
            await shown(window, 0)
            window.press("backUpButton")
            await until(lambda: window.note.startswith("There is no room for a backup in "))

    qloop.run(scenario())


def test_row_31_failed_daily_backup_is_said_in_the_status_line(qloop, path):
    async def scenario():
        async with opened(path) as window:
            window.broadcast.publish(BackupFailed(BackupDiskFullError(path="/b")))
            return window.said

    ((text, kind, action, label),) = qloop.run(scenario())
    assert text.startswith("There is no room for a backup in /b.")
    assert (kind, action, label) == ("warning", SHOW, "Show backups")


def test_row_19_lost_log_is_said_at_the_start(qloop, path):
    shutil.copy(make_backup(path, DAILY, NOW).path, path.with_name("old"))
    with open_database(path) as db:
        ChatRepository(db).create_chat("Lost")
    make_backup(path, DAILY, NOW)
    path.with_name("old").replace(path)

    async def scenario():
        async with opened(path) as window:
            await until(lambda: window.said)
            return window.said

    ((text, kind, action, _),) = qloop.run(scenario())
    assert text.startswith("Something is missing here that is in the backup made: ")
    assert (kind, action) == ("warning", SHOW)


def test_start_after_a_restore_says_so(qloop, path):
    async def scenario():
        async with opened(path, replaced=Path("/b/old.sqlite3")) as window:
            await until(lambda: window.said)
            return window.said

    ((text, *_),) = qloop.run(scenario())
    assert text == "The chats were replaced. What was here before is among the backups."


def test_dialog_is_there_once_and_goes_with_esc(qloop, path, qtbot):
    async def scenario():
        async with opened(path) as window:
            await shown(window, 0)
            window.commands.run(SHOW)
            assert len(window.window.findChildren(BackupsDialog)) == 1
            qtbot.keyClick(window.dialog(), Qt.Key.Key_Escape)
            await until(lambda: window.dialog() is None)

    qloop.run(scenario())
