"""Searching in the window: from the field to the place in the transcript."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_chat import paths
from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.searching.search_index import SearchIndex
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

FILLER = "Nothing to see here, only words. " * 40


@pytest.fixture(autouse=True)
def db_path(data_dir, monkeypatch):
    """A chat whose first reply about a zeppelin was replaced by another one; and others."""
    monkeypatch.setenv("LM_STUDIO_URL", "http://127.0.0.1:9")
    path = paths.database_path(data_dir)
    with open_database(path) as db:
        chats, messages = ChatRepository(db), MessageRepository(db)
        chat = chats.create_chat("Flying")
        for number in range(20):
            messages.create_message(chat.id, "user", f"Question {number}. {FILLER}")
        question = messages.create_message(chat.id, "user", "What flies?")
        text = f"{FILLER}\n\nThe **zeppelín** flies.\n\n{FILLER}"
        messages.create_message(chat.id, "llm", text, reasoning="I think of a balloon.")
        reply = messages.start_reply(chat.id, question.id)
        messages.finish(replace(reply, content="Birds.", status=MessageStatus.COMPLETE))
        chats.create_chat("Balloon rides")
    return path


class Search:
    """What the user does in the search field."""

    def __init__(self, window: OpenWindow) -> None:
        self.window = window
        self.field = window.window.sidebar.search_field
        window.window.search_chats()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.field, text)

    @property
    def view(self):
        return self.window.window.findChild(object, "searchResults")

    def rows(self) -> list[str]:
        if self.view is None:
            return []
        model = self.view.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def note(self) -> str:
        return str(self.window.window.findChild(object, "searchNote").text())

    @property
    def finder(self):
        return self.window.window.transcript.finder


def test_hit_on_another_branch_is_opened_shown_and_marked(db_path):
    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("zeppel")
        await until(search.rows, "results")
        assert len(search.rows()) == 1
        assert not window.window.sidebar.chat_list.isVisible()
        QTest.keyClick(search.field, Qt.Key.Key_Return)
        await until(lambda: window.shown_text().startswith("Nothing"), "the old branch is shown")
        await until(lambda: search.finder.search.index.current, "the hit is found")
        current = search.finder.search.index.current
        assert current.row == 21
        assert search.finder.bar.field.text() == "zeppel"
        assert current.row in window.window.transcript.stage.visible_rows()
        assert window.window.windowTitle().startswith("Flying")
        assert search.field.hasFocus()

    run_window(scenario)


def test_hit_in_the_reasoning_unfolds_it_and_titles_come_first(db_path):
    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("balloon")
        await until(lambda: len(search.rows()) == 2, "title and message")
        assert search.rows()[0] == "Balloon rides"
        for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
            QTest.keyClick(search.field, key)
        await until(lambda: search.finder.search and search.finder.search.index.current, "hit")
        layout = window.window.transcript.stage.layout
        await until(lambda: layout.message(21).aside is not None, "the reasoning is unfolded")

    run_window(scenario)


def test_title_is_opened_and_escape_brings_the_chats_back(db_path):
    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("rid")
        await until(search.rows, "results")
        QTest.keyClick(search.field, Qt.Key.Key_Return)
        await until(lambda: window.window.windowTitle().startswith("Balloon"), "it is shown")
        QTest.keyClick(search.field, Qt.Key.Key_Escape)
        assert window.window.sidebar.chat_list.isVisible()
        assert not search.view.isVisible()

    run_window(scenario)


def test_message_that_is_gone_meanwhile_is_told(db_path):
    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("zeppel")
        await until(search.rows, "results")
        with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema = 1")
            connection.execute("DELETE FROM message WHERE content LIKE '%zeppel%'")
        QTest.keyClick(search.field, Qt.Key.Key_Return)
        await until(lambda: "not there any more" in window.status_text(), "it is told")

    run_window(scenario)


def test_messages_of_before_the_index_are_found_after_a_while(db_path):
    with open_database(db_path) as db, db.atomic():
        db.sql("INSERT INTO message_text (message_text) VALUES ('delete-all')")
        db.sql("UPDATE search_state SET first_id = 1000")

    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("zeppel")
        await until(search.rows, "results")

    run_window(scenario)


@pytest.mark.parametrize("expected_logs", [["The search index is damaged"]])
def test_row_16_damaged_index_is_made_anew_and_the_user_finds_again(db_path, expected_logs):
    with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        connection.execute("UPDATE message_text_data SET block = x'ff00ff00ff00ff00' WHERE id > 1")

    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("zeppel")
        await until(lambda: search.rows() and not search.note(), "results")

    run_window(scenario)
    with open_database(db_path) as db:
        assert SearchIndex(db).find_damage() == []


def test_row_16_index_damaged_while_the_window_is_open_is_told_and_made_anew(db_path):
    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("bird")
        await until(search.rows, "results")
        with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
            sql = "UPDATE message_text_data SET block = x'ff00ff00ff00ff00' WHERE id > 1"
            connection.execute(sql)
        told = []
        search.window.window.findChild(object, "searchPane")._controller.state_changed.connect(
            lambda: told.append(search.note())
        )
        search.type("s")
        await until(lambda: any("is damaged" in note for note in told), "told")
        await until(lambda: search.rows() and not search.note(), "results")

    run_window(scenario)


def test_enter_right_after_typing_opens_what_is_found_then(db_path):
    async def scenario(window: OpenWindow) -> None:
        search = Search(window)
        search.type("rides")
        QTest.keyClick(search.field, Qt.Key.Key_Return)
        await until(lambda: window.window.windowTitle().startswith("Balloon"), "it is shown")

    run_window(scenario)


@pytest.mark.parametrize("expected_logs", [["The search index is damaged: message_text"]])
def test_row_16_message_that_a_damaged_index_refused_leads_to_a_new_index(db_path, expected_logs):
    async def scenario(window: OpenWindow) -> None:
        await asyncio.sleep(0)
        with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
            sql = "UPDATE message_text_data SET block = x'ff00ff00ff00ff00' WHERE id > 1"
            connection.execute(sql)
        error = DatabaseDamagedError(path=str(db_path), detail="malformed")
        window.controllers.chat.failed.emit(error)
        await until(lambda: "was made anew" in window.status_text(), "it is told")

    run_window(scenario)
    with open_database(db_path) as db:
        assert SearchIndex(db).find_damage() == []
