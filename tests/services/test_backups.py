"""Backups as the program makes them: each day, when asked for, and back again."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from desktop_chat.domain.backup import BEFORE_IMPORT, DAILY, DAMAGED, MANUAL
from desktop_chat.domain.changes import BackupFailed, BackupMade
from desktop_chat.domain.errors import BackupDiskFullError, DatabaseDamagedError
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.safekeeping import backups as module
from desktop_chat.services.safekeeping.backups import BackupService
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.backups.restoring import restore_path
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.sqlite.backup import BackupStoppedError

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)


class Bench:
    """A service over a real database, with a clock that the test moves."""

    def __init__(self, path):
        self.path = path
        self.now = NOW
        self.told = []
        broadcast = Broadcast()
        broadcast.subscribe(BackupMade, self.on_event)
        broadcast.subscribe(BackupFailed, self.on_event)
        self.service = BackupService(path, broadcast, now=self.read_clock)

    def on_event(self, event):
        self.told.append(event)

    def read_clock(self):
        return self.now

    @property
    def kinds(self):
        return [backup.kind for backup in list_backups(self.service.folder)]


@pytest.fixture
def db(data_dir):
    with open_database(data_dir / "chats.sqlite3") as database:
        yield database


@pytest.fixture
def bench(db):
    ChatRepository(db).create_chat("Kept")
    made = Bench(db.path)
    yield made
    made.service.close()


def damage(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'chat_list'")


async def test_backup_is_made_each_day_and_told(bench):
    first = await bench.service.make_if_due()
    bench.now += timedelta(hours=23)
    assert await bench.service.make_if_due() is None
    bench.now += timedelta(hours=2)
    second = await bench.service.make_if_due()
    assert bench.told == [BackupMade(first), BackupMade(second)]
    assert bench.kinds == [DAILY, DAILY]


@pytest.mark.parametrize("kind", [MANUAL, BEFORE_IMPORT])
async def test_any_backup_of_today_will_do(bench, kind):
    await bench.service.make(kind)
    assert await bench.service.make_if_due() is None


async def test_what_was_set_aside_today_is_no_backup(bench):
    made = await bench.service.make()
    made.path.rename(made.path.with_name(made.path.name.replace(MANUAL, DAMAGED)))
    assert await bench.service.make_if_due() is not None


async def test_database_without_a_chat_is_not_copied(db):
    bench = Bench(db.path)
    assert await bench.service.make_if_due() is None
    assert not bench.service.folder.exists()
    bench.service.close()


@pytest.mark.parametrize("days", [-365, 365])
async def test_row_32_clock_that_jumps_keeps_backups_coming_and_the_old_ones(bench, days):
    for _ in range(5):
        await bench.service.make_if_due()
        bench.now += timedelta(days=1, hours=1)
    before = list_backups(bench.service.folder)
    bench.now += timedelta(days=days)
    for _ in range(3):
        assert await bench.service.make_if_due() is not None
        bench.now += timedelta(days=1, hours=1)
    assert set(before) < set(list_backups(bench.service.folder))


async def test_row_31_damaged_database_deletes_no_backup_and_is_told_once(bench, db, expected_logs):
    expected_logs.append("No backup was made: database_damaged")
    for hours in (100, 101, 102):
        make_backup(bench.path, DAILY, NOW - timedelta(hours=hours))
    db.close()
    damage(bench.path)
    for _ in range(3):
        assert await bench.service.make_if_due() is None
        bench.now += timedelta(hours=1)
    (told,) = bench.told
    assert isinstance(told.error, DatabaseDamagedError)
    assert bench.kinds == [DAILY] * 3


async def test_row_31_full_disk_is_told_in_words_and_old_backups_stay(
    bench, monkeypatch, expected_logs
):
    expected_logs.append("No backup was made: backup_disk_full")
    make_backup(bench.path, DAILY, NOW - timedelta(days=5))
    usage = shutil.disk_usage(bench.path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
    assert await bench.service.make_if_due() is None
    (told,) = bench.told
    assert str(told.error).startswith("There is no room for a backup in ")
    with pytest.raises(BackupDiskFullError):
        await bench.service.make()
    monkeypatch.undo()
    assert await bench.service.make_if_due() is not None
    assert bench.kinds == [DAILY, DAILY]


async def test_old_backups_are_dropped_after_a_new_one(bench):
    for hours in (100, 101, 102):
        make_backup(bench.path, DAILY, NOW - timedelta(hours=hours))
    await bench.service.make(DAILY)
    assert bench.kinds == [DAILY, DAILY]


async def test_list_tells_what_is_in_each(bench):
    await bench.service.make()
    (bench.service.folder / "broken.sqlite3").write_bytes(b"broken")
    listed = {one.backup.path.name: one.content for one in await bench.service.listed()}
    assert listed.pop("broken.sqlite3") is None
    (content,) = listed.values()
    assert content.chats == 1


async def test_end_of_the_program_gives_up_the_copy(bench):
    bench.service.stop()
    with pytest.raises(BackupStoppedError):
        await bench.service.make()
    assert await bench.service.make_if_due() is None
    assert list(bench.service.folder.iterdir()) == []


async def test_watch_makes_the_backup_of_the_day(bench, monkeypatch):
    monkeypatch.setattr(module, "FIRST_LOOK_AFTER_S", 0)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0)
    watching = asyncio.get_running_loop().create_task(bench.service.watch())
    async with asyncio.timeout(10):
        while not bench.told:
            await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait([watching])
    assert bench.kinds == [DAILY]


async def test_restore_is_decided_and_waits_for_the_next_start(bench, db):
    made = await bench.service.make()
    await bench.service.prepare_restore(made)
    assert restore_path(bench.path).exists()
    assert ChatRepository(db).count() == 1


async def test_what_is_missing_and_who_holds_a_text_is_asked_in_the_thread(bench):
    made = await bench.service.make()
    assert await bench.service.newest_ahead() is None
    assert await bench.service.holding(NOW) == [made.path]
