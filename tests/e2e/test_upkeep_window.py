"""The check of the database in the window, and what it offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_chat.paths import database_path
from desktop_chat.storage import database
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

DRAFT = "half a question"


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


@pytest.fixture
def path(data_dir):
    path = database_path(data_dir)
    with open_database(path) as db:
        chats, messages = ChatRepository(db), MessageRepository(db)
        for number in range(3):
            chat_id = chats.create_chat(f"Chat {number}").id
            messages.create_message(chat_id, "user", f"question {number} " + "x" * 3000)
            messages.create_message(chat_id, "llm", f"answer {number} " + "x" * 3000)
    return path


def flip_a_bit_in_an_index(path):
    with open_database(path, read_only=True) as db:
        (root,) = db.sql("SELECT rootpage FROM sqlite_schema WHERE name = 'message_of_chat'")[0]
    with path.open("rb+") as file:
        file.seek(root * 4096 - 1)
        assert file.read(1) == b"\x09"
        file.seek(root * 4096 - 1)
        file.write(b"\x08")


def overwrite_a_message(path, text):
    data = bytearray(path.read_bytes())
    page = data.index(text.encode()) // 4096
    data[page * 4096 : page * 4096 + 12] = b"\xff" * 12
    path.write_bytes(data)


def check(window: OpenWindow) -> None:
    window.window.command_requested.emit("library.check")


def press(alert, label):
    next(b for b in alert.buttons() if label in b.text()).click()


def test_sound_database_is_said_with_its_counts(path):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        check(window)
        await until(lambda: "3 chats, 6 messages" in window.status_text(), "the counts")
        assert "sound" in window.status_text()

    run_window(scenario)


def test_row_16_damaged_index_is_told_and_rebuilt_in_one_click(path):
    flip_a_bit_in_an_index(path)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        check(window)
        alert = await until(lambda: window.dialog("alert"), "what was found")
        assert "An index of the database is damaged. No chat is lost" in alert.text()
        assert "message_of_chat" in alert.detailedText()
        press(alert, "Rebuild the index")
        await until(lambda: "The database is sound" in window.status_text(), "it is sound")

    run_window(scenario)


def test_row_15_damaged_message_costs_its_place_and_recovery_is_offered(path):
    overwrite_a_message(path, "question 1")

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        await window.shows("Chat 1")
        shown = window.messages()
        assert len(shown) == 2
        assert "cannot be read" in shown[0].error
        window.window.transcript.error_action_requested.emit(shown[0].id, "library.check")
        alert = await until(lambda: window.dialog("alert"), "what was found")
        assert "recovers what can be read" in alert.text()
        press(alert, "Recover")
        await until(window.session._is_over.is_set, "it starts anew")

    run_window(scenario)

    async def recover(window: OpenWindow) -> None:
        dialog = await until(lambda: window.dialog("recoveryDialog"), "the ways back")
        dialog.close()

    assert run_window(recover).status == 1


@pytest.mark.parametrize("expected_logs", [["Saving a draft failed"]])
def test_row_27_message_sent_while_another_program_locks_stays_in_the_composer(
    path, monkeypatch, stored, expected_logs
):
    import sqlite3
    from contextlib import closing

    monkeypatch.setitem(database._COMMON_PRAGMAS, "busy_timeout", 300)
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.3)

    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            window.type(DRAFT)
            window.press(Qt.Key.Key_Return)
            # The window lives while the writer waits: another chat is read and shown.
            await window.shows("Chat 2")
            await until(lambda: "locked" in window.status_text(), "the sentence")
            saving = window.controllers.services.journal.saving
            await until(lambda: saving.error, "the draft waits too")
            other.execute("ROLLBACK")
        window.click("newChatButton")
        assert window.composer.text() == DRAFT
        await window.send("")
        assert window.messages()[0].content == DRAFT

    run_window(scenario)
    assert DRAFT in stored.texts("user")


def test_row_7_logout_ends_the_window_with_the_draft_saved(path):
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        window.type(DRAFT)
        window.session._on_session_ends()
        await until(window.session._is_over.is_set, "it ends")

    run_window(scenario)
    with open_database(path, read_only=True) as db:
        assert db.sql("SELECT chat_id, text FROM draft") == [(0, DRAFT)]
