"""Ways back from a database that cannot be opened; none of them deletes anything."""

from __future__ import annotations

import pytest

from desktop_chat.domain.backup import DAMAGED, MANUAL
from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.paths import backups_dir, database_path
from desktop_chat.services import clock
from desktop_chat.services.launch import read_launch
from desktop_chat.services.safekeeping.opening import open_data
from desktop_chat.services.safekeeping.recovery import Recovery
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository

pytestmark = pytest.mark.anyio

BAD = b"\x5a" * 100


@pytest.fixture
def launch(data_dir):
    return read_launch({"data_dir": str(data_dir)}, reads_working_directory=False)


@pytest.fixture
def path(launch):
    """A database with a backup that lacks its last chat; its header is overwritten since."""
    path = database_path(launch.data_dir)
    with open_database(path) as db:
        chats = ChatRepository(db)
        chats.create_chat("old")
        make_backup(path, MANUAL, clock.now())
        MessageRepository(db).create_message(chats.create_chat("new").id, "user", "hello")
    path.write_bytes(BAD + path.read_bytes()[100:])
    return path


@pytest.fixture
def recovery(launch, path):
    recovery = Recovery(launch.data_dir)
    yield recovery
    recovery.close()


def titles(launch):
    db, _ = open_data(launch)
    with db:
        return [title for (title,) in db.sql("SELECT title FROM chat ORDER BY id")]


def bad_file_is_kept(launch):
    (aside,) = [b for b in list_backups(backups_dir(launch.data_dir)) if b.kind == DAMAGED]
    return aside.path.read_bytes().startswith(BAD)


async def test_row_14_backup_is_restored_and_the_bad_file_set_aside(launch, recovery):
    (listed,) = await recovery.backups()
    await recovery.restore(listed.backup)
    assert titles(launch) == ["old"]
    assert bad_file_is_kept(launch)


async def test_row_15_what_can_be_read_is_counted_and_used_only_if_wanted(launch, path, recovery):
    told = []
    found = await recovery.salvage(lambda done, total: told.append((done, total)), "Recovered")
    assert (found.chats, found.messages) == (2, 1)
    assert path.read_bytes().startswith(BAD)
    with pytest.raises(DatabaseDamagedError):
        open_data(launch)
    await recovery.keep_salvaged()
    assert titles(launch) == ["old", "new"]
    assert bad_file_is_kept(launch)


async def test_row_14_start_without_chats_keeps_the_bad_file(launch, recovery):
    await recovery.start_empty()
    assert titles(launch) == []
    assert bad_file_is_kept(launch)


async def test_what_was_read_and_not_wanted_leaves_nothing(launch, path, recovery):
    await recovery.salvage(lambda _done, _total: None, "Recovered")
    recovery.close()
    assert sorted(one.name for one in path.parent.iterdir()) == ["backups", path.name]


async def test_reading_can_be_given_up(launch, recovery):
    def stop(_done, _total):
        recovery.stop()

    assert await recovery.salvage(stop, "Recovered") is None
