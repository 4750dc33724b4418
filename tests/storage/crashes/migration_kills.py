"""Kills a process at every statement of the update of a database, and looks at what is left.

Run as `python -m tests.storage.crashes.migration_kills OLD FOLDER`; prints how many were killed.
It forks, so that each life is a real process and still takes a few milliseconds.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from desktop_chat.storage.database import open_database
from desktop_chat.storage.migrations import STEPS, apply_steps
from desktop_chat.storage.sqlite.opening import APPLICATION_ID, check_file, migrate_file
from tests.storage.crashes.contents import (
    Columns,
    all_columns,
    check_index_is_complete,
    check_sound,
    content_of,
    schema_of,
)


class Mortal(sqlite3.Connection):
    """Kills its process instead of executing the statement after the next `left`."""

    left = 0

    def execute(self, *arguments):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return super().execute(*arguments)


def live(path: Path, statements: int) -> bool:
    """Update the database in a process that dies after so many statements; True if it lived."""
    child = os.fork()
    if child == 0:
        try:
            connection = sqlite3.connect(path, isolation_level=None, factory=Mortal)
            connection.left = -1
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute("PRAGMA synchronous = full")
            version = check_file(path)
            connection.left = statements
            migrate_file(path, connection, version)
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


def schemas() -> list[list[tuple]]:
    """The schema of each form, as a fresh database has it."""
    found = []
    for form in range(1, len(STEPS) + 1):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            apply_steps(connection, STEPS[:form])
            found.append(schema_of(connection))
    return found


def look(path: Path, columns: Columns, content: str, known: list[list[tuple]]) -> int:
    """Check what a killed process left; return which form it has."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (form,) = connection.execute("PRAGMA user_version").fetchone()
        assert schema_of(connection) == known[form - 1], f"not the schema of form {form}"
        assert content_of(connection, columns) == content
        check_sound(connection)
    for backup in path.parent.joinpath("backups").glob("*.sqlite3"):
        with closing(sqlite3.connect(backup)) as connection:
            assert content_of(connection, columns) == content
    return int(form)


def main(old: Path, folder: Path) -> None:
    path = folder / "chats.sqlite3"
    known = schemas()
    with closing(sqlite3.connect(old)) as connection:
        columns = all_columns(connection)
        del columns["migration"]
        content = content_of(connection, columns)
    forms, statements, has_lived = [], 0, False
    while not has_lived:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        shutil.copy(old, path)
        has_lived = live(path, statements)
        forms.append(look(path, columns, content, known))
        # The next start brings it to its end.
        open_database(path).close()
        assert look(path, columns, content, known) == len(STEPS)
        statements += 1
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        check_index_is_complete(connection)
    assert forms == sorted(forms), "a later death left an older form"
    print(len(forms) - 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
