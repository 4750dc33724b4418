"""SQLite files of others: opened for reading only, and nothing in them is trusted."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import DatabaseDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_LONGEST_VALUE = 64 * 1024 * 1024
_STEPS = 100_000
_CHECK_S = 120.0
_TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table'"


class ForeignDatabase:
    """Answers what stands in plain tables; views, triggers and virtual tables do not count."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        rows = connection.execute(_TABLES).fetchall()
        self._tables = {
            str(name)
            for name, sql in rows
            if isinstance(sql, str) and sql.upper().startswith("CREATE TABLE")
        }

    def columns(self, table: str) -> frozenset[str]:
        """Return the columns of a table that hold values; none if there is no such table."""
        if table not in self._tables:
            return frozenset()
        rows = self._connection.execute("SELECT * FROM pragma_table_xinfo(?)", (table,)).fetchall()
        # The last field tells columns that are computed: their expressions are not evaluated.
        return frozenset(str(row[1]) for row in rows if row[-1] == 0)

    def rows(
        self, table: str, columns: Sequence[str], where: str = "", values: Sequence[Any] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows of a table, columns that it lacks as None; `where` is SQL of ours.

        Raises:
            DatabaseDamagedError: A row cannot be read.
        """
        present = self.columns(table)
        names = ", ".join(f'"{name}"' if name in present else "NULL" for name in columns)
        if not present:
            return
        try:
            yield from self._connection.execute(f'SELECT {names} FROM "{table}" {where}', values)
        except sqlite3.Error as error:
            raise DatabaseDamagedError(path=str(self._path), detail=str(error)) from error


@contextmanager
def open_foreign(path: Path) -> Iterator[ForeignDatabase]:
    """Open a file of others for reading.

    Raises:
        DatabaseDamagedError: It is no sound database, or takes too long to check.
    """
    try:
        with closing(_connect(path)) as connection:
            _check(path, connection)
            yield ForeignDatabase(path, connection)
    except sqlite3.Error as error:
        raise DatabaseDamagedError(path=str(path), detail=str(error)) from error


def _connect(path: Path) -> sqlite3.Connection:
    # Immutable where it is not in use: beside a file of others, no files are made.
    has_log = path.with_name(f"{path.name}-wal").exists()
    options = "mode=ro" if has_log else "mode=ro&immutable=1"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, timeout=5)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = 0", "cell_size_check = 1", "query_only = 1", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    # The texts of others may be no text.
    connection.text_factory = _decoded
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    end = time.monotonic() + _CHECK_S
    connection.set_progress_handler(_TimeLimit(end), _STEPS)
    finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if finding != "ok":
        raise DatabaseDamagedError(path=str(path), detail=str(finding))


class _TimeLimit:
    """Stops a statement that would go on for ever."""

    def __init__(self, end: float) -> None:
        self._end = end

    def __call__(self) -> int:
        return int(time.monotonic() > self._end)


def _decoded(data: bytes) -> str:
    return data.decode(errors="replace")
