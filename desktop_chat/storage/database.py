"""The database: opened with checks, used from several threads, closed for all of them."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from peewee import OperationalError, PeeweeException, SqliteDatabase

from desktop_chat.domain.errors import DatabaseReplacedError, StorageError
from desktop_chat.paths import make_private_dir
from desktop_chat.storage.failures import (
    from_sqlite_error,
    os_errors_at,
    unusable_dir,
)
from desktop_chat.storage.migrations import STEPS
from desktop_chat.storage.sqlite.opening import (
    check_file,
    make_database,
    migrate_file,
)
from desktop_chat.storage.sqlite.read_only import read_only_uri

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

    from peewee import BaseQuery

    from desktop_chat.storage.sqlite.current_copy import CurrentCopy

_BUSY_TIMEOUT_S = 5
_COMMON_PRAGMAS: dict[str, Any] = {
    "busy_timeout": _BUSY_TIMEOUT_S * 1000,
    "foreign_keys": 1,
    "cell_size_check": 1,
    "mmap_size": 0,
}
_WRITER_PRAGMAS: dict[str, Any] = {
    # 2026-11-22: triggers keep the search index, and SQLite 3.40 takes FTS5 for unsafe in them.
    # The schema is our own; files of others are never opened for writing.
    "trusted_schema": 1,
    "journal_mode": "wal",
    # Whoever was told that a message is saved finds it again after a power cut.
    "synchronous": "full",
    "wal_autocheckpoint": 1000,
    "journal_size_limit": 64 * 1024 * 1024,
    "secure_delete": 1,
}
_MACOS_PRAGMAS: dict[str, Any] = {"fullfsync": 1, "checkpoint_fullfsync": 1}


class _Sqlite(SqliteDatabase):
    """peewee's database, which remembers the connections of all threads.

    peewee closes the one of the calling thread only.
    """

    def __init__(self, address: str, pragmas: dict[str, Any], *, is_uri: bool) -> None:
        self._opened: list[sqlite3.Connection] = []
        super().__init__(
            address,
            pragmas=pragmas,
            timeout=_BUSY_TIMEOUT_S,
            uri=is_uri,
            check_same_thread=False,
        )

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        self._opened.append(connection)
        return connection

    def rollback(self) -> None:
        # After some errors, such as a full disk at a commit, SQLite has rolled back by itself;
        # peewee would raise that in the place of what went wrong.
        if self.connection().in_transaction:  # type: ignore[no-untyped-call]
            super().rollback()

    def close_all(self) -> None:
        while self._opened:
            self._opened.pop().close()


class Database:
    """An open database.

    Every thread that uses it gets a connection of its own. Queries are peewee's, unbound; what
    goes wrong is raised as `domain.errors.StorageError` or one of its kinds.
    """

    def __init__(
        self, path: Path, sqlite: _Sqlite, *, is_read_only: bool, copy: CurrentCopy | None = None
    ) -> None:
        self.path = path
        self.is_read_only = is_read_only
        self._sqlite = sqlite
        self._copy = copy
        self._may_be_nameless = False
        self._is_closed = False
        self._file_id = _file_id(path)
        self._log_id: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads; further use fails."""
        self._is_closed = True
        self._sqlite.close_all()
        if not self.is_read_only and _file_id(self.path) != self._file_id:
            self._leave_log()
        if self._copy is not None:
            self._copy.remove()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Commit what the block writes, or roll all of it back when it raises.

        May be nested: an inner block that raises rolls back its own part.
        """
        block = self._begin()
        try:
            yield
        except BaseException:
            self._roll_back(block)
            raise
        # Outside of the `try`: a commit that fails has rolled back already.
        with self._errors():
            block.__exit__(None, None, None)

    def rows(self, query: BaseQuery) -> list[tuple[Any, ...]]:
        """Return the rows that a select finds, as plain tuples."""
        with self._errors():
            try:
                return list(query.tuples().execute(self._sqlite))
            except (sqlite3.OperationalError, OperationalError) as error:
                self._read_any_letters_after(error)
                return list(query.tuples().execute(self._sqlite))

    def run(self, query: BaseQuery) -> int:
        """Execute an insert and return the new id, or an update and return the rows changed."""
        with self._errors():
            return int(query.execute(self._sqlite))

    def sql(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Execute SQL and return its rows."""
        with self._errors():
            try:
                return self._fetch(sql, parameters)
            except (sqlite3.OperationalError, OperationalError) as error:
                self._read_any_letters_after(error)
                return self._fetch(sql, parameters)

    def _fetch(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        cursor = self._sqlite.execute_sql(sql, parameters)  # type: ignore[no-untyped-call]
        return list(cursor.fetchall())

    def _read_any_letters_after(self, error: Exception) -> None:
        """Put U+FFFD for letters that are none from now on, if those were the error."""
        if "Could not decode" not in str(error):
            raise error
        # Not from the start: it makes reading slower.
        self.connection().text_factory = _decoded

    def connection(self) -> sqlite3.Connection:
        """Return this thread's connection, for backups and checks of the whole file."""
        with self._errors():
            found = self._sqlite.connection()  # type: ignore[no-untyped-call]
            return cast("sqlite3.Connection", found)

    def _leave_log(self) -> None:
        """Take the name of our log away, which our connections go on using without it.

        Whoever opened the file that stands in our place now would play our log into it.
        """
        log = _log_path(self.path)
        if self._log_id is not None and _file_id(log) == self._log_id:
            for path in (log, self.path.with_name(f"{self.path.name}-shm")):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _begin(self) -> AbstractContextManager[object]:
        with self._errors():
            is_outermost = self._sqlite.transaction_depth() == 0
            if is_outermost and not self._may_be_nameless:
                self.check_file_is_there()
            # Waiting for the right to write at the start is what `busy_timeout` is good for;
            # a transaction that only turns into a writing one later fails at once.
            block = self._sqlite.atomic("IMMEDIATE") if is_outermost else self._sqlite.atomic()
            block.__enter__()
            return cast("AbstractContextManager[object]", block)

    def _roll_back(self, block: AbstractContextManager[object]) -> None:
        with self._errors():
            try:
                block.__exit__(*sys.exc_info())
            except PeeweeException:
                # After some errors, such as a full disk, SQLite has rolled back by itself.
                if self.connection().in_transaction:
                    raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        if self._is_closed:
            raise StorageError(path=str(self.path), detail="the database is closed")
        try:
            yield
        except (PeeweeException, sqlite3.Error, UnicodeError, OverflowError) as error:
            raise from_sqlite_error(error, self.path) from error

    def go_on_without_name(self) -> None:
        """Let writing go on in a file that was taken away, until it is saved elsewhere."""
        self._may_be_nameless = True

    def check_file_is_there(self) -> None:
        """Raise `DatabaseReplacedError` if the file was removed or replaced since the start."""
        # SQLite goes on writing into a file that was deleted or replaced under its old name.
        if _file_id(self.path) == self._file_id:
            self._log_id = self._log_id or _file_id(_log_path(self.path))
        else:
            self._leave_log()
            raise DatabaseReplacedError(path=str(self.path))


def open_database(path: Path | str, *, read_only: bool = False) -> Database:
    """Open the database at `path`; make it, or bring it up to date, unless `read_only`.

    Raises:
        DataDirectoryUnusableError: The directory cannot be made or written to.
        DatabaseDamagedError: What is there is no sound database of ours; it is left as it is.
        DatabaseTooNewError: A newer version wrote it; it is left as it is.
        StorageError: Anything else that disks do.
    """
    path = Path(path)
    try:
        with os_errors_at(path):
            return _open_for_reading(path) if read_only else _open_for_writing(path)
    except sqlite3.Error as error:
        raise from_sqlite_error(error, path) from error


def _open_for_writing(path: Path) -> Database:
    try:
        make_private_dir(path.parent)
    except OSError as error:
        raise unusable_dir(error, path.parent) from error
    make_database(path)
    version = check_file(path)
    pragmas = _COMMON_PRAGMAS | _WRITER_PRAGMAS
    if sys.platform == "darwin":
        pragmas |= _MACOS_PRAGMAS
    database = Database(path, _Sqlite(str(path), pragmas, is_uri=False), is_read_only=False)
    try:
        migrate_file(path, database.connection(), version)
    except BaseException:
        database.close()
        raise
    return database


def _open_for_reading(path: Path) -> Database:
    version = check_file(path)
    copy = None
    if version < len(STEPS):
        from desktop_chat.storage.sqlite.current_copy import CurrentCopy  # after an update only

        copy = CurrentCopy(path)
    pragmas = _COMMON_PRAGMAS | {"query_only": 1, "trusted_schema": 0}
    sqlite = _Sqlite(read_only_uri(copy.path if copy else path), pragmas, is_uri=True)
    database = Database(path, sqlite, is_read_only=True, copy=copy)
    try:
        database.connection()
    except BaseException:
        database.close()
        raise
    return database


def _decoded(text: bytes) -> str:
    return text.decode(errors="replace")


def _file_id(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _log_path(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
