"""A copy in today's form of a database that an older version of the program wrote."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from desktop_chat.storage.migrations import apply_steps
from desktop_chat.storage.sqlite.read_only import read_only_uri


class CurrentCopy:
    """Lies in a directory of its own until `remove`; the original is only read.

    Whoever may not write the database reads this one.
    """

    def __init__(self, path: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="desktop-chat-")
        self.path = Path(self._folder.name) / path.name
        try:
            with (
                closing(sqlite3.connect(read_only_uri(path), uri=True)) as source,
                closing(sqlite3.connect(self.path, isolation_level=None)) as copy,
            ):
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = delete")
                apply_steps(copy)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Delete the copy, which nobody has open."""
        self._folder.cleanup()
