"""A backup takes the place of the database; what was there is set aside, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from desktop_chat.domain.backup import DAILY, DAMAGED, REPLACED
from desktop_chat.domain.errors import DatabaseDamagedError, DatabaseTooNewError, StorageError
from desktop_chat.paths import backups_dir
from desktop_chat.storage.backups.copies import list_backups, make_backup, newest_ahead
from desktop_chat.storage.backups.restoring import (
    finish_restore,
    prepare_restore,
    restore,
    restore_path,
)
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.edits import EditRepository, StoredEdit
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.sqlite.backup_names import read_name

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)


@pytest.fixture
def backup(db_path):
    """A backup with one chat, while the database has two."""
    with open_database(db_path) as db:
        ChatRepository(db).create_chat("in both")
        made = make_backup(db_path, DAILY, NOW)
        ChatRepository(db).create_chat("new")
    return made.path


def titles(path):
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT title FROM chat ORDER BY id")]


def names(path):
    return sorted(found.name for found in path.iterdir() if found.name != "backups")


def test_restore_swaps_and_sets_aside(backup, db_path):
    aside = restore(backup, db_path)
    assert titles(db_path) == ["in both"]
    assert aside is not None
    assert read_name(aside).kind == REPLACED
    assert titles(aside) == ["in both", "new"]
    assert titles(backup) == ["in both"]
    assert names(db_path.parent) == ["chats.sqlite3"]
    assert db_path.stat().st_mode & 0o777 == 0o600


def test_what_was_set_aside_can_be_restored_again(backup, db_path):
    aside = restore(backup, db_path)
    assert aside is not None
    restore(aside, db_path)
    assert titles(db_path) == ["in both", "new"]


def test_log_that_was_not_folded_goes_along(backup, db_path):
    with open_database(db_path) as db:
        ChatRepository(db).create_chat("in the log")
        prepare_restore(backup, db_path)
        for end in ("", "-wal"):
            shutil.copy(f"{db_path}{end}", f"{db_path}.copy{end}")
    for end in ("", "-wal"):
        shutil.move(f"{db_path}.copy{end}", f"{db_path}{end}")
    aside = finish_restore(db_path)
    assert aside is not None
    assert titles(aside) == ["in both", "new", "in the log"]
    assert titles(db_path) == ["in both"]
    assert names(db_path.parent) == ["chats.sqlite3"]


@pytest.mark.parametrize("content", [b"", b"no database at all", None])
def test_damaged_database_is_set_aside_as_it_is(backup, db_path, content):
    data = db_path.read_bytes()
    content = data[:8192] + b"\x5a" * (len(data) - 8192) if content is None else content
    db_path.write_bytes(content)
    db_path.with_name("chats.sqlite3-wal").write_bytes(b"what the log held")
    aside = restore(backup, db_path)
    assert aside is not None
    assert read_name(aside).kind == DAMAGED
    assert aside.read_bytes() == content
    assert titles(db_path) == ["in both"]
    assert names(db_path.parent) == ["chats.sqlite3"]


def test_missing_database_comes_back(backup, db_path):
    db_path.unlink()
    assert restore(backup, db_path) is None
    assert titles(db_path) == ["in both"]


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(3000)])
def test_backup_that_is_none_changes_nothing(db_path, backup, content):
    before = db_path.read_bytes()
    backup.write_bytes(content)
    with pytest.raises(DatabaseDamagedError):
        restore(backup, db_path)
    assert db_path.read_bytes() == before
    assert names(db_path.parent) == ["chats.sqlite3"]


def test_backup_with_overwritten_pages_changes_nothing(db_path, backup):
    data = backup.read_bytes()
    backup.write_bytes(data[:8192] + b"\x5a" * (len(data) - 8192))
    with pytest.raises(StorageError):
        restore(backup, db_path)
    assert titles(db_path) == ["in both", "new"]
    assert names(db_path.parent) == ["chats.sqlite3"]


def test_row_24_backup_of_a_newer_version_is_refused(backup, db_path):
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(DatabaseTooNewError):
        restore(backup, db_path)
    assert titles(db_path) == ["in both", "new"]


def test_backup_that_is_gone_changes_nothing(backup, db_path):
    backup.unlink()
    with pytest.raises(StorageError):
        restore(backup, db_path)
    assert names(db_path.parent) == ["chats.sqlite3"]


def test_without_a_decision_the_start_changes_nothing(backup, db_path):
    assert finish_restore(db_path) is None
    assert titles(db_path) == ["in both", "new"]
    assert len(list_backups(backups_dir(db_path.parent))) == 1


@pytest.mark.parametrize("is_log_moved", [False, True])
def test_restore_that_was_killed_on_the_way_is_finished_by_the_next_start(
    backup, db_path, is_log_moved
):
    prepare_restore(backup, db_path)
    moment = datetime.fromtimestamp(restore_path(db_path).stat().st_mtime, UTC)
    # Killed between setting the old file aside and putting the new one in its place.
    aside = backups_dir(db_path.parent) / f"chats-{moment:%Y-%m-%d-%H%M%S}Z-replaced.sqlite3"
    if is_log_moved:
        db_path.rename(aside)
    assert finish_restore(db_path) == (None if is_log_moved else aside)
    assert titles(db_path) == ["in both"]
    assert titles(aside) == ["in both", "new"]


def test_row_19_restored_database_has_lost_nothing(backup, db_path):
    with open_database(db_path) as db:
        make_backup(db_path, DAILY, NOW.replace(minute=30))
        seen = ChatRepository(db).create_chat("seen by no backup")
    restore(backup, db_path)
    assert newest_ahead(db_path) is None
    with open_database(db_path) as db:
        assert ChatRepository(db).create_chat("next").id > seen.id, "an id was used twice"


def test_first_rows_after_restoring_an_empty_backup_take_new_ids(db_path):
    with open_database(db_path) as db:
        empty = make_backup(db_path, DAILY, NOW)
        last = ChatRepository(db).create_chat("later")
    restore(empty.path, db_path)
    with open_database(db_path) as db:
        assert ChatRepository(db).create_chat("next").id > last.id


def log_of_another_database(db_path):
    """Return the log of a database as a killed process leaves it."""
    other = db_path.with_name("other.sqlite3")
    with open_database(other) as db:
        for number in range(50):
            ChatRepository(db).create_chat(f"of another {number}")
        log = other.with_name(f"{other.name}-wal").read_bytes()
    other.unlink()
    return log


def test_row_20_log_of_a_deleted_database_is_not_played_into_the_restored_one(backup, db_path):
    """Someone deletes the file of a program that was killed; its log stays and fits nothing."""
    log = log_of_another_database(db_path)
    db_path.unlink()
    db_path.with_name(f"{db_path.name}-wal").write_bytes(log)
    assert restore(backup, db_path) is None
    assert titles(db_path) == ["in both"]
    assert names(db_path.parent) == ["chats.sqlite3"]
    aside = [path for path in backups_dir(db_path.parent).iterdir() if path.suffix.endswith("-wal")]
    assert [path.read_bytes() for path in aside] == [log]


def drafts(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT chat_id, text FROM draft ORDER BY chat_id").fetchall()


def test_what_was_typed_and_not_sent_stays_after_a_restore(db_path):
    with open_database(db_path) as db:
        chat = ChatRepository(db).create_chat("in both")
        DraftRepository(db).save(chat.id, "begun")
        made = make_backup(db_path, DAILY, NOW)
        new = ChatRepository(db).create_chat("new")
        for chat_id, text in ((None, "of no chat"), (chat.id, "gone on"), (new.id, "of the new")):
            DraftRepository(db).save(chat_id, text)
    aside = restore(made.path, db_path)
    assert drafts(db_path) == [(0, "of no chat"), (chat.id, "gone on")]
    assert drafts(aside)[-1] == (new.id, "of the new")


def test_older_draft_of_the_replaced_database_does_not_hide_the_newer_one(backup, db_path):
    with open_database(backup) as db:
        DraftRepository(db, lambda: NOW).save(None, "newer")
    with open_database(db_path) as db:
        DraftRepository(db, lambda: NOW - timedelta(days=1)).save(None, "older")
    restore(backup, db_path)
    assert drafts(db_path) == [(0, "newer")]


def test_edit_that_was_not_sent_stays_after_a_restore(db_path):
    with open_database(db_path) as db:
        chat = ChatRepository(db).create_chat("in both")
        message = MessageRepository(db).create_message(chat.id, "user", "sent")
        made = make_backup(db_path, DAILY, NOW)
        EditRepository(db).save(message.id, "sent better")
    restore(made.path, db_path)
    with open_database(db_path) as db:
        edit = EditRepository(db).in_chat(chat.id)
    assert edit == StoredEdit(message.id, "sent better", "sent")


def test_database_of_a_newer_version_is_set_aside_as_a_sound_one(backup, db_path):
    with closing(sqlite3.connect(db_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert REPLACED in str(restore(backup, db_path))
