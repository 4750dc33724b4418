"""Import in the window: choose or drop, look, import, cancel; what the user reads each time."""

from __future__ import annotations

import contextlib
import itertools
import json
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from desktop_chat.assembly import import_command
from desktop_chat.domain.errors import ChatError
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.importing.service import ImportService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.database import open_database
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.dialogs.importing.import_dialog import ImportDialog
from desktop_chat.ui.features.library.importing import SHOW, UNDO, ImportFeature
from desktop_chat.ui.theme import load_theme
from tests.services.importing import formats
from tests.ui.waiting import settle, until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Window:
    """What the feature needs of a window, over a real database and the real process."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.window = QWidget()
        self.theme = load_theme("light")
        self.shell = self.services = self.reading = self
        self.broadcast = Broadcast()
        self.writer = Worker("writer")
        self.db = open_database(folder / "chats.sqlite3", read_only=read_only)
        self.imports = ImportService(self.db, self.writer, self.broadcast, import_command())
        self.commands = Commands()
        self.errors: list[Exception] = []
        self.tasks = TaskScope(on_error=self.errors.append)
        self.said: list[tuple[str, ...]] = []

    def say(self, text, kind="idle", action="", label=""):
        self.said.append((text, kind, action, label))

    def report(self, work):
        self.tasks.spawn(self._report(work))

    async def _report(self, work):
        with contextlib.suppress(ChatError):
            await work

    @property
    def dialog(self):
        return next((d for d in self.window.findChildren(ImportDialog) if d.isVisible()), None)

    def press(self, name):
        self.dialog.findChild(QPushButton, name).click()

    def is_shown(self, name):
        return self.dialog is not None and self.dialog.findChild(QWidget, name).isVisible()

    def text(self, name):
        return self.dialog.findChild(QLabel, name).text()

    def titles(self):
        return [row[0] for row in self.db.sql("SELECT title FROM chat WHERE import_id IS NULL")]

    async def aclose(self):
        await self.tasks.aclose()
        await self.imports.aclose()
        await self.writer.run(self.db.close)
        self.writer.close()
        self.window.deleteLater()


@pytest.fixture
def run(qloop, data_dir):
    """Runs a scenario with a window and the feature."""

    def play(scenario):
        async def main():
            window = Window(data_dir)
            feature = ImportFeature(cast("Any", window))
            await settle()
            try:
                await scenario(window, feature)
                assert window.errors == []
            finally:
                await window.aclose()

        qloop.run(main())

    return play


@pytest.fixture
def export(tmp_path):
    system = formats.chatgpt_node("s", "root", "system", "Obey <b>me</b>.")
    chats = [formats.chatgpt_branches(), formats.chatgpt_chat([system], title="<i>Odd</i>")]
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(chats), encoding="utf-8")
    return path


async def look_at(window, *paths):
    window.commands.run(SHOW)
    window.dialog.paths_chosen.emit(list(paths))
    await until(lambda: window.is_shown("importSummary"))


def test_preview_shows_what_would_come_in_as_plain_text(run, export):
    async def scenario(window, _feature):
        await look_at(window, export)
        assert window.text("importSummary") == "2 chats with 5 messages from ChatGPT"
        assert window.text("importNote").startswith("1 chat brings instructions for the model.")
        shown = window.dialog.findChild(QListView, "importList").model()
        rows = [shown.index(row, 0) for row in range(shown.rowCount())]
        assert {row.data() for row in rows} == {"Trip to Rome", "<i>Odd</i>"}
        tips = [row.data(Qt.ItemDataRole.ToolTipRole) for row in rows]
        assert any(tip and "&lt;b&gt;" in tip for tip in tips)
        assert window.titles() == []

    run(scenario)


def test_import_brings_the_chats_and_offers_to_undo(run, export):
    async def scenario(window, _feature):
        await look_at(window, export)
        window.press("importButton")
        await until(lambda: window.said)
        assert window.said == [("Imported: 2 chats with 5 messages", "idle", UNDO, "Undo")]
        assert window.titles() == ["Trip to Rome", "<i>Odd</i>"]
        assert window.dialog is None

    run(scenario)


def test_second_import_says_that_there_is_nothing_new(run, export):
    async def scenario(window, _feature):
        await look_at(window, export)
        window.press("importButton")
        await until(lambda: window.said)
        await look_at(window, export)
        assert window.text("importSummary") == "There is nothing new in it."
        assert not window.is_shown("importButton")

    run(scenario)


def test_row_75_unreadable_file_is_told_where_one_chooses(run, tmp_path):
    async def scenario(window, _feature):
        path = tmp_path / "bad.json"
        path.write_text("[{", encoding="utf-8")
        window.commands.run(SHOW)
        window.dialog.paths_chosen.emit([path])
        await until(lambda: window.is_shown("importError"))
        text = window.text("importError")
        assert text.startswith("“bad.json” cannot be imported: it is no JSON")
        assert window.is_shown("importFilesButton")

    run(scenario)


def test_row_73_names_that_are_refused_are_listed(run, export, tmp_path):
    async def scenario(window, _feature):
        import zipfile

        path = tmp_path / "e.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(export, "conversations.json")
            archive.writestr("../../evil.json", "[]")
        await look_at(window, path)
        reasons = window.dialog.findChild(QPlainTextEdit, "importReasons")
        assert reasons.toPlainText() == "../../evil.json: its name leads out of the archive"

    run(scenario)


def test_back_lets_one_choose_again_and_leaves_nothing(run, export, data_dir):
    async def scenario(window, _feature):
        await look_at(window, export)
        window.press("importBackButton")
        await until(lambda: not list(data_dir.glob("import-*")))
        assert window.is_shown("importFilesButton")
        window.dialog.paths_chosen.emit([export])
        await until(lambda: window.is_shown("importSummary"))

    run(scenario)


def test_closing_the_dialog_ends_what_was_begun(run, export, data_dir):
    async def scenario(window, _feature):
        window.commands.run(SHOW)
        window.dialog.paths_chosen.emit([export])
        await until(lambda: list(data_dir.glob("import-*")))
        window.dialog.reject()
        await until(lambda: not list(data_dir.glob("import-*")))
        await look_at(window, export)

    run(scenario)


def test_closing_the_dialog_while_chats_come_in_leaves_none(run, tmp_path):
    async def scenario(window, _feature):
        keys = ["root", *(f"n{i}" for i in range(3000))]
        pairs = itertools.pairwise(keys)
        nodes = [formats.chatgpt_node(key, parent, "user", "x" * 99) for parent, key in pairs]
        path = tmp_path / "c.json"
        path.write_text(json.dumps([formats.chatgpt_chat(nodes)]), encoding="utf-8")
        await look_at(window, path)
        window.press("importButton")
        await until(lambda: window.db.sql("SELECT 1 FROM message LIMIT 1"))
        window.dialog.reject()
        await until(lambda: not window.db.sql("SELECT 1 FROM import"))
        assert window.db.sql("SELECT count(*) FROM message") == [(0,)]
        assert window.said == []

    run(scenario)


def drop(path: Path, kind=QDropEvent):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPoint(5, 5) if kind is QDragEnterEvent else QPointF(5, 5)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = kind(place, Qt.DropAction.CopyAction, data, buttons, keys)
    event.data = data
    return event


def test_file_dropped_onto_the_window_is_previewed(run, export):
    async def scenario(window, feature):
        assert feature.eventFilter(window.window, drop(export, QDragEnterEvent))
        assert window.dialog is None
        assert feature.eventFilter(window.window, drop(export))
        await until(lambda: window.is_shown("importSummary"))

    run(scenario)


def test_other_file_dropped_onto_the_window_is_left_to_others(run):
    async def scenario(window, feature):
        assert not feature.eventFilter(window.window, drop(Path("/m/model.gguf")))
        assert window.dialog is None

    run(scenario)


def test_row_76_rest_of_a_killed_import_is_taken_out_at_the_start(qloop, data_dir):
    async def main():
        window = Window(data_dir)
        window.db.sql("INSERT INTO import (id, source) VALUES (7, 'chatgpt')")
        window.db.sql("INSERT INTO chat (id, title, import_id) VALUES (3, 'half', 7)")
        window.db.sql("INSERT INTO message (chat_id, sender, content) VALUES (3, 'user', 'x')")
        (data_dir / "import-0.staging").write_bytes(b"x")
        feature = ImportFeature(cast("Any", window))
        await until(lambda: not window.db.sql("SELECT 1 FROM import"))
        assert window.db.sql("SELECT count(*) FROM message") == [(0,)]
        assert list(data_dir.glob("import-*")) == []
        await window.aclose()
        del feature

    qloop.run(main())


def test_dialog_shows_one_page_at_a_time(run):
    async def scenario(window, _feature):
        window.commands.run(SHOW)
        assert window.dialog.findChild(QStackedWidget).count() == 3
        assert not window.is_shown("importSummary")
        window.commands.run(SHOW)
        assert len(window.window.findChildren(ImportDialog)) == 1

    run(scenario)


def test_row_29_nothing_is_offered_where_nothing_can_come_in(qloop, data_dir):
    async def main():
        open_database(data_dir / "chats.sqlite3").close()
        window = Window(data_dir, read_only=True)
        feature = ImportFeature(cast("Any", window))
        await settle()
        assert window.commands.label("library.import") is None
        assert not window.window.acceptDrops()
        assert window.errors == []
        await window.aclose()
        del feature

    qloop.run(main())
