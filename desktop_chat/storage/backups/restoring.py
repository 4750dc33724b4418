"""A backup takes the place of the database, which is set aside and not lost.

It is decided in one moment: as soon as a verified copy lies beside the database under the name
`restore_path`, the next start puts it in its place, however often it is killed on the way.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop_chat.domain.backup import DAMAGED, REPLACED
from desktop_chat.domain.errors import DatabaseTooNewError, StorageError
from desktop_chat.paths import backups_dir, make_private_dir
from desktop_chat.storage.atomic_file import sync_dir
from desktop_chat.storage.backups.copies import list_backups, read_content
from desktop_chat.storage.failures import from_sqlite_error, os_errors_at
from desktop_chat.storage.sqlite.backup import write_copy
from desktop_chat.storage.sqlite.backup_names import backup_path
from desktop_chat.storage.sqlite.opening import check_file, move_log, set_log_aside
from desktop_chat.storage.sqlite.read_only import read_only_uri

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SEQUENCES = ("chat", "message")
# The chat with the number 0 is the one that is not stored yet.
_CARRY = """
INSERT INTO draft (chat_id, text, updated_at) SELECT ?1, ?2, ?3
WHERE ?1 = 0 OR EXISTS (SELECT 1 FROM chat WHERE id = ?1)
ON CONFLICT (chat_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
WHERE excluded.updated_at > draft.updated_at
"""


_CARRY_EDIT = """
INSERT INTO edit (message_id, updated_at, text) SELECT ?1, ?2, ?3
WHERE EXISTS (SELECT 1 FROM message WHERE id = ?1)
ON CONFLICT (message_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
WHERE excluded.updated_at > edit.updated_at
"""
_CARRIED = (
    ("SELECT chat_id, text, updated_at FROM draft", _CARRY),
    ("SELECT message_id, updated_at, text FROM edit", _CARRY_EDIT),
)


def restore_path(database: Path) -> Path:
    """Return the name of the copy that waits to take the place of `database`."""
    return database.with_name(f"{database.name}.restore")


def restore(backup: Path, database: Path) -> Path | None:
    """Put a backup in the place of `database`, which nobody has open.

    Returns:
        Where the old file is now; None if there was none.

    Raises:
        DatabaseDamagedError: The backup is damaged; nothing was changed.
        DatabaseTooNewError: A newer version of the program made it; nothing was changed.
        StorageError: It cannot be read or copied; nothing was changed.
    """
    prepare_restore(backup, database)
    return finish_restore(database)


def prepare_restore(
    backup: Path, database: Path, goes_on: Callable[[], bool] = lambda: True
) -> None:
    """Decide that a backup takes the place of `database` at the next start.

    The database may be in use. Nothing was changed if this raises; see `restore`, and
    `write_copy` for `goes_on`.
    """
    fresh = database.with_name(f".{database.name}.restoring")
    try:
        with os_errors_at(backup):
            check_file(backup)
            with closing(sqlite3.connect(read_only_uri(backup), uri=True)) as source:
                write_copy(source, fresh, goes_on)
            _continue_ids(fresh, database)
            fresh.replace(restore_path(database))
            sync_dir(database.parent)
    except sqlite3.Error as error:
        raise from_sqlite_error(error, backup) from error
    finally:
        fresh.unlink(missing_ok=True)


def finish_restore(database: Path) -> Path | None:
    """Put the copy that waits beside `database` in its place; without one, do nothing.

    To be called before the database is opened, by whoever holds the data directory's lock.

    Returns:
        Where the old file is now; None if nothing was done or there was none.
    """
    waiting = restore_path(database)
    with os_errors_at(database):
        if not waiting.exists():
            return None
        # The time of the decision: a second try finds the same name.
        decided_ns = waiting.stat().st_mtime_ns
        _carry_drafts(database, waiting)
        os.utime(waiting, ns=(decided_ns, decided_ns))
        moment = datetime.fromtimestamp(decided_ns / 1e9, UTC)
        aside = set_aside(database, moment)
        waiting.replace(database)
        sync_dir(database.parent)
        return aside


def set_aside(database: Path, moment: datetime) -> Path | None:
    """Move a database that nobody has open among the backups, with what its log still holds.

    Returns:
        Where it is now; None if there was none, perhaps with a log that stayed behind.
    """
    if not database.exists():
        set_log_aside(database, moment)
        return None
    folder = backups_dir(database.parent)
    make_private_dir(folder)
    kind = REPLACED if _fold_log(database) else DAMAGED
    target = backup_path(folder, kind, moment)
    # The log first: one that stayed behind would be played into the file that comes.
    move_log(database, target)
    database.rename(target)
    sync_dir(folder)
    sync_dir(database.parent)
    return target


def _fold_log(database: Path) -> bool:
    """Bring everything into the one file; False if it is not sound."""
    try:
        with suppress(DatabaseTooNewError):  # sound all the same
            check_file(database)
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (finding,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            # Fails while somebody reads; the empty log is moved then.
            with suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA journal_mode = delete")
            return bool(finding == "ok")
    except (sqlite3.Error, StorageError):
        return False


def _carry_drafts(database: Path, waiting: Path) -> None:
    """Take along what the user typed and did not send: it is on screen until the very end.

    Of two drafts of a chat the newer one stays; one whose chat is not in the copy is set aside
    with the database.
    """
    if not database.exists():
        return
    # An older copy has no drafts, a damaged database may show none.
    with suppress(sqlite3.Error), closing(sqlite3.connect(waiting, isolation_level=None)) as copy:
        # First of all: it ends what a killed attempt began.
        copy.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(read_only_uri(database), uri=True)) as old:
            for select, carry in _CARRIED:
                copy.executemany(carry, old.execute(select).fetchall())
        copy.execute("COMMIT")


def _continue_ids(fresh: Path, database: Path) -> None:
    """Have new rows take ids that no row ever had, as far as files tell.

    Otherwise the database would look, compared with later backups, as if it had lost something.
    """
    known = [backup.path for backup in list_backups(backups_dir(database.parent))]
    contents = [content for path in (*known, database) if (content := read_content(path))]
    if not contents:
        return
    last = (max(c.last_chat_id for c in contents), max(c.last_message_id for c in contents))
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for table, value in zip(_SEQUENCES, last, strict=True):
            found = connection.execute(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (value, table)
            )
            if found.rowcount == 0:
                connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, value))
        connection.execute("COMMIT")
