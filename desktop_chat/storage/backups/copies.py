"""The copies in `backups/`: made, listed, thinned out."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop_chat.domain.backup import DAMAGED, REPLACED, UNKNOWN, Backup, BackupContent
from desktop_chat.paths import backups_dir
from desktop_chat.storage.backups.rotation import outdated
from desktop_chat.storage.failures import from_sqlite_error, os_errors_at
from desktop_chat.storage.sqlite.backup import back_up, write_copy
from desktop_chat.storage.sqlite.backup_names import SUFFIX, backup_path, read_name
from desktop_chat.storage.sqlite.opening import check_file
from desktop_chat.storage.sqlite.read_only import read_only_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LEFT_OVER_AFTER_S = 3600
_WAIT_S = 5.0
_LAST_ID = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?"


def make_backup(
    database: Path, kind: str, moment: datetime, goes_on: Callable[[], bool] = lambda: True
) -> Backup:
    """Copy `database` into `backups/`, verified; it may be in use.

    Raises:
        BackupStoppedError: `goes_on` said no.
        DatabaseDamagedError: The database is damaged; there is no copy of it.
        StorageError: The copy could not be written; nothing is left of it.
    """
    target = backup_path(backups_dir(database.parent), kind, moment)
    with _reading(database) as source:
        back_up(source, target, goes_on)
    return read_name(target)


def make_copy(database: Path, target: Path) -> None:
    """Copy `database` to any place, verified; see `make_backup`."""
    with _reading(database) as source:
        write_copy(source, target)


def list_backups(folder: Path) -> list[Backup]:
    """Return what is in the folder of the backups, the newest first."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        # Another process may delete one meanwhile.
        with suppress(OSError):
            if path.is_file():
                found.append(read_name(path))
    # Those of one second are numbered, from the second one on.
    found.sort(key=lambda one: (one.made_at, len(one.path.name), one.path.name), reverse=True)
    return found


def read_content(path: Path) -> BackupContent | None:
    """Return what is in a backup, or in the database itself; None if it cannot be read."""
    try:
        with closing(sqlite3.connect(read_only_uri(path), uri=True, timeout=0.2)) as connection:
            (chats,) = connection.execute(
                "SELECT count(*) FROM chat WHERE deleted_at IS NULL"
            ).fetchone()
            (chat_id,) = connection.execute(_LAST_ID, ("chat",)).fetchone()
            (message_id,) = connection.execute(_LAST_ID, ("message",)).fetchone()
            return BackupContent(int(chats), int(chat_id), int(message_id))
    except (sqlite3.Error, ValueError):
        return None


def thin_out(folder: Path, now: datetime) -> list[Path]:
    """Delete the backups that newer ones stand for, and what killed copies left behind.

    Call it after a backup was made and verified: while the database is damaged, none is, and
    every older one may be the last good one.

    Returns:
        What was deleted.
    """
    gone = [backup.path for backup in outdated(list_backups(folder), now)]
    gone += [path for path in folder.glob(f"*{SUFFIX}.*.part") if _is_left_over(path)]
    with os_errors_at(folder):
        for path in gone:
            path.unlink(missing_ok=True)
    return gone


def backups_holding(folder: Path, since: datetime) -> list[Path]:
    """Return the files that may hold a text written at `since` or later, the newest first.

    Those whose time is not known are among them, and those that clocks disagree about.
    """
    return [
        backup.path
        for backup in list_backups(folder)
        if backup.kind == UNKNOWN
        or backup.made_at >= since.replace(microsecond=0)
        or _changed_at(backup.path) >= since
    ]


def newest_ahead(database: Path) -> Backup | None:
    """Return the newest backup that holds something the database never saw.

    There is one when the database's log was deleted, or an older file was copied in its place.
    """
    present = read_content(database)
    if present is None:
        return None
    for backup in list_backups(backups_dir(database.parent)):
        if backup.kind not in (DAMAGED, REPLACED):
            content = read_content(backup.path)
            if content is not None:
                return backup if content.is_ahead_of(present) else None
    return None


@contextmanager
def _reading(database: Path) -> Iterator[sqlite3.Connection]:
    check_file(database)
    try:
        with closing(
            sqlite3.connect(
                read_only_uri(database), uri=True, timeout=_WAIT_S, isolation_level=None
            )
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        raise from_sqlite_error(error, database) from error


def _is_left_over(path: Path) -> bool:
    # A younger one may be growing under another process's hands.
    try:
        return abs(time.time() - path.stat().st_mtime) > _LEFT_OVER_AFTER_S
    except OSError:
        return False


def _changed_at(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return datetime.max.replace(tzinfo=UTC)
