"""What can be undone and done again: a list of changes, stored with the changes themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from desktop_chat.storage.database import Database

Operation = list[Any]
"""One step of a change; see `storage.undo.operations` for their forms."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a change is done and undone.

    Attributes:
        undo: Takes the change back; nothing in it means that there is nothing to change.
        redo: Does it.
        is_done: Whether `redo` was carried out already.
        result: What the change made, for its caller.
    """

    undo: list[Operation] = field(default_factory=list)
    redo: list[Operation] = field(default_factory=list)
    is_done: bool = False
    result: Any = None


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """A remembered change."""

    id: int
    label: str
    undo: list[Operation]
    redo: list[Operation]


_ENTRY = "SELECT id, label, undo, redo FROM undo_entry WHERE is_undone = ?"
_FIRST_TO_UNDO = f"{_ENTRY} ORDER BY id DESC LIMIT 1"
_FIRST_TO_REDO = f"{_ENTRY} ORDER BY id LIMIT 1"
_LABELS = """
SELECT (SELECT label FROM undo_entry WHERE is_undone = 0 ORDER BY id DESC LIMIT 1),
    (SELECT label FROM undo_entry WHERE is_undone = 1 ORDER BY id LIMIT 1)
"""


class UndoLog:
    """Remembers changes, the latest to be undone first; survives the end of the program."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def record(self, label: str, undo: list[Operation], redo: list[Operation]) -> int:
        """Remember a change; belongs into the transaction that makes it.

        What was undone before cannot be done again afterwards.

        Returns:
            The id of the entry.
        """
        values = (label, to_text(self._clock()), json.dumps(undo), json.dumps(redo))
        sql = (
            "INSERT INTO undo_entry (label, created_at, undo, redo) VALUES (?, ?, ?, ?)"
            " RETURNING id"
        )
        with self._db.atomic():
            self._db.sql("DELETE FROM undo_entry WHERE is_undone = 1")
            return int(self._db.sql(sql, values)[0][0])

    def next_undo(self) -> UndoEntry | None:
        """Return the change that is undone next."""
        return self._first(_FIRST_TO_UNDO, is_undone=False)

    def next_redo(self) -> UndoEntry | None:
        """Return the undone change that is done again next."""
        return self._first(_FIRST_TO_REDO, is_undone=True)

    def labels(self) -> tuple[str | None, str | None]:
        """Return the codes of the changes that are undone, and done again, next."""
        rows = self._db.sql(_LABELS)
        return rows[0][0], rows[0][1]

    def mark(self, entry_id: int, *, is_undone: bool) -> None:
        """Note that a change was undone, or done again."""
        with self._db.atomic():
            sql = "UPDATE undo_entry SET is_undone = ? WHERE id = ?"
            self._db.sql(sql, (int(is_undone), entry_id))

    def drop(self, entry_id: int) -> None:
        """Forget a change."""
        with self._db.atomic():
            self._db.sql("DELETE FROM undo_entry WHERE id = ?", (entry_id,))

    def drop_before(self, moment: datetime) -> int:
        """Forget the changes made before a moment; return how many."""
        sql = "DELETE FROM undo_entry WHERE created_at < ? RETURNING id"
        with self._db.atomic():
            return len(self._db.sql(sql, (to_text(moment),)))

    def entries(self) -> list[UndoEntry]:
        """Return all remembered changes, oldest first."""
        rows = self._db.sql("SELECT id, label, undo, redo FROM undo_entry ORDER BY id")
        return [_entry_from(row) for row in rows]

    def replace(self, entry: UndoEntry) -> None:
        """Remember other operations for a change; one without any is forgotten."""
        if not entry.undo:
            self.drop(entry.id)
            return
        values = (json.dumps(entry.undo), json.dumps(entry.redo), entry.id)
        with self._db.atomic():
            self._db.sql("UPDATE undo_entry SET undo = ?, redo = ? WHERE id = ?", values)

    def _first(self, sql: str, *, is_undone: bool) -> UndoEntry | None:
        rows = self._db.sql(sql, (int(is_undone),))
        return _entry_from(rows[0]) if rows else None


def _entry_from(row: Sequence[Any]) -> UndoEntry:
    entry_id, label, undo, redo = row
    return UndoEntry(entry_id, label, _operations_from(undo), _operations_from(redo))


def _operations_from(text: str) -> list[Operation]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []  # another program's doing; such a change cannot be undone
    return [one for one in found if isinstance(one, list)] if isinstance(found, list) else []
