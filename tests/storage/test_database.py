"""Transactions, threads, and what disks do."""

from __future__ import annotations

import sqlite3
import sys
import threading
from contextlib import closing, suppress

import pytest

from desktop_chat.domain.errors import DiskFullError, StorageError
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database


def test_atomic_block_that_raises_leaves_nothing(db, chats):
    def create_and_fail():
        with db.atomic():
            chats.create_chat("gone")
            b"\xff".decode()

    with pytest.raises(UnicodeDecodeError):
        create_and_fail()
    assert chats.count() == 0


def test_nested_block_that_raises_takes_back_its_own_part_only(db, chats):
    with db.atomic():
        chats.create_chat("kept")
        with suppress(ZeroDivisionError), db.atomic():
            chats.create_chat("gone")
            _ = 1 / 0
    assert [chat.title for chat in chats.page()] == ["kept"]


def test_row_13_full_disk_is_named_and_the_rest_stays_readable(db, chats, messages):
    chat_id = chats.create_chat("a").id
    _, reply = messages.start_turn(chat_id, "q")
    messages.save_progress(reply.id, "so far", "")
    (pages,) = db.sql("PRAGMA page_count")[0]
    db.sql(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(DiskFullError):
        messages.save_progress(reply.id, "x" * 500_000, "")
    assert messages.get(reply.id).content == "so far"
    db.sql(f"PRAGMA max_page_count = {pages + 1000}")
    messages.save_progress(reply.id, "x" * 500_000, "")
    assert len(messages.get(reply.id).content) == 500_000
    assert db.sql("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
def test_row_13_commit_that_the_disk_does_not_take_is_told_by_its_cause(db, chats):
    import resource

    chats.create_chat("kept")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = db.path.with_name(f"{db.path.name}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(StorageError, match="the disk reports an error"):
            chats.create_chat("lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    chats.create_chat("again")
    assert {chat.title for chat in chats.page()} == {"kept", "again"}


def test_write_in_several_threads_waits_for_its_turn(db, messages, chats):
    chat_ids = [chats.create_chat().id for _ in range(4)]

    def write(chat_id):
        for number in range(20):
            messages.create_message(chat_id, "user", str(number))

    threads = [threading.Thread(target=write, args=(chat_id,)) for chat_id in chat_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(messages.active_path(chat_id)) for chat_id in chat_ids] == [20] * 4


def test_row_27_database_locked_by_another_program_is_said(db, db_path, chats):
    db.sql("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(db_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            chats.create_chat()
        other.execute("ROLLBACK")
    chats.create_chat()


def test_row_20_file_that_was_replaced_is_noticed_before_the_next_write(
    db, db_path, chats, tmp_path
):
    chats.create_chat()
    db_path.rename(tmp_path / "moved")
    with pytest.raises(StorageError, match="removed or replaced"):
        chats.create_chat()
    (tmp_path / "other").write_bytes(b"x")
    (tmp_path / "other").rename(db_path)
    with pytest.raises(StorageError, match="removed or replaced"):
        chats.create_chat()


def test_closing_closes_the_connections_of_all_threads(db_path):
    db = open_database(db_path)
    chats = ChatRepository(db)
    thread = threading.Thread(target=chats.create_chat)
    thread.start()
    thread.join()
    chats.create_chat()
    db.close()
    assert [path.name for path in db_path.parent.iterdir()] == [db_path.name]
    with pytest.raises(StorageError, match="closed"):
        chats.create_chat()
    with pytest.raises(StorageError, match="closed"), db.atomic():
        pytest.fail("a closed database began a transaction")


def test_two_databases_are_open_at_once(tmp_path):
    with (
        open_database(tmp_path / "a" / "x.db") as one,
        open_database(tmp_path / "b" / "x.db") as two,
    ):
        ChatRepository(one).create_chat("one")
        ChatRepository(two).create_chat("two")
        assert [chat.title for chat in ChatRepository(one).page()] == ["one"]


def test_number_too_large_for_the_database_is_an_error_of_the_domain(chats):
    with pytest.raises(StorageError):
        chats.get(10**30)
