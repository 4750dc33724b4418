"""Copies of the database that are whole and verified."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import (
    BackupDiskFullError,
    BackupTargetError,
    DatabaseDamagedError,
    DataDirectoryUnusableError,
    DiskFullError,
)
from desktop_chat.paths import make_private_dir
from desktop_chat.storage.atomic_file import sync_dir
from desktop_chat.storage.failures import from_os_error, from_sqlite_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# 8 MB: a few milliseconds, after which whoever wants the program to end is heard.
_PAGES_AT_ONCE = 2048
_OPERATIONS_AT_ONCE = 200_000


class BackupStoppedError(Exception):
    """A copy was not wanted any more; nothing is left of it."""


def _always() -> bool:
    return True


def back_up(
    source: sqlite3.Connection, target: Path, goes_on: Callable[[], bool] = _always
) -> None:
    """Write a verified copy of `source` into a private directory, whole or not at all.

    See `write_copy`.
    """
    try:
        make_private_dir(target.parent)
    except OSError as error:
        raise _worded(from_os_error(error, target), target) from error
    write_copy(source, target, goes_on)


def write_copy(
    source: sqlite3.Connection, target: Path, goes_on: Callable[[], bool] = _always
) -> None:
    """Write a verified copy of `source` to `target`, whole or not at all.

    It is the state of one moment, whatever others write meanwhile, and they need not wait.

    Args:
        source: Reads the database; in no transaction.
        target: A file in a directory that exists.
        goes_on: Asked every few milliseconds whether the copy is still wanted.

    Raises:
        BackupStoppedError: It was not.
        DatabaseDamagedError: The copy did not pass the check, so what was copied does not either.
        BackupDiskFullError: There is no room for it.
        BackupTargetError: The directory cannot be written to.
        StorageError: The copy could not be written.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        _check_room(source, target.parent)
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(partial, isolation_level=None)) as copy:
            copy_pages(source, copy, goes_on)
            _verify(source, copy, goes_on)
        _sync(partial)
        partial.replace(target)
        sync_dir(target.parent)
    except DiskFullError as error:
        raise BackupDiskFullError(path=str(target.parent)) from error
    except sqlite3.Error as error:
        raise _worded(from_sqlite_error(error, target), target) from error
    except OSError as error:
        raise _worded(from_os_error(error, target), target) from error
    finally:
        with suppress(OSError):  # nor can what is not there be deleted
            partial.unlink(missing_ok=True)


def _check_room(source: sqlite3.Connection, folder: Path) -> None:
    (pages,) = source.execute("PRAGMA page_count").fetchone()
    (page_size,) = source.execute("PRAGMA page_size").fetchone()
    if shutil.disk_usage(folder).free < pages * page_size:
        raise BackupDiskFullError(path=str(folder))


def _worded(error: Exception, target: Path) -> Exception:
    if isinstance(error, DiskFullError):
        return BackupDiskFullError(path=str(target.parent))
    if isinstance(error, DataDirectoryUnusableError):
        # It is not the directory of the program that is of no use, but the one for the copy.
        return BackupTargetError(path=str(target.parent), detail=error.fields["detail"])
    return error


def copy_pages(
    source: sqlite3.Connection, copy: sqlite3.Connection, goes_on: Callable[[], bool] = _always
) -> None:
    """Copy all pages in steps; the copy is neither synced nor checked, nor safe from a crash.

    Raises:
        BackupStoppedError: `goes_on` said no between two steps.
    """
    # Nobody sees this file before it is complete and synced, so it needs no journal of its own.
    copy.execute("PRAGMA journal_mode = off")
    copy.execute("PRAGMA synchronous = off")

    def note(_status: int, _remaining: int, _total: int) -> None:
        if not goes_on():
            raise BackupStoppedError

    with _snapshot(source):
        source.backup(copy, pages=_PAGES_AT_ONCE, progress=note)


@contextmanager
def _snapshot(source: sqlite3.Connection) -> Iterator[None]:
    # Without it a write by another connection would make the copy begin again.
    is_ours = not source.in_transaction
    if is_ours:
        source.execute("BEGIN")
        # Only a read begins it.
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    try:
        yield
    finally:
        if is_ours:
            source.rollback()


def _verify(
    source: sqlite3.Connection, copy: sqlite3.Connection, goes_on: Callable[[], bool]
) -> None:
    # The copy of a database in WAL mode is in that mode too, and would leave files beside it.
    copy.execute("PRAGMA journal_mode = delete")
    copy.set_progress_handler(lambda: not goes_on(), _OPERATIONS_AT_ONCE)
    try:
        (finding,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname == "SQLITE_INTERRUPT":
            raise BackupStoppedError from None
        raise
    if finding != "ok":
        path = next((row[2] for row in source.execute("PRAGMA database_list")), "")
        raise DatabaseDamagedError(path=str(path), detail=" ".join(str(finding).split()))


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
