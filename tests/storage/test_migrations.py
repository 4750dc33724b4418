"""Older databases are copied, then brought up to date step by step, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.domain.params import GenerationParams
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.migrations import STEPS, apply_steps
from desktop_chat.storage.sqlite import opening
from desktop_chat.storage.sqlite.backup import back_up


def add_colour(connection):
    connection.execute("ALTER TABLE chat ADD COLUMN colour TEXT")


def fail_half_way(connection):
    add_colour(connection)
    connection.execute("SELECT * FROM nowhere")


@pytest.fixture
def old_path(db_path):
    with open_database(db_path) as db:
        ChatRepository(db).create_chat("old")
    return db_path


def columns_of(path):
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(chat)")}


def test_step_numbers_match_their_names_and_are_unique():
    numbers = [int(name[1:5]) for name, _ in STEPS]
    assert numbers == list(range(1, len(STEPS) + 1))


def test_older_database_is_copied_before_it_changes(old_path, monkeypatch):
    longer = (*STEPS, ("m9999_colour", add_colour))
    monkeypatch.setattr(opening, "STEPS", longer)
    monkeypatch.setattr(opening, "apply_steps", lambda c: apply_steps(c, longer))
    with open_database(old_path) as db:
        assert db.sql("PRAGMA user_version") == [(len(STEPS) + 1,)]
        assert db.sql("SELECT name FROM migration")[-1] == ("m9999_colour",)
    assert "colour" in columns_of(old_path)
    (copy,) = (old_path.parent / "backups").iterdir()
    assert copy.name.endswith(f"-before-v{len(STEPS) + 1}.sqlite3")
    assert "colour" not in columns_of(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    monkeypatch.undo()
    with open_database(copy, read_only=True) as db:
        assert [chat.title for chat in ChatRepository(db).page()] == ["old"]


def test_step_that_fails_leaves_the_old_form(old_path):
    with closing(sqlite3.connect(old_path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            apply_steps(connection, (*STEPS, ("m9999_broken", fail_half_way)))
        assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    assert "colour" not in columns_of(old_path)


def test_steps_applied_meanwhile_are_not_applied_again(old_path):
    with closing(sqlite3.connect(old_path, isolation_level=None)) as connection:
        apply_steps(connection, STEPS)
        assert connection.execute("SELECT count(*) FROM migration").fetchone() == (len(STEPS),)


def test_messages_of_the_first_form_are_read_and_go_on(db_path):
    db_path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {opening.APPLICATION_ID}")
        apply_steps(connection, STEPS[:1])
        connection.execute("INSERT INTO chat (id, title) VALUES (1, 'old')")
        connection.execute("INSERT INTO message (chat_id, sender, content) VALUES (1, 'user', 'a')")
        connection.execute(
            "INSERT INTO message (chat_id, parent_id, sender, content, reasoning, duration_ms)"
            " VALUES (1, 1, 'llm', 'b', 'hm', 7)"
        )
    with open_database(db_path) as db:
        messages = MessageRepository(db)
        _, reply = messages.active_path(1)
        assert (reply.content, reply.reasoning, reply.duration_ms) == ("b", "hm", 7)
        assert (reply.reasoning_ms, reply.params) == (None, None)
        messages.finish(replace(reply, reasoning_ms=9, params=GenerationParams(0.5)))
        assert messages.get(2).params == GenerationParams(0.5)
    (copy,) = (db_path.parent / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT content FROM message").fetchall() == [("a",), ("b",)]


def test_backup_of_a_damaged_database_is_not_kept(old_path, tmp_path):
    with closing(sqlite3.connect(old_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'chat_list'")
    with closing(sqlite3.connect(old_path)) as source, pytest.raises(DatabaseDamagedError):
        back_up(source, tmp_path / "backups" / "copy.sqlite3")
    assert list((tmp_path / "backups").iterdir()) == []
