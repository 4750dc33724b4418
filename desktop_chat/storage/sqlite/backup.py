"""Copies of the database that are whole and verified."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.paths import make_private_dir
from desktop_chat.storage.atomic_file import sync_dir
from desktop_chat.storage.failures import from_os_error, from_sqlite_error


def back_up(source: sqlite3.Connection, target: Path) -> None:
    """Write a verified copy of `source` to `target`, whole or not at all.

    Raises:
        DatabaseDamagedError: The copy did not pass the check; it is removed.
        StorageError: The copy could not be written.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        make_private_dir(target.parent)
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            _verify(copy, target)
        _sync(partial)
        partial.replace(target)
        sync_dir(target.parent)
    except sqlite3.Error as error:
        raise from_sqlite_error(error, target) from error
    except OSError as error:
        raise from_os_error(error, target) from error
    finally:
        partial.unlink(missing_ok=True)


def _verify(copy: sqlite3.Connection, target: Path) -> None:
    # The copy of a database in WAL mode is in that mode too, and would leave files beside it.
    copy.execute("PRAGMA journal_mode = delete")
    (finding,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if finding != "ok":
        raise DatabaseDamagedError(path=str(target), detail=str(finding))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
