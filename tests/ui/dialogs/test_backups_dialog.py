"""The list of backups, and what can be asked of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QTreeWidget

from desktop_chat.domain.backup import Backup, BackupContent
from desktop_chat.services.safekeeping.backups import ListedBackup
from desktop_chat.ui.dialogs.backups_dialog import BackupsDialog, date_words
from desktop_chat.ui.theme import load_theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOW = datetime.now(UTC)


def listed(kind, days=0.0, chats=3, name="x"):
    backup = Backup(Path(f"/b/{name}{kind}{days}.sqlite3"), NOW - timedelta(days=days), kind, 2000)
    content = None if chats is None else BackupContent(chats, 9, 9)
    return ListedBackup(backup, content)


@pytest.fixture
def dialog(qtbot):
    dialog = BackupsDialog()
    qtbot.addWidget(dialog)
    dialog.set_theme(load_theme("light"))
    dialog.open()
    return dialog


@pytest.fixture
def wanted(dialog):
    told: list[ListedBackup] = []
    dialog.restore_requested.connect(told.append)
    return told


def rows(dialog):
    shown = dialog.findChild(QTreeWidget, "backupList")
    items = [shown.topLevelItem(row) for row in range(shown.topLevelItemCount())]
    return [tuple(item.text(column) for column in range(4)) for item in items]


def button(dialog, name):
    return dialog.findChild(QPushButton, name)


def note(dialog):
    return dialog.findChild(QLabel, "backupNote").text()


def test_rows_say_when_why_how_much(dialog):
    dialog.set_backups([listed("daily"), listed("before-v3", 400, chats=1200)])
    first, second = rows(dialog)
    assert first[0].startswith("Today, ")
    assert first[1:] == ("Daily", "3", "2.0 kB")
    assert second[1:3] == ("Before an update", QLocale().toString(1200))
    assert str((NOW - timedelta(days=400)).year) in second[0]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("manual", "Made by you"),
        ("before-import", "Before an import"),
        ("replaced", "Replaced by a backup"),
        ("damaged", "Damaged, set aside"),
        ("", "<b>own0.0.sqlite3"),
    ],
)
def test_reason_of_each_kind(dialog, kind, words):
    dialog.set_backups([listed(kind, name="<b>own")])
    assert rows(dialog)[0][1] == words


def test_yesterday_is_said(dialog):
    assert date_words(datetime.now().astimezone() - timedelta(days=1)).startswith("Yesterday, ")


def test_newest_is_chosen_and_one_press_asks_for_it(dialog, wanted, qtbot):
    newest = listed("daily")
    dialog.set_backups([newest, listed("daily", 1)])
    qtbot.mouseClick(button(dialog, "restoreButton"), Qt.MouseButton.LeftButton)
    assert wanted == [newest]


def test_arrow_and_enter_choose_another_one(dialog, wanted, qtbot):
    older = listed("daily", 1)
    dialog.set_backups([listed("daily"), older])
    shown = dialog.findChild(QTreeWidget, "backupList")
    qtbot.keyClick(shown, Qt.Key.Key_Down)
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert wanted == [older]


@pytest.mark.parametrize("one", [listed("damaged"), listed("daily", chats=None)])
def test_what_cannot_be_read_cannot_be_restored(dialog, wanted, qtbot, one):
    dialog.set_backups([one])
    assert not button(dialog, "restoreButton").isEnabled()
    qtbot.keyClick(dialog.findChild(QTreeWidget, "backupList"), Qt.Key.Key_Return)
    assert wanted == []


def test_without_backups_it_says_so(dialog):
    dialog.set_backups([])
    assert note(dialog) == "There is no backup yet."
    assert not button(dialog, "restoreButton").isEnabled()
    assert button(dialog, "backUpButton").isEnabled()


def test_while_busy_nothing_can_be_asked_for(dialog):
    dialog.set_backups([listed("daily")])
    dialog.set_busy("Making a backup…")
    assert note(dialog) == "Making a backup…"
    assert not button(dialog, "restoreButton").isEnabled()
    assert not button(dialog, "backUpButton").isEnabled()
    dialog.set_done("Done.")
    assert button(dialog, "restoreButton").isEnabled()
    assert note(dialog) == "Done."


def test_choice_stays_when_another_one_comes(dialog, wanted, qtbot):
    first, older = listed("daily"), listed("daily", 1)
    dialog.set_backups([first, older])
    qtbot.keyClick(dialog.findChild(QTreeWidget, "backupList"), Qt.Key.Key_Down)
    dialog.set_backups([listed("manual"), first, older])
    qtbot.mouseClick(button(dialog, "restoreButton"), Qt.MouseButton.LeftButton)
    assert wanted == [older]


def test_list_has_a_name_and_its_note_is_read_out(dialog):
    shown = dialog.findChild(QTreeWidget, "backupList")
    dialog.set_note("The disk is full.", is_error=True)
    assert shown.accessibleName() == "Backups"
    assert shown.accessibleDescription() == "The disk is full."
