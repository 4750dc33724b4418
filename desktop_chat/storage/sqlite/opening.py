"""What happens before a database is used: it is made, checked, copied and migrated."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat.domain.backup import BEFORE_UPDATE, DAMAGED
from desktop_chat.domain.errors import DatabaseDamagedError, DatabaseTooNewError, StorageError
from desktop_chat.paths import backups_dir, make_private_dir
from desktop_chat.storage.atomic_file import sync_dir
from desktop_chat.storage.failures import from_sqlite_error
from desktop_chat.storage.migrations import STEPS, apply_steps
from desktop_chat.storage.sqlite.backup import back_up
from desktop_chat.storage.sqlite.backup_names import backup_path
from desktop_chat.storage.sqlite.read_only import read_only_uri
from desktop_chat.storage.times import utc_now

if TYPE_CHECKING:
    from datetime import datetime

APPLICATION_ID = 0x44434854  # "DCHT"
_LOGS = ("-wal", "-journal")


def make_database(path: Path) -> None:
    """Make an empty database at `path` if nothing is there.

    It appears there complete: a process killed on the way leaves no file of zero bytes, which
    would look like a database that lost everything.
    """
    if path.exists():
        return
    set_log_aside(path, utc_now())
    import tempfile  # needed once in the life of a database

    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    os.close(descriptor)
    fresh = Path(name)
    try:
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            apply_steps(connection)
        with fresh.open("rb+") as file:
            os.fsync(file.fileno())
        _give_name(fresh, path)
        sync_dir(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def set_log_aside(path: Path, moment: datetime) -> None:
    """Move the log of a database that is gone among the backups.

    SQLite would play it into whatever comes in the place of that database.
    """
    if any(path.with_name(f"{path.name}{end}").exists() for end in _LOGS):
        folder = backups_dir(path.parent)
        make_private_dir(folder)
        move_log(path, backup_path(folder, DAMAGED, moment))


def move_log(path: Path, target: Path) -> None:
    """Move the log of a database that nobody has open to the name that belongs to `target`."""
    for end in _LOGS:
        with suppress(FileNotFoundError):
            os.replace(f"{path}{end}", f"{target}{end}")  # noqa: PTH105 no paths yet
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


def check_file(path: Path) -> int:
    """Return the version of the database at `path`, which is not changed by a byte.

    Raises:
        DatabaseDamagedError: It is empty, torn off, or no database of ours.
        DatabaseTooNewError: A newer version of the program wrote it.
        StorageError: There is no such file, or it cannot be read.
    """
    _check_size(path)
    try:
        with closing(sqlite3.connect(read_only_uri(path), uri=True)) as connection:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname != "SQLITE_NOTADB":
            raise from_sqlite_error(error, path) from error
        detail = "the file is no database"
        raise DatabaseDamagedError(path=str(path), detail=detail) from error
    _check_numbers(path, application_id, version)
    return int(version)


def migrate_file(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Bring an older database up to date, after a verified copy into `backups/`."""
    if version >= len(STEPS):
        return
    kind = f"{BEFORE_UPDATE}{len(STEPS)}"
    back_up(connection, backup_path(backups_dir(path.parent), kind, utc_now()))
    apply_steps(connection)


def _check_size(path: Path) -> None:
    # Asked of the system, not of the file: to open and close that beside SQLite would, on POSIX,
    # take away every lock that this process holds on it. Another program then takes itself for
    # the last reader and deletes the log that we go on writing into.
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise StorageError(path=str(path), detail="there is no such file") from None
    if size == 0:
        raise DatabaseDamagedError(path=str(path), detail="the file is empty")


def _check_numbers(path: Path, application_id: int, version: int) -> None:
    if application_id != APPLICATION_ID:
        detail = "the file belongs to another program"
        raise DatabaseDamagedError(path=str(path), detail=detail)
    if version > len(STEPS):
        raise DatabaseTooNewError(path=str(path), version=version)


def _give_name(fresh: Path, path: Path) -> None:
    """Rename without replacing what another process put there meanwhile."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    except OSError:
        # Not every file system has links; the data directory's lock keeps others away.
        if not path.exists():
            fresh.rename(path)
