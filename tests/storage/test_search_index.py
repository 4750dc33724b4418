"""The index is completed, emptied, made anew; damage to it is found and costs nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.domain.search.query import parse_query
from desktop_chat.storage.database import open_database
from desktop_chat.storage.migrations import STEPS, apply_steps
from desktop_chat.storage.searching import search_index
from desktop_chat.storage.searching.search import SearchRepository
from desktop_chat.storage.searching.search_index import SearchIndex
from desktop_chat.storage.sqlite.opening import APPLICATION_ID

COUNT = 50


@pytest.fixture
def index(db):
    return SearchIndex(db)


@pytest.fixture
def filled(chats, messages):
    """A chat whose messages are `number 0` to `number 49`."""
    chat = chats.create_chat("Numbers")
    for number in range(COUNT):
        messages.create_message(chat.id, "user", f"number n{number}n")
    return chat


def count(db, word="number "):
    query = parse_query(word, datetime(2026, 11, 22, tzinfo=UTC))
    return len(SearchRepository(db).newest(query).ids)


def old_database(path):
    """A database of the version before the index, with messages."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        apply_steps(connection, STEPS[:2])
        connection.execute("INSERT INTO chat (id, title) VALUES (1, 'Old chat')")
        rows = [(1, "user", f"number n{number}n") for number in range(COUNT)]
        insert = "INSERT INTO message (chat_id, sender, content) VALUES (?, ?, ?)"
        connection.executemany(insert, rows)


def damage(path, table):
    """Turn bits in the words of an index."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"UPDATE {table}_data SET block = x'ff00ff00ff00ff00' WHERE id > 1")


def test_messages_of_an_older_version_are_indexed_in_steps(db_path, monkeypatch):
    monkeypatch.setattr(search_index, "STEP_MS", 0.001)
    old_database(db_path)
    with open_database(db_path) as db:
        index = SearchIndex(db)
        assert (count(db), index.progress()) == (0, 0.0)
        assert index.fill()
        assert 0 < count(db) < COUNT
        assert 0 < index.progress() < 1
        while index.fill():
            pass
        assert (count(db), index.progress(), index.first_id) == (COUNT, 1.0, 0)
        assert not index.fill()
        assert index.find_damage() == []


def test_titles_of_an_older_version_are_found_at_once(db_path):
    old_database(db_path)
    with open_database(db_path) as db:
        query = parse_query("old", datetime(2026, 11, 22, tzinfo=UTC))
        assert [hit.title.text for hit in SearchRepository(db).titles(query)] == ["Old chat"]


def test_newest_messages_are_indexed_first(db_path, monkeypatch):
    monkeypatch.setattr(search_index, "STEP_MS", 0.001)
    old_database(db_path)
    with open_database(db_path) as db:
        SearchIndex(db).fill()
        assert (count(db, f"n{COUNT - 1}n "), count(db, "n0n ")) == (1, 0)


def test_what_changes_before_its_turn_is_indexed_as_it_is_then(db_path):
    old_database(db_path)
    with open_database(db_path) as db:
        with db.atomic():
            db.sql("UPDATE message SET content = 'other words' WHERE id = 1")
            db.sql("DELETE FROM message WHERE id = 2")
            db.sql("UPDATE message SET status = 'streaming' WHERE id = 3")
        while SearchIndex(db).fill():
            pass
        assert (count(db), count(db, "other ")) == (COUNT - 3, 1)
        with db.atomic():
            db.sql("UPDATE message SET status = 'complete' WHERE id = 3")
        assert count(db) == COUNT - 2
        assert SearchIndex(db).find_damage() == []


def test_emptied_index_finds_titles_and_what_comes_new(db, index, filled, messages):
    index.clear()
    assert (count(db), index.progress()) == (0, 0.0)
    messages.create_message(filled.id, "user", "number n50n")
    assert count(db) == 1
    query = parse_query("numbers", datetime(2026, 11, 22, tzinfo=UTC))
    assert len(SearchRepository(db).titles(query)) == 1
    while index.fill():
        pass
    assert count(db) == COUNT + 1


@pytest.mark.parametrize("table", ["message_text", "chat_title"])
def test_row_16_damaged_index_is_found_and_made_anew(db_path, chats, messages, filled, db, table):
    damage(db_path, table)
    with open_database(db_path) as again:
        index = SearchIndex(again)
        assert index.find_damage() == [table]
        index.clear()
        while index.fill():
            pass
        assert (index.find_damage(), count(again)) == ([], COUNT)


def test_row_16_search_in_a_damaged_index_is_an_error_of_the_database(db_path, filled, db):
    damage(db_path, "message_text")
    with open_database(db_path, read_only=True) as again, pytest.raises(DatabaseDamagedError):
        count(again)


def test_row_16_index_whose_structure_is_gone_is_made_anew(db_path, filled, db):
    with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM message_text_data")
    with open_database(db_path) as again:
        index = SearchIndex(again)
        index.clear()
        while index.fill():
            pass
        assert (index.find_damage(), count(again)) == ([], COUNT)


def test_empty_database_is_complete(index):
    assert (index.progress(), index.fill()) == (1.0, False)


def test_long_messages_are_indexed_one_at_a_time(db, chats, messages, monkeypatch):
    """The writer is not held for twenty of them."""
    monkeypatch.setattr(search_index, "STEP_MS", 0.001)
    chat = chats.create_chat("Long")
    for _ in range(5):
        messages.create_message(chat.id, "user", "number " * 10_000)
    index = SearchIndex(db)
    index.clear()
    steps = 1
    while index.fill():
        steps += 1
    assert steps > 5
    assert count(db) == 5
