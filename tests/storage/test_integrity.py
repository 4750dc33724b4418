"""Whether damage is found."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.sqlite.integrity import find_damage


@pytest.fixture
def path(db_path):
    with open_database(db_path) as db:
        ChatRepository(db).create_chat("a")
    return db_path


@pytest.mark.parametrize("is_thorough", [False, True])
def test_sound_database_has_no_damage(path, is_thorough):
    with open_database(path, read_only=True) as db:
        assert find_damage(db, is_thorough=is_thorough) == []


def test_index_that_lacks_rows_is_found_by_the_thorough_check(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'chat_list'")
        connection.execute("PRAGMA writable_schema = 0")
    with open_database(path, read_only=True) as db:
        assert find_damage(db, is_thorough=True) != []


def test_message_without_its_chat_is_found(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO message (chat_id, sender) VALUES (99, 'user')")
    with open_database(path, read_only=True) as db:
        assert find_damage(db) == ["1 rows refer to rows that are not there"]


def test_overwritten_pages_are_found(path):
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\x5a" * (len(data) - 4096))
    with open_database(path, read_only=True) as db:
        assert find_damage(db) != []
