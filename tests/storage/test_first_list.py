"""The chat list for the first paint."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from desktop_chat.storage.first_list import read_first_chats
from desktop_chat.storage.migrations import STEPS
from tests.storage.chat_changes import trash
from tests.storage.children import output_of


def test_first_chats_are_those_of_the_list(db, db_path, chats):
    for number in range(5):
        chats.create_chat(str(number))
    trash(db, 2)
    with db.atomic():
        db.sql("UPDATE chat SET pinned = 1 WHERE id = 1")
    assert read_first_chats(db_path) == chats.page()
    assert read_first_chats(db_path, limit=2) == chats.page(limit=2)


def test_first_chats_leave_out_what_is_put_away_or_coming_in(db, db_path, chats):
    for number in range(3):
        chats.create_chat(str(number))
    with db.atomic():
        db.sql("UPDATE chat SET archived_at = '2026' WHERE id = 1")
        db.sql("UPDATE chat SET import_id = 1 WHERE id = 2")
    assert [chat.id for chat in read_first_chats(db_path)] == [3]
    assert read_first_chats(db_path) == chats.page()


def test_first_chats_of_an_earlier_version_are_read_before_it_is_brought_up_to_date(tmp_path):
    path = tmp_path / "old.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        STEPS[0][1](connection)
        connection.execute("INSERT INTO chat (title) VALUES ('from before')")
    assert [chat.title for chat in read_first_chats(path)] == ["from before"]


def test_first_chats_without_a_file_are_none_and_nothing_is_made(db_path):
    assert read_first_chats(db_path) == []
    assert not db_path.parent.exists()


def test_first_chats_of_a_file_that_is_no_database_are_none(db_path):
    db_path.parent.mkdir()
    for content in (b"", b"garbage " * 100):
        db_path.write_bytes(content)
        assert read_first_chats(db_path) == []
        assert db_path.read_bytes() == content


def test_modules_of_the_first_paint_import_nothing_slow():
    loaded = output_of(
        "import sys\n"
        "from desktop_chat import paths\n"
        "from desktop_chat.storage import first_list, lock, settings_file\n"
        "print(*sys.modules)"
    ).split()
    slow = {"asyncio", "httpx", "peewee", "keyring", "tomllib", "tomli_w", "logging", "json"}
    assert slow.isdisjoint(loaded)


def test_client_of_the_handover_imports_no_event_loop():
    loaded = output_of("import sys, desktop_chat.storage.handover\nprint(*sys.modules)").split()
    assert {"asyncio", "peewee"}.isdisjoint(loaded)
