"""When something that is done from time to time was done last."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from desktop_chat.storage.times import from_text, to_text

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.storage.database import Database

_LOOK, _STEADY = "clock: look", "clock: steady"
_LONGEST_PAUSE = timedelta(days=7)
_STEADY_FOR = timedelta(days=1)

_NOTE = """
INSERT INTO upkeep (name, done_at) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at
"""


class UpkeepRepository:
    """Remembers times by name, in the database that they are about."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last(self, name: str) -> datetime | None:
        """Return when it was done last; None for never."""
        rows = self._db.sql("SELECT done_at FROM upkeep WHERE name = ?", (name,))
        return from_text(rows[0][0]) if rows else None

    def note(self, name: str, moment: datetime) -> None:
        """Take note that it was done."""
        with self._db.atomic():
            self._db.sql(_NOTE, (name, to_text(moment)))

    def is_clock_steady(self, now: datetime) -> bool:
        """Take note that the clock was looked at; return whether it has gone on without a jump.

        A computer that is suddenly years ahead must not cost what was deleted yesterday: after a
        long time without a look, nothing is too old before another day has passed.
        """
        last, since = self.last(_LOOK), self.last(_STEADY)
        has_jumped = last is None or not timedelta(0) <= now - last <= _LONGEST_PAUSE
        with self._db.atomic():
            self.note(_LOOK, now)
            if has_jumped or since is None:
                self.note(_STEADY, now)
                return False
        return now - since >= _STEADY_FOR

    def index_names(self) -> list[str]:
        """Return the names of all indexes that can be made anew from their tables."""
        rows = self._db.sql("SELECT name FROM sqlite_schema WHERE type = 'index'")
        return [str(row[0]) for row in rows]

    def rebuild_index(self, name: str) -> None:
        """Make one index anew from its table.

        Raises:
            StorageError: The table itself cannot be read, or there is no room.
        """
        quoted = name.replace('"', '""')
        with self._db.atomic():
            self._db.sql(f'REINDEX "{quoted}"')
