"""What happens to files that are no sound database, or one of another time."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from desktop_chat.domain.errors import (
    DatabaseDamagedError,
    DatabaseTooNewError,
    DataDirectoryUnusableError,
    StorageError,
)
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.migrations import STEPS
from desktop_chat.storage.sqlite.opening import APPLICATION_ID


def other_database(path, **pragmas):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (id)")
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")
        connection.commit()


def test_new_database_is_complete_and_alone_in_its_directory(db_path):
    with open_database(str(db_path)) as db:
        assert db.sql("PRAGMA application_id") == [(APPLICATION_ID,)]
        assert db.sql("PRAGMA user_version") == [(len(STEPS),)]
        assert db.sql("SELECT name FROM migration") == [(name,) for name, _ in STEPS]
    assert [path.name for path in db_path.parent.iterdir()] == ["chats.sqlite3"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 1),
        ("busy_timeout", 5000),
    ],
)
def test_pragmas_hold_in_every_thread(db, name, value):
    found = []
    thread = threading.Thread(target=lambda: found.extend(db.sql(f"PRAGMA {name}")))
    thread.start()
    thread.join()
    assert [*found, *db.sql(f"PRAGMA {name}")] == [(value,)] * 2


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"chats\n" * 50, "no database"),
        (b"SQLite format 3\x00", "no database"),
        (b"SQLite format 3\x00" + bytes(5000), "no database"),
    ],
)
def test_row_14_17_file_that_is_no_database_is_refused_and_left_alone(
    db_path, content, words, read_only
):
    db_path.parent.mkdir()
    db_path.write_bytes(content)
    with pytest.raises(DatabaseDamagedError, match=words):
        open_database(db_path, read_only=read_only)
    assert db_path.read_bytes() == content
    assert [path.name for path in db_path.parent.iterdir()] == [db_path.name]


def test_database_of_another_program_is_refused_and_left_alone(db_path):
    db_path.parent.mkdir()
    other_database(db_path)
    before = db_path.read_bytes()
    with pytest.raises(DatabaseDamagedError, match="another program"):
        open_database(db_path)
    assert db_path.read_bytes() == before


@pytest.mark.parametrize("read_only", [False, True])
def test_row_24_newer_database_is_refused_and_left_alone(db_path, read_only):
    db_path.parent.mkdir()
    other_database(db_path, application_id=APPLICATION_ID, user_version=len(STEPS) + 1)
    before = db_path.read_bytes()
    with pytest.raises(DatabaseTooNewError) as caught:
        open_database(db_path, read_only=read_only)
    assert caught.value.fields["version"] == len(STEPS) + 1
    assert db_path.read_bytes() == before


def test_row_24_newer_version_that_is_still_in_the_log_is_seen(db_path):
    open_database(db_path).close()
    with closing(sqlite3.connect(db_path)) as writer:
        writer.execute("PRAGMA user_version = 99")
        before = db_path.read_bytes()
        with pytest.raises(DatabaseTooNewError):
            open_database(db_path)
        assert db_path.read_bytes() == before


def test_row_15_damage_inside_is_named_when_it_is_met(db_path):
    with open_database(db_path) as db, db.atomic():
        for _ in range(2000):
            db.sql("INSERT INTO chat (title) VALUES ('a title of some length')")
    data = bytearray(db_path.read_bytes())
    rows = len(data) // 4  # behind the pages that hold the schema
    data[rows:] = b"\x5a" * (len(data) - rows)
    db_path.write_bytes(data)
    with open_database(db_path) as db, pytest.raises(DatabaseDamagedError):
        db.sql("SELECT sum(length(title)) FROM chat")


def test_database_that_is_not_there_is_not_made_by_a_reader(db_path):
    with pytest.raises(StorageError, match="no such file"):
        open_database(db_path, read_only=True)
    assert not db_path.parent.exists()


def test_reader_sees_what_is_written_and_cannot_write(db, chats, db_path):
    with open_database(db_path, read_only=True) as reading:
        chat = chats.create_chat("seen")
        assert ChatRepository(reading).get(chat.id) == chat
        with pytest.raises(StorageError):
            ChatRepository(reading).create_chat("refused")


def test_path_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataDirectoryUnusableError):
        open_database(tmp_path / "file" / "chats.sqlite3")


def test_directory_in_the_database_s_place_is_refused(db_path):
    db_path.mkdir(parents=True)
    with pytest.raises(StorageError):
        open_database(db_path)


def test_row_20_new_database_does_not_take_over_the_log_of_a_deleted_one(db_path):
    """The chats of the deleted file are gone; its log stays, but not where it does harm."""
    with open_database(db_path) as db:
        for number in range(50):
            ChatRepository(db).create_chat(f"gone {number}")
        log = db_path.with_name(f"{db_path.name}-wal").read_bytes()
    db_path.unlink()
    db_path.with_name(f"{db_path.name}-wal").write_bytes(log)
    with open_database(db_path) as db:
        assert db.sql("PRAGMA integrity_check") == [("ok",)]
        assert ChatRepository(db).page() == []
    (kept,) = db_path.with_name("backups").iterdir()
    assert kept.read_bytes() == log
