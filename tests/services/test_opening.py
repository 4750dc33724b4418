"""What happens to the database of a data directory at the start."""

from __future__ import annotations

import shutil

import pytest

from desktop_chat.domain.backup import MANUAL
from desktop_chat.domain.errors import (
    DatabaseDamagedError,
    DatabaseMissingError,
    DatabaseReplacedError,
)
from desktop_chat.paths import backups_dir, database_path
from desktop_chat.services import clock
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.services.safekeeping.opening import open_data, save_again, want_recovery
from desktop_chat.storage.backups.copies import list_backups, make_backup
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database


@pytest.fixture
def launch(data_dir) -> Launch:
    return read_launch({"data_dir": str(data_dir)}, reads_working_directory=False)


@pytest.fixture
def path(launch):
    path = database_path(launch.data_dir)
    with open_database(path) as db:
        ChatRepository(db).create_chat("kept")
    return path


def titles(launch):
    db, _ = open_data(launch)
    with db:
        return [title for (title,) in db.sql("SELECT title FROM chat ORDER BY id")]


def test_row_17_missing_database_is_no_first_start_where_there_are_backups(launch, path):
    make_backup(path, MANUAL, clock.now())
    path.unlink()
    with pytest.raises(DatabaseMissingError, match="there are backups"):
        open_data(launch)
    assert not path.exists()


def test_row_17_first_start_makes_a_database(launch):
    assert titles(launch) == []


def test_row_17_empty_file_is_damaged_and_left_as_it_is(launch, path):
    path.write_bytes(b"")
    with pytest.raises(DatabaseDamagedError, match="empty"):
        open_data(launch)
    assert path.read_bytes() == b""


def test_wanted_recovery_is_offered_once(launch, path):
    want_recovery(path)
    with pytest.raises(DatabaseDamagedError, match="a check found damage"):
        open_data(launch)
    assert titles(launch) == ["kept"]


def take_away(path, tmp_path, how):
    if how == "deleted":
        path.unlink()
    elif how == "replaced":
        with open_database(tmp_path / "other" / "chats.sqlite3") as db:
            ChatRepository(db).create_chat("from another computer")
        shutil.copy(tmp_path / "other" / "chats.sqlite3", tmp_path / "copy")
        (tmp_path / "copy").rename(path)
    else:
        path.parent.rename(tmp_path / "moved")


@pytest.mark.parametrize("how", ["deleted", "replaced", "directory moved"])
def test_row_20_database_taken_away_is_noticed_and_saved_again(launch, path, tmp_path, how):
    db, _ = open_data(launch)
    chats = ChatRepository(db)
    chats.create_chat("written here")
    take_away(path, tmp_path, how)
    with pytest.raises(DatabaseReplacedError, match="save it again"):
        chats.create_chat("refused")
    db.go_on_without_name()
    chats.create_chat("in memory only until now")
    save_again(db)
    db.close()
    assert titles(launch) == ["kept", "written here", "in memory only until now"]
    aside = [read_titles(one.path) for one in list_backups(backups_dir(launch.data_dir))]
    assert aside == ([["from another computer"]] if how == "replaced" else [])


def read_titles(path):
    with open_database(path, read_only=True) as db:
        return [title for (title,) in db.sql("SELECT title FROM chat")]


def test_older_database_that_cannot_be_written_is_read_in_todays_form(launch, tmp_path):
    """Row 29: nothing can be brought up to date where nothing can be written."""
    import dataclasses
    import sqlite3
    from contextlib import closing

    from desktop_chat.storage.migrations import STEPS, apply_steps
    from desktop_chat.storage.sqlite.opening import APPLICATION_ID

    path = database_path(launch.data_dir)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        apply_steps(connection, STEPS[:1])
        connection.execute("INSERT INTO chat (title) VALUES ('old')")
    before = path.read_bytes()
    db, _ = open_data(dataclasses.replace(launch, is_read_only=True))
    with db:
        assert [chat.title for chat in ChatRepository(db).page()] == ["old"]
        copy = db.sql("PRAGMA database_list")[0][2]
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    from pathlib import Path

    assert not Path(copy).exists()
