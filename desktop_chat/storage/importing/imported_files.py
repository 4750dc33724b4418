"""Files that came with imported messages, stored under their SHA-256."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from desktop_chat.paths import make_private_dir
from desktop_chat.storage.atomic_file import write_atomically
from desktop_chat.storage.failures import from_sqlite_error, os_errors_at
from desktop_chat.storage.sqlite.read_only import read_only_uri

if TYPE_CHECKING:
    from pathlib import Path

_FILES = """
SELECT attachment.sha256, attachment.data FROM attachment
JOIN message ON message.number = attachment.message JOIN chat ON chat.number = message.chat
WHERE attachment.data IS NOT NULL AND attachment.sha256 != '' AND is_wanted
"""


def store_files(staging: Path, folder: Path) -> list[str]:
    """Write the files of chats that will come in; return the names of those that are new.

    Raises:
        StorageError: One could not be written; none is left.
    """
    made: list[str] = []
    try:
        with os_errors_at(folder), closing(_open(staging)) as db:
            for name, data in db.execute(_FILES):
                make_private_dir(folder)
                if not (folder / name).exists():
                    write_atomically(folder / name, data)
                    made.append(name)
    except sqlite3.Error as error:
        drop_files(folder, made)
        raise from_sqlite_error(error, staging) from error
    except BaseException:
        drop_files(folder, made)
        raise
    return made


def drop_files(folder: Path, names: list[str]) -> None:
    """Delete files that nobody needs."""
    for name in names:
        with contextlib.suppress(OSError):
            (folder / name).unlink()


def _open(staging: Path) -> sqlite3.Connection:
    return sqlite3.connect(read_only_uri(staging), uri=True)
