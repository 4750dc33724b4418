"""Export and print in the window: what is asked, what is written, what is said."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QPushButton, QWidget

from desktop_chat.domain.errors import ExportFailedError
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.controllers import exporting
from desktop_chat.ui.dialogs.export_dialog import ExportDialog
from desktop_chat.ui.dialogs.print_dialog import PrintDialog
from desktop_chat.ui.features.library.exporting import ExportFeature
from desktop_chat.ui.features.library.printing import PrintFeature
from desktop_chat.ui.theme import load_theme

LIMIT_MS = 60_000


class Window:
    """What the features need of a window, over a real database."""

    def __init__(self, db) -> None:
        self.window: Any = QWidget()
        self.theme = load_theme("light")
        self.shell = self.services = self.reading = self
        self.db = db
        self.chats = ChatRepository(db)
        self.commands = Commands()
        self.said: list[tuple[str, str]] = []
        self.features: list[Any] = []

    def say(self, text, kind="idle", action="", label=""):
        self.said.append((text, action))

    def choose(self, kind):
        """Choose a format and go on to the place."""
        # One that is closed is gone only after some turns of the loop.
        (dialog,) = [one for one in self.window.findChildren(ExportDialog) if one.isVisible()]
        box = dialog.findChild(QComboBox, "exportFormat")
        box.setCurrentIndex(box.findData(kind))
        dialog.findChild(QPushButton, "exportButton").click()
        return dialog


@pytest.fixture
def window(qtbot, data_dir):
    with open_database(data_dir / "chats.sqlite3") as db:
        chats, messages = ChatRepository(db), MessageRepository(db)
        for title in ("../a/b", "Other"):
            chat = chats.create_chat(title)
            messages.create_message(chat.id, "user", "Hi")
            messages.create_message(chat.id, "llm", "**Hello**\n\n" * 80, reasoning="Well " * 3000)
        found = Window(db)
        context: Any = found
        found.features = [ExportFeature(context), PrintFeature(context)]
        qtbot.addWidget(found.window)
        yield found
        qtbot.waitUntil(lambda: not exporting._kept, timeout=LIMIT_MS)


@contextlib.contextmanager
def chosen(dialog, path):
    """Answer the question for a place, as the dialog of files does."""
    choice = dialog.findChild(QFileDialog)
    yield choice
    choice.fileSelected.emit(str(path))
    choice.reject()


def test_chat_is_written_where_the_user_says(qtbot, window, tmp_path) -> None:
    window.commands.run("chat.export", (1,))
    dialog = window.choose("md")
    with chosen(dialog, tmp_path / "mine.md") as choice:
        assert [Path(name).name for name in choice.selectedFiles()] == ["a-b.md"]
    qtbot.waitUntil(lambda: bool(window.said), timeout=LIMIT_MS)
    assert window.said == [(f"Exported to {tmp_path / 'mine.md'}", "export.show")]
    assert "**Hello**" in (tmp_path / "mine.md").read_text()
    assert window.commands.label("export.show") == "Show"


def test_several_chats_get_a_folder_of_their_own(qtbot, window, tmp_path) -> None:
    for _ in range(2):
        window.said.clear()
        window.commands.run("chat.export", (1, 2))
        with chosen(window.choose("txt"), tmp_path):
            pass
        qtbot.waitUntil(lambda: bool(window.said), timeout=LIMIT_MS)
    folders = [path for path in tmp_path.iterdir() if path.name.startswith("Desktop Chat")]
    assert len(folders) == 2
    assert all(len(list(folder.glob("*.txt"))) == 2 for folder in folders)


def test_all_chats_begin_with_the_lossless_format(window) -> None:
    window.commands.run("library.export")
    assert window.window.findChild(ExportDialog).options()["format"] == "json"


def test_failure_is_said_in_the_dialog_and_can_be_tried_again(qtbot, window, tmp_path) -> None:
    window.commands.run("chat.export", (1,))
    dialog = window.choose("md")
    path = tmp_path / "no" / "such" / "a.md"
    with chosen(dialog, path):
        pass
    words = str(ExportFailedError(path=path, detail="No such file or directory"))
    qtbot.waitUntil(lambda: dialog._error.text() == words, timeout=LIMIT_MS)
    assert dialog.findChild(QPushButton, "exportButton").isVisibleTo(dialog)
    assert window.said == []


def test_cancel_stops_the_export(qtbot, window, tmp_path) -> None:
    window.commands.run("chat.export", (1,))
    dialog = window.choose("pdf")
    with chosen(dialog, tmp_path / "a.pdf"):
        pass
    dialog.findChild(QPushButton, "exportCancelButton").click()
    assert window.said == [("The export was stopped", "")]
    qtbot.waitUntil(lambda: not exporting._kept, timeout=LIMIT_MS)
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == []


def test_commands_are_there_for_the_chats_that_they_fit(window) -> None:
    assert window.commands.label("chat.export", ()) is None
    assert window.commands.label("chat.export", (1, 2)) == "Export…"
    assert window.commands.label("chat.print", (1,)) == "Print…"
    assert window.commands.label("chat.print", (1, 2)) is None


def test_preview_shows_the_pages_and_follows_the_choices(qtbot, window) -> None:
    feature = window.features[1]
    window.commands.run("chat.print", (1,))
    dialog = window.window.findChild(PrintDialog)
    button = dialog.findChild(QPushButton, "printButton")
    assert not button.isEnabled()
    qtbot.waitUntil(button.isEnabled, timeout=LIMIT_MS)
    before = dialog.view._count
    assert before >= 1
    dialog.findChild(QCheckBox, "printThoughts").click()
    assert not button.isEnabled()
    qtbot.waitUntil(button.isEnabled, timeout=LIMIT_MS)
    assert dialog.view._count > before
    folder = Path(feature._folder.path())
    assert len(list(folder.glob("*.page"))) == dialog.view._count
    dialog.reject()
    assert not folder.exists()
