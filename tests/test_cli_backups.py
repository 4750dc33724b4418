"""`desktop-chat backup` and `desktop-chat check`, beside a window and without one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from tests.e2e.app_process import NO_SERVER, environment, run


@pytest.fixture
def env():
    return environment(NO_SERVER)


@pytest.fixture
def path(data_dir):
    path = data_dir / "chats.sqlite3"
    with open_database(path) as db:
        chat = ChatRepository(db).create_chat("Kept")
        for number in range(300):
            MessageRepository(db).create_message(chat.id, "user", f"{number} " * 300)
    return path


def refused(done):
    assert (done.returncode, done.stdout.count("\n")) in ((1, 0), (1, 1))
    assert done.stderr.startswith("desktop-chat: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def titles(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT title FROM chat").fetchall()


def test_backup_is_made_among_the_backups_and_its_path_printed(path, env):
    done = run("backup", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    (made,) = (path.parent / "backups").iterdir()
    assert done.stdout == f"{made}\n"
    assert made.name.endswith("Z-manual.sqlite3")
    assert titles(made) == [("Kept",)]


def test_backup_goes_where_it_is_told(path, env, tmp_path):
    assert run("backup", str(tmp_path / "mine.db"), env=env).returncode == 0
    done = run("backup", str(tmp_path), env=env)
    assert titles(tmp_path / "mine.db") == titles(done.stdout.strip()) == [("Kept",)]
    assert not (path.parent / "backups").exists()


def test_backup_replaces_nothing_and_makes_no_folders(path, env, tmp_path):
    (tmp_path / "mine.db").write_text("precious")
    done = run("backup", str(tmp_path / "mine.db"), env=env)
    assert "a file of this name is there already" in refused(done)
    assert (tmp_path / "mine.db").read_text() == "precious"
    done = run("backup", str(tmp_path / "no" / "mine.db"), env=env)
    assert "there is no such folder" in refused(done)


def test_backup_and_check_work_while_somebody_writes(path, env):
    with open_database(path) as db:
        ChatRepository(db).create_chat("still in the log")
        done = run("backup", env=env)
        assert titles(done.stdout.strip()) == [("Kept",), ("still in the log",)]
        assert run("check", env=env).stdout == "The database is sound: 2 chats, 300 messages.\n"


@pytest.mark.parametrize("command", ["backup", "check"])
def test_without_chats_it_is_said_and_nothing_is_made(data_dir, env, command):
    assert "there is no such file" in refused(run(command, env=env))
    assert not data_dir.exists()


def test_sound_database_is_told_in_numbers(path, env):
    done = run("check", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "The database is sound: 1 chat, 300 messages.\n"


def test_damage_is_named_and_the_status_says_so(path, env):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = 1")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'message_of_parent'")
    done = run("check", env=env)
    assert done.returncode == 1
    assert done.stdout
    assert "are damaged" in done.stderr
    assert "left as it is" not in done.stdout
    before = path.read_bytes()
    assert "are damaged" in refused(run("backup", env=env))
    assert path.read_bytes() == before
    assert list((path.parent / "backups").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no database"])
def test_file_that_is_no_database_fails_in_one_line(path, env, content):
    path.write_bytes(content)
    for command in ("backup", "check"):
        assert "are damaged" in refused(run(command, env=env))
    assert path.read_bytes() == content


def test_row_15_half_a_database_fails_in_one_line_that_says_what_to_do(path, env):
    content = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(content)
    for command in ("backup", "check"):
        words = refused(run(command, env=env))
        assert "are damaged" in words
        assert "Open the window to restore a backup" in words
    assert path.read_bytes() == content
