"""Whether the database is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.errors import DatabaseDamagedError, StorageError

if TYPE_CHECKING:
    from desktop_chat.storage.sqlite.reader import SqlReader

_MOST = 20


def find_damage(db: SqlReader, *, is_thorough: bool = False) -> list[str]:
    """Return what is wrong with the database, a line for each finding; empty if nothing is.

    The quick check takes 0.4 s for a million messages, but misses an index that lacks rows; the
    thorough one takes four times as long. Call it in a thread, with a database of its own.
    """
    check = "integrity_check" if is_thorough else "quick_check"
    try:
        findings = [str(row[0]) for row in db.sql(f"PRAGMA {check}({_MOST})")]
        orphans = db.sql("PRAGMA foreign_key_check")
    except DatabaseDamagedError as error:
        return [str(error.fields["detail"])]
    lines = [line for line in findings if line != "ok"]
    if orphans:
        lines.append(f"{len(orphans)} rows refer to rows that are not there")
    return lines


def can_read_tables(db: SqlReader) -> bool:
    """Whether every row of every table can be read; then only indexes are damaged."""
    try:
        for (name,) in db.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage"):
            columns = [row[1] for row in db.sql(f"SELECT * FROM pragma_table_info('{name}')")]
            lengths = " + ".join(f'coalesce(length("{column}"), 0)' for column in columns)
            db.sql(f'SELECT sum({lengths}) FROM "{name}" NOT INDEXED')
    except StorageError:
        return False
    return True
