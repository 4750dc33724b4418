"""Copies of the database: verified, or not there at all."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from desktop_chat.domain.backup import DAILY, DAMAGED, MANUAL, REPLACED, UNKNOWN, BackupContent
from desktop_chat.domain.errors import (
    BackupDiskFullError,
    BackupTargetError,
    DatabaseDamagedError,
    StorageError,
)
from desktop_chat.paths import backups_dir
from desktop_chat.storage.backups.copies import (
    backups_holding,
    list_backups,
    make_backup,
    make_copy,
    newest_ahead,
    read_content,
    thin_out,
)
from desktop_chat.storage.sqlite import backup as backup_steps
from desktop_chat.storage.sqlite.backup import BackupStoppedError
from desktop_chat.storage.sqlite.backup_names import backup_path
from tests.storage.chat_changes import trash

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)


@pytest.fixture
def folder(db_path):
    return backups_dir(db_path.parent)


@pytest.fixture
def filled(db, chats, messages, db_path):
    """A database in use that holds some megabytes."""
    chat = chats.create_chat("Kept")
    with db.atomic():
        for number in range(200):
            messages.create_message(chat.id, "user", f"{number} " + "text " * 800)
    return db_path


@pytest.fixture
def small_steps(monkeypatch):
    """Many steps, as a large database takes."""
    monkeypatch.setattr(backup_steps, "_PAGES_AT_ONCE", 20)
    monkeypatch.setattr(backup_steps, "_OPERATIONS_AT_ONCE", 1000)


def count_of(path, table="message"):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def damage(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'message_of_chat'")


def test_backup_is_complete_private_and_named_by_its_time(filled, folder):
    made = make_backup(filled, DAILY, NOW)
    assert made.path == folder / "chats-2026-11-22-101530Z-daily.sqlite3"
    assert (made.made_at, made.kind, made.size) == (NOW, DAILY, made.path.stat().st_size)
    assert count_of(made.path) == 200
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [made.path.name]


def test_second_backup_of_a_second_has_another_name(filled):
    first, second = make_backup(filled, DAILY, NOW), make_backup(filled, DAILY, NOW)
    assert second.path.name == "chats-2026-11-22-101530Z-daily.2.sqlite3"
    assert (second.made_at, second.kind) == (first.made_at, first.kind)
    assert list_backups(first.path.parent) == [second, first]


class Writing:
    """Sends and answers without end in a thread of its own."""

    def __init__(self, messages):
        self._messages = messages
        self._has_written = threading.Event()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.seen = self.turns = self.turns_at_first = 0

    def _write(self):
        while not self._is_over.is_set():
            _, reply = self._messages.start_turn(1, "and more")
            self._messages.save_progress(reply.id, "answer", "")
            self.turns += 1
            self._has_written.set()

    def goes_on(self):
        """Let a step of the copy wait until something was written beside it."""
        self.seen += 1
        if self.seen == 1:
            self.turns_at_first = self.turns
        self._has_written.clear()
        return self.seen > 10 or self._has_written.wait(10)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()


def test_row_31_backup_while_others_write_is_one_moment(filled, messages, small_steps):
    with Writing(messages) as writing:
        made = make_backup(filled, DAILY, NOW, writing.goes_on)
    assert writing.turns > writing.turns_at_first + 8, "the writer had to wait"
    turns, rest = divmod(count_of(made.path) - 200, 2)
    assert rest == 0, "a question without its reply"
    assert turns <= writing.turns_at_first + 1, "the copy began again"
    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.6, 0.99])
def test_backup_that_is_not_wanted_any_more_leaves_nothing(filled, folder, share, small_steps):
    asked = itertools.count()
    make_backup(filled, DAILY, NOW, lambda: next(asked) >= 0).path.unlink()
    answers = iter([True] * int(next(asked) * share))
    with pytest.raises(BackupStoppedError):
        make_backup(filled, DAILY, NOW, lambda: next(answers, False))
    assert list(folder.iterdir()) == []


def test_row_31_damaged_database_gives_no_backup(filled, folder, db):
    db.close()
    damage(filled)
    with pytest.raises(DatabaseDamagedError) as caught:
        make_backup(filled, DAILY, NOW)
    assert caught.value.fields["path"] == str(filled)
    assert list(folder.iterdir()) == []


def test_row_31_full_disk_leaves_no_half_file_and_is_said(filled, folder, monkeypatch):
    usage = shutil.disk_usage(filled.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    with pytest.raises(BackupDiskFullError, match="no room for a backup"):
        make_backup(filled, DAILY, NOW)
    assert list(folder.iterdir()) == []


def test_row_31_disk_that_fills_up_on_the_way_leaves_no_half_file(filled, folder, monkeypatch):
    real = sqlite3.connect

    class Full(sqlite3.Connection):
        def execute(self, sql, *parameters):
            if sql == "PRAGMA synchronous = off":
                super().execute("PRAGMA max_page_count = 20")
            return super().execute(sql, *parameters)

    def connect(path, **options):
        if str(path).endswith(".part"):
            options["factory"] = Full
        return real(path, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(BackupDiskFullError):
        make_backup(filled, DAILY, NOW)
    assert list(folder.iterdir()) == []


def test_copy_to_another_place_touches_neither_folder_nor_rights(filled, tmp_path):
    tmp_path.chmod(0o755)
    make_copy(filled, tmp_path / "copy.db")
    assert count_of(tmp_path / "copy.db") == 200
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_backup_of_nothing_is_refused(db_path):
    with pytest.raises(StorageError, match="no such file"):
        make_backup(db_path, DAILY, NOW)


def test_list_is_sorted_by_time_and_knows_foreign_files(filled, folder):
    old = make_backup(filled, DAILY, NOW - timedelta(days=3))
    new = make_backup(filled, MANUAL, NOW)
    foreign = folder / "my copy.sqlite3"
    impossible = folder / "chats-2026-13-45-101530Z-daily.sqlite3"
    for path in (foreign, impossible):
        shutil.copy(new.path, path)
        os.utime(path, (0, 0))
    found = list_backups(folder)
    assert found[:2] == [new, old]
    assert {(backup.path, backup.kind) for backup in found[2:]} == {
        (foreign, UNKNOWN),
        (impossible, UNKNOWN),
    }


def test_folder_that_is_not_there_has_no_backups(folder):
    assert list_backups(folder) == []


def test_content_is_counted_without_the_trash(filled, chats, db):
    gone = chats.create_chat("Gone")
    trash(db, gone.id, NOW)
    assert read_content(make_backup(filled, DAILY, NOW).path) == BackupContent(1, gone.id, 200)


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\x00" + bytes(3000)])
def test_content_of_what_cannot_be_read_is_none(tmp_path, data):
    path = tmp_path / "chats.sqlite3"
    path.write_bytes(data)
    assert read_content(path) is None


def test_thinning_out_deletes_old_ones_and_leftovers(filled, folder):
    made = [make_backup(filled, DAILY, NOW - timedelta(hours=hours)) for hours in (0, 100, 101)]
    left, young = folder / "chats.sqlite3.123.part", folder / "chats.sqlite3.124.part"
    left.touch()
    young.touch()
    os.utime(left, (0, 0))
    assert set(thin_out(folder, NOW)) == {made[2].path, left}
    assert {path.name for path in folder.iterdir()} == {
        made[0].path.name,
        made[1].path.name,
        young.name,
    }


def test_backups_that_may_hold_a_text_are_named(filled, folder):
    before = make_backup(filled, DAILY, NOW - timedelta(days=2))
    after = make_backup(filled, DAILY, NOW)
    unknown = folder / "copy.sqlite3"
    touched = backup_path(folder, DAILY, NOW - timedelta(days=9))
    for path in (unknown, touched):
        shutil.copy(before.path, path)
    for path in (before.path, unknown):
        os.utime(path, (0, 0))
    found = backups_holding(folder, NOW)
    assert set(found) == {after.path, unknown, touched}


def test_row_19_lost_log_is_noticed_by_the_last_backup(filled, db, messages):
    make_backup(filled, DAILY, NOW - timedelta(days=1))
    db.close()
    shutil.copy(filled, filled.with_name("only.db"))
    with closing(sqlite3.connect(filled)) as other:
        other.execute("INSERT INTO message (chat_id, sender, content) VALUES (1, 'user', 'x')")
        other.commit()
    last = make_backup(filled, DAILY, NOW)
    assert newest_ahead(filled) is None
    filled.with_name("only.db").replace(filled)
    assert newest_ahead(filled) == last


def test_row_19_what_was_set_aside_says_nothing_about_the_database(filled, folder):
    last = make_backup(filled, DAILY, NOW)
    for kind in (REPLACED, DAMAGED):
        with closing(sqlite3.connect(make_backup(filled, kind, NOW).path)) as ahead:
            ahead.execute("INSERT INTO chat (title) VALUES ('x')")
            ahead.commit()
    assert newest_ahead(filled) is None
    last.path.write_bytes(b"broken")
    assert newest_ahead(filled) is None


def test_row_19_damaged_database_is_compared_with_nothing(tmp_path):
    (tmp_path / "chats.sqlite3").write_bytes(b"broken")
    assert newest_ahead(tmp_path / "chats.sqlite3") is None


def test_row_29_directory_that_takes_no_copy_is_named_as_what_it_is(filled, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BackupTargetError, match=f"No copy .* to {tmp_path / 'file'}"):
        make_copy(filled, tmp_path / "file" / "copy.db")
