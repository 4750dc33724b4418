"""Rows that other programs or a bad disk spoilt cost themselves, not the chat around them."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from desktop_chat.domain.message import MessageStatus
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.readable_pages import ReadablePages

MESSAGES = 40


@pytest.fixture
def path(db_path):
    with open_database(db_path) as db:
        chat_id = ChatRepository(db).create_chat("a chat").id
        messages = MessageRepository(db)
        for number in range(MESSAGES):
            text = f"text {number} " + "x" * 1500
            messages.create_message(chat_id, ("user", "llm")[number % 2], text)
    return db_path


def spoil(path, sql):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE message SET params = '{not json', error_fields = '[1, 2' WHERE id = 5",
        "UPDATE message SET params = '[]', error_fields = '\"x\"' WHERE id = 5",
        "UPDATE message SET status = 'nonsense', sender = 'martian' WHERE id = 5",
        "UPDATE message SET created_at = 'yesterday', depth = 'deep' WHERE id = 5",
        "UPDATE message SET prompt_tokens = 'many', duration_ms = x'00ff' WHERE id = 5",
        "UPDATE message SET model = x'ff', error = x'fe', finish_reason = 3.5 WHERE id = 5",
        "UPDATE message SET reasoning = NULL WHERE id = 5",
        "UPDATE message SET reasoning = CAST(x'61ff62' AS TEXT) WHERE id = 5",
    ],
)
def test_row_18_spoilt_details_cost_themselves(path, sql):
    spoil(path, sql)
    with open_database(path, read_only=True) as db:
        shown = ReadablePages(db).tail(1, MESSAGES)
    assert [message.id for message in shown] == list(range(1, MESSAGES + 1))
    assert all(message.content.startswith("text ") for message in shown)
    for message in shown:
        for count in (message.prompt_tokens, message.duration_ms, message.depth):
            assert count is None or isinstance(count, int)
        assert message.model is None or isinstance(message.model, str)


def test_row_18_letters_that_are_none_are_shown_as_such(path):
    spoil(path, "UPDATE message SET content = CAST(x'61ff62' AS TEXT) WHERE id = 5")
    spoil(path, "UPDATE chat SET title = CAST(x'c3' AS TEXT)")
    with open_database(path, read_only=True) as db:
        assert ReadablePages(db).tail(1, MESSAGES)[4].content == "a\ufffdb"
        assert [chat.title for chat in ChatRepository(db).page()] == ["\ufffd"]


def test_row_18_title_of_another_kind_is_shown(path):
    spoil(path, "UPDATE chat SET title = x'616263', system_prompt = x'ff', folder_id = 'none'")
    with open_database(path, read_only=True) as db:
        assert ChatRepository(db).get(1).title == "abc"
        assert ChatRepository(db).get(1).folder_id is None


def page_of(path, message_id):
    """Return the number of the page on which a message's row begins, from 0."""
    data = path.read_bytes()
    return data.index(f"text {message_id - 1} x".encode()) // 4096


def test_row_18_page_that_cannot_be_read_costs_its_messages_only(path):
    data = bytearray(path.read_bytes())
    page = page_of(path, 20)
    data[page * 4096 : page * 4096 + 12] = b"\xff" * 12
    path.write_bytes(data)
    with open_database(path, read_only=True) as db:
        pages = ReadablePages(db)
        assert pages.length(1) == MESSAGES
        shown = pages.page(1, 0, MESSAGES)
        assert [m.id for m in pages.tail(1, 3)] == [38, 39, 40]
    lost = [message for message in shown if message.status is MessageStatus.FAILED]
    assert 1 <= len(lost) <= 3
    assert 20 in [message.id for message in lost]
    assert lost[0].error_code == "message_unreadable"
    assert len(shown) == MESSAGES
