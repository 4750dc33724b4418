"""One writer: what two connections do to each other, and that nobody else writes."""

from __future__ import annotations

import ast
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from desktop_chat.domain.errors import StorageError
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from tests.source_tree import PACKAGE
from tests.storage.chat_changes import rename


def test_row_28_transaction_that_reads_first_never_fails_for_a_write_between(db, chats, db_path):
    """A transaction that begins by reading could not write once somebody else did."""
    chat_id = chats.create_chat("a").id
    with closing(sqlite3.connect(db_path, isolation_level=None, timeout=0)) as other:
        with db.atomic():
            title = chats.get(chat_id).title
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("UPDATE chat SET title = 'by another'")
            rename(db, chat_id, f"{title}!")
        other.execute("UPDATE chat SET system_prompt = 'after'")
    assert chats.get(chat_id).title == "a!"


def test_row_28_two_threads_that_read_and_write_lose_nothing(db, chats):
    chat_id = chats.create_chat("0").id

    def count_up():
        for _ in range(25):
            with db.atomic():
                rename(db, chat_id, str(int(chats.get(chat_id).title) + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert chats.get(chat_id).title == "100"


def calls(tree, name):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            found = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if found == name:
                yield node


def test_row_34_one_place_only_opens_the_database_for_writing():
    """SQLite before 3.51.3 can damage a file that two connections write."""
    writers = []
    for path in PACKAGE.rglob("*.py"):
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), "open_database"):
            if not any(keyword.arg == "read_only" for keyword in call.keywords):
                writers.append(path.relative_to(PACKAGE).as_posix())
    # The check of the installation uses a database of its own.
    assert sorted(writers) == ["services/safekeeping/opening.py", "ui/selfcheck.py"]


def test_row_34_selfcheck_tells_an_old_sqlite(capsys, monkeypatch):
    from desktop_chat.ui import selfcheck

    assert "one writer" in selfcheck.sqlite_note((3, 40, 1))
    assert selfcheck.sqlite_note((3, 51, 3)) == ""


class JumpingClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("jump", [timedelta(days=-365), timedelta(days=365)])
def test_row_32_messages_keep_their_order_when_the_clock_jumps(db, jump):
    clock = JumpingClock()
    chats, messages = ChatRepository(db, clock), MessageRepository(db, clock)
    chat_id = chats.create_chat("a").id
    messages.create_message(chat_id, "user", "first")
    clock.now += jump
    messages.create_message(chat_id, "llm", "second")
    clock.now -= jump
    messages.create_message(chat_id, "user", "third")
    assert [m.content for m in messages.active_path(chat_id)] == ["first", "second", "third"]
    assert [m["content"] for m in messages.get_chat_context_for_llm(chat_id)] == [
        *("first", "second", "third")
    ]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("a\x00b", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("\udfff" * 3, "\ufffd" * 3),
    ],
)
def test_row_33_reply_with_what_no_database_holds_is_stored(chats, messages, text, stored):
    chat_id = chats.create_chat(text).id
    _, reply = messages.start_turn(chat_id, text)
    messages.save_progress(reply.id, text, text)
    assert messages.get(reply.id).content == stored
    assert messages.get(reply.id).reasoning == stored
    assert chats.get(chat_id).title == stored


def test_row_33_text_longer_than_the_database_takes_is_an_error_and_the_old_one_stays(
    db, chats, messages
):
    chat_id = chats.create_chat("a").id
    _, reply = messages.start_turn(chat_id, "q")
    messages.save_progress(reply.id, "so far")
    db.connection().setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000)
    with pytest.raises(StorageError, match="too long"):
        messages.save_progress(reply.id, "x" * 20_000)
    assert messages.get(reply.id).content == "so far"


def test_row_27_lock_of_another_program_is_waited_for(db_path):
    with (
        open_database(db_path) as db,
        closing(sqlite3.connect(db_path, isolation_level=None, check_same_thread=False)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        begun = threading.Event()
        release = threading.Thread(target=lambda: (begun.wait(), other.execute("ROLLBACK")))
        release.start()
        begun.set()
        ChatRepository(db).create_chat("waited")
        release.join()
        assert [chat.title for chat in ChatRepository(db).page()] == ["waited"]
