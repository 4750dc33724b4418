"""The way from a damaged file to a sound one."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.storage.atomic_file import sync_dir
from desktop_chat.storage.failures import from_sqlite_error, os_errors_at
from desktop_chat.storage.salvage.pages import Pages, log_path
from desktop_chat.storage.salvage.reading import TableReader, read_pairs
from desktop_chat.storage.salvage.rebuilding import Rebuilding
from desktop_chat.storage.salvage.rows import recognise
from desktop_chat.storage.sqlite.opening import make_database
from desktop_chat.storage.sqlite.read_only import read_only_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop_chat.storage.salvage.rows import Row

    # How far it is: so many of so many.
    Note = Callable[[int, int], None]

_TABLES = ("folder", "chat", "message", "attachment", "draft", "edit", "account", "preset")
_EVERY = 512


class SalvageStoppedError(Exception):
    """Nobody waits for what can be read any more; nothing is left of it."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read.

    Attributes:
        messages: How many messages.
        of_messages: How many there were, as far as can be told.
    """

    chats: int
    messages: int
    of_messages: int


def salvage(
    source: Path, target: Path, note: Note = lambda _done, _all: None, lost_title: str = "Recovered"
) -> Salvaged:
    """Write what can be read of the damaged `source` into a new database `target`.

    The source is not changed by a byte. First SQLite reads what it can; where that is not all,
    each page is searched for rows, whatever the rest of the file looks like.

    Args:
        source: The damaged file; its log is read as well.
        target: A file that is not there yet; its directory is.
        note: Told how far it is, some times a second; may raise `SalvageStoppedError`.
        lost_title: The title of chats of which only messages are left.

    Raises:
        DatabaseDamagedError: There is not one chat that could be read.
        StorageError: The source cannot be read at all, or the target not be written.
    """
    fresh = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with os_errors_at(source):
            fresh.unlink(missing_ok=True)
            make_database(fresh)
            result = _fill(fresh, source, note, lost_title)
            if not result.chats:
                raise DatabaseDamagedError(path=str(source), detail="nothing can be read")
            with fresh.open("rb+") as file:
                os.fsync(file.fileno())
            fresh.replace(target)
            sync_dir(target.parent)
            return result
    except sqlite3.Error as error:
        raise from_sqlite_error(error, target) from error
    finally:
        fresh.unlink(missing_ok=True)


def _fill(fresh: Path, source: Path, note: Note, lost_title: str) -> Salvaged:
    with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
        rebuilding = Rebuilding(connection)
        expected, is_whole = _copy_by_sqlite(source, rebuilding, note)
        if not is_whole or rebuilding.count("message") < expected:
            _copy_from_pages(source, rebuilding, note)
        rebuilding.finish(lost_title)
        # Of a growing reply the search index knows nothing; it has ended by now.
        connection.execute("UPDATE message SET status = 'interrupted' WHERE status = 'streaming'")
        messages = rebuilding.count("message")
        _check(connection, fresh)
        return Salvaged(rebuilding.count("chat"), messages, max(messages, expected))


def _check(connection: sqlite3.Connection, fresh: Path) -> None:
    (finding,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if finding != "ok":
        raise DatabaseDamagedError(path=str(fresh), detail=str(finding))


def _copy_by_sqlite(source: Path, rebuilding: Rebuilding, note: Note) -> tuple[int, bool]:
    """Return how many messages there should be, 0 if unknown, and whether all could be read."""
    try:
        with closing(sqlite3.connect(read_only_uri(source), uri=True, timeout=1)) as connection:
            connection.text_factory = _decoded
            connection.execute("PRAGMA cell_size_check = 1")
            is_whole = True
            for table in _TABLES:
                reader = TableReader(connection, table)
                rebuilding.add(table, _noted(reader.rows(), note, _count(connection, table)))
                is_whole &= reader.is_whole
            rebuilding.add_pairs("tag", read_pairs(connection, "SELECT id, name FROM tag"))
            pairs = read_pairs(connection, "SELECT chat_id, tag_id FROM chat_tag")
            rebuilding.add_pairs("chat_tag", pairs)
            return _count(connection, "message"), is_whole
    except sqlite3.Error:
        return 0, False


def _copy_from_pages(source: Path, rebuilding: Rebuilding, note: Note) -> None:
    with ExitStack() as files:
        file = files.enter_context(source.open("rb"))
        log = log_path(source)
        log_file = files.enter_context(log.open("rb")) if log.exists() else None
        pages = Pages(file, log_file)
        by_table: dict[str, list[Row]] = {table: [] for table in _TABLES}
        for row_id, columns in pages.rows(note):
            found = recognise(row_id, columns)
            if found is None:
                continue
            table, row = found
            by_table[table].append(row)
            if len(by_table[table]) >= _EVERY:
                rebuilding.add(table, by_table[table])
                by_table[table].clear()
        for table, rows in by_table.items():
            rebuilding.add(table, rows)


def _noted(rows: Iterator[Row], note: Note, total: int) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number % _EVERY == 0:
            note(number, max(total, number))
        yield row


def _count(connection: sqlite3.Connection, table: str) -> int:
    try:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    except sqlite3.Error:
        return 0
    return int(count)


def _decoded(text: bytes) -> str:
    return text.decode(errors="replace")
