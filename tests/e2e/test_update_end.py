"""The program is told to end while it brings an old database up to date."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from contextlib import closing

import pytest

from desktop_chat.storage.migrations import STEPS
from tests.e2e.app_process import NO_SERVER, Program, environment, run, wait_until
from tests.storage.crashes.recording import CHATS, recorded

MANY = 40_000


@pytest.fixture
def old(data_dir):
    """A database of the first form whose update takes a while."""
    data_dir.mkdir(mode=0o700)
    path = data_dir / "chats.sqlite3"
    shutil.copy(recorded(1), path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        rows = ((f"Größe und Maß {number}",) for number in range(MANY))
        connection.executemany("INSERT INTO chat (title) VALUES (?)", rows)
        connection.execute("COMMIT")
    return path


@pytest.mark.parametrize("times", [1, 2])
def test_row_8_signals_during_an_update_leave_one_form_or_the_next(old, times):
    env = environment(NO_SERVER)
    backups = old.parent / "backups"
    with Program(env=env) as window:
        wait_until(lambda: list(backups.glob("*-before-v*.sqlite3")), "the update begins")
        for _ in range(times):
            window.send(signal.SIGTERM)
        assert window.wait() in (0, -signal.SIGTERM)
        assert window.complaints == ""
    with closing(sqlite3.connect(old)) as connection:
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        assert form in range(1, len(STEPS) + 1)
        assert connection.execute("SELECT count(*) FROM chat").fetchone() == (MANY + len(CHATS),)
    # The next start does the rest.
    assert run("ask", "Are you there?", env=env).returncode == 1
    done = run("check", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
