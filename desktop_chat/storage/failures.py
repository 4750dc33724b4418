"""Errors of the disk and of SQLite, in the words of the domain."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import (
    DatabaseDamagedError,
    DataDirectoryUnusableError,
    DiskFullError,
    StorageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_LITTLE_ROOM = 64 * 1024
_UNUSABLE = {
    "SQLITE_READONLY": "it cannot be written to",
    "SQLITE_CANTOPEN": "the database cannot be opened",
    "SQLITE_PERM": "the rights are missing",
    "SQLITE_AUTH": "the rights are missing",
}
_IN_WORDS = {
    "SQLITE_BUSY": "another program keeps the database locked",
    "SQLITE_LOCKED": "another program keeps the database locked",
    "SQLITE_IOERR": "the disk reports an error",
    "SQLITE_TOOBIG": "the text is too long",
}


def from_os_error(error: OSError, path: Path) -> StorageError:
    """Return what to raise instead of `error`, which happened at `path`."""
    if error.errno in _NO_ROOM:
        return DiskFullError(path=str(path))
    if isinstance(error, PermissionError | NotADirectoryError | FileExistsError):
        return DataDirectoryUnusableError(path=str(path), detail=_text_of(error))
    return StorageError(path=str(path), detail=_text_of(error))


def unusable_dir(error: OSError, path: Path) -> StorageError:
    """Return what to raise when the data directory `path` cannot be made or entered."""
    if error.errno in _NO_ROOM:
        return DiskFullError(path=str(path))
    return DataDirectoryUnusableError(path=str(path), detail=_text_of(error))


def from_sqlite_error(error: Exception, path: Path) -> StorageError:
    """Return what to raise instead of an error of sqlite3 or peewee."""
    # peewee wraps sqlite3's exception and keeps it.
    origin = getattr(error, "orig", error)
    name = str(getattr(origin, "sqlite_errorname", ""))
    # Extended names follow the plain one: SQLITE_IOERR_WRITE, SQLITE_BUSY_SNAPSHOT …
    plain = "_".join(name.split("_")[:2])
    if plain == "SQLITE_FULL" or (plain == "SQLITE_IOERR" and _is_disk_full(path)):
        return DiskFullError(path=str(path))
    if plain in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return DatabaseDamagedError(path=str(path), detail=str(origin))
    if plain in _UNUSABLE:
        return DataDirectoryUnusableError(path=str(path.parent), detail=_UNUSABLE[plain])
    return StorageError(path=str(path), detail=_IN_WORDS.get(plain, str(origin)))


@contextmanager
def os_errors_at(path: Path) -> Iterator[None]:
    """Raise errors of the domain for those of the system."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error, path) from error


def _is_disk_full(path: Path) -> bool:
    # SQLite says IOERR when the file of shared memory finds no room.
    if not hasattr(os, "statvfs"):
        return False
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _LITTLE_ROOM


def _text_of(error: OSError) -> str:
    # The paths' own errors carry a sentence and no number.
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
