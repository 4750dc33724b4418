"""Rows that other programs write with the published columns are valid and shown."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.storage.message_pages import MessagePages

CHAT = (
    "title, created_at, updated_at, folder_id, pinned, deleted_at, system_prompt, model, "
    "active_message_id"
)
MESSAGE = (
    "chat_id, parent_id, sender, content, reasoning, status, error, model, finish_reason, "
    "prompt_tokens, completion_tokens, time_to_first_token_ms, duration_ms, created_at"
)


@pytest.fixture
def outsider(db, db_path):
    with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def chat_id(chats, messages):
    chat_id = chats.create_chat("mine", model_ref=ModelRef(LM_STUDIO, "qwen")).id
    messages.start_turn(chat_id, "q")
    messages.create_message(chat_id, "user", "more")
    return chat_id


def test_copied_rows_without_id_are_valid_and_shown(outsider, chats, messages, chat_id, db):
    copy = outsider.execute(
        f"INSERT INTO chat ({CHAT}) SELECT {CHAT} FROM chat WHERE id = ?", (chat_id,)
    ).lastrowid
    last = None
    for message in messages.active_path(chat_id):
        values = MESSAGE.replace("chat_id, parent_id", "?, ?")
        last = outsider.execute(
            f"INSERT INTO message ({MESSAGE}) SELECT {values} FROM message WHERE id = ?",
            (copy, last, message.id),
        ).lastrowid
    outsider.execute("UPDATE chat SET active_message_id = ? WHERE id = ?", (last, copy))
    copied = messages.active_path(copy)
    assert [message.content for message in copied] == ["q", "", "more"]
    assert [message.depth for message in copied] == [0, 1, 2]
    assert MessagePages(db).page(copy, 0, 9) == copied
    assert chats.get(copy).model_ref == ModelRef(LM_STUDIO, "qwen")


def test_row_with_the_fewest_columns_is_shown(outsider, chats, messages):
    chat_id = outsider.execute("INSERT INTO chat (title) VALUES ('theirs')").lastrowid
    message_id = outsider.execute(
        "INSERT INTO message (chat_id, sender, content) VALUES (?, 'user', 'hello')", (chat_id,)
    ).lastrowid
    outsider.execute("UPDATE chat SET active_message_id = ?", (message_id,))
    (message,) = messages.active_path(chat_id)
    assert (message.content, message.status) == ("hello", MessageStatus.COMPLETE)
    assert message.created_at.year >= 2024
    assert [chat.title for chat in chats.page()] == ["theirs"]


@pytest.mark.parametrize("active", [None, 9999])
def test_chat_without_a_usable_active_message_shows_its_newest(outsider, messages, chat_id, active):
    outsider.execute("UPDATE chat SET active_message_id = ?", (active,))
    assert [message.content for message in messages.active_path(chat_id)] == ["q", "", "more"]
    assert messages.create_message(chat_id, "llm", "answer").depth == 3


def test_active_message_of_another_chat_is_not_followed(outsider, messages, chat_id):
    copy = outsider.execute(
        f"INSERT INTO chat ({CHAT}) SELECT {CHAT} FROM chat WHERE id = ?", (chat_id,)
    ).lastrowid
    assert messages.active_path(copy) == []
    assert messages.create_message(copy, "user", "first").parent_id is None


def test_misspelt_details_cost_the_detail_only(outsider, messages, chat_id):
    outsider.execute(
        "UPDATE message SET sender = 'robot', status = 'odd', created_at = 'yesterday',"
        " error_fields = '{broken', content = x'ff41', reasoning = NULL WHERE content = 'more'"
    )
    message = messages.active_path(chat_id)[-1]
    assert (message.sender, message.status) == (Sender.SYSTEM, MessageStatus.COMPLETE)
    assert (message.content, message.reasoning) == ("\ufffdA", "")
    assert message.error_fields == {}


def test_published_columns_are_there(db):
    published = {
        "chat": {"id", *CHAT.split(", ")},
        "message": {"id", *MESSAGE.split(", ")},
    }
    for table, columns in published.items():
        found = {row[1] for row in db.sql(f"PRAGMA table_info({table})")}
        assert columns <= found
    uniques = db.sql("SELECT name FROM sqlite_master WHERE sql LIKE '%UNIQUE%'")
    assert uniques == []
