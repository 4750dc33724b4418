"""A sound database made of the rows that could be read."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from desktop_chat.storage.times import to_text, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.storage.salvage.rows import Row

_BATCH = 1000
# What no row may lack; the tables have defaults for the rest.
_NEEDED: dict[str, dict[str, Any]] = {
    "folder": {"name": ""},
    "chat": {"title": "", "pinned": 0, "is_renamed": 0},
    "message": {"sender": "system", "status": "complete", "content": ""},
    "attachment": {"name": "", "media_type": "", "size": 0, "sha256": "", "text": ""},
    "draft": {"text": ""},
    "edit": {"text": ""},
    "account": {"name": "", "kind": "other", "url": "", "allows_plain_key": 0, "is_enabled": 1},
    "preset": {"name": "", "system_prompt": ""},
}
_TIMES = {"folder": ("created_at",), "chat": ("created_at", "updated_at")} | {
    "message": ("created_at",),
    "draft": ("updated_at",),
    "edit": ("updated_at",),
    "account": ("created_at",),
    "preset": ("created_at", "updated_at"),
}
_INTEGERS = {"chat_id", "parent_id", "folder_id", "message_id", "active_message_id", "depth"} | {
    "preset_id"
}

_LOST_CHATS = """
INSERT INTO chat (id, title, created_at, updated_at, active_message_id)
SELECT chat_id, ?, min(created_at), max(created_at), max(id) FROM message
WHERE chat_id NOT IN (SELECT id FROM chat) GROUP BY chat_id
"""
# A message whose predecessor is lost follows the one that was written before it in its chat.
_LOST_PARENTS = """
UPDATE message SET parent_id =
    (SELECT max(id) FROM message AS other WHERE other.chat_id = message.chat_id
     AND other.id < message.id)
WHERE parent_id IS NOT NULL AND (parent_id >= id OR NOT EXISTS
    (SELECT 1 FROM message AS parent
     WHERE parent.id = message.parent_id AND parent.chat_id = message.chat_id))
"""
_DEPTHS = """
WITH RECURSIVE place (id, depth) AS (
    SELECT id, 0 FROM message WHERE parent_id IS NULL
    UNION ALL
    SELECT message.id, place.depth + 1 FROM place JOIN message ON message.parent_id = place.id
)
UPDATE message SET depth = place.depth FROM place
WHERE place.id = message.id AND message.depth IS NOT place.depth
"""
_MENDING = (
    "UPDATE chat SET folder_id = NULL WHERE folder_id NOT IN (SELECT id FROM folder)",
    "UPDATE folder SET parent_id = NULL WHERE parent_id NOT IN (SELECT id FROM folder)",
    "DELETE FROM chat_tag WHERE chat_id NOT IN (SELECT id FROM chat)",
    "DELETE FROM chat_tag WHERE tag_id NOT IN (SELECT id FROM tag)",
    """
    UPDATE chat SET active_message_id = NULL
    WHERE active_message_id NOT IN (SELECT id FROM message)
    """,
    "UPDATE chat SET import_id = NULL",
    "UPDATE chat SET preset_id = NULL WHERE preset_id NOT IN (SELECT id FROM preset)",
)


class Rebuilding:
    """Puts rows into a fresh database; of two with the same id the first one counts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        for pragma in ("foreign_keys = 0", "journal_mode = off", "synchronous = off"):
            connection.execute(f"PRAGMA {pragma}")
        self._columns = {table: self._columns_of(table) for table in _NEEDED}

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows of a table; those that fit into none are left out."""
        for number, row in enumerate(rows):
            if number % _BATCH == 0:
                self._commit()
                self._connection.execute("BEGIN")
            self._add(table, row)
        self._commit()

    def _add(self, table: str, row: Row) -> None:
        values = _mended(table, row)
        names = [name for name in self._columns[table] if name in values]
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        try:
            self._connection.execute(sql, [values[name] for name in names])
        except (sqlite3.Error, UnicodeError, OverflowError):
            return

    def add_pairs(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows of a table of two columns."""
        for row in rows:
            self._connection.execute(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", row)

    def finish(self, title_of_lost_chats: str) -> None:
        """Make all that refers to lost rows refer to what is there."""
        self._connection.execute("BEGIN")
        self._connection.execute(_LOST_CHATS, (title_of_lost_chats,))
        self._connection.execute(_LOST_PARENTS)
        self._connection.execute(_DEPTHS)
        for statement in _MENDING:
            self._connection.execute(statement)
        self._commit()

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        (count,) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)

    def _commit(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def _columns_of(self, table: str) -> list[str]:
        return [row[1] for row in self._connection.execute(f"PRAGMA table_info({table})")]


def _mended(table: str, row: Row) -> Row:
    """Return the row with values of the kinds that the rest of the program relies on."""
    values = dict(row)
    for name, default in _NEEDED[table].items():
        if values.get(name) is None or not isinstance(values[name], type(default)):
            values[name] = default
    for name in _TIMES.get(table, ()):
        if not isinstance(values.get(name), str):
            values[name] = to_text(utc_now())
    for name in _INTEGERS & values.keys():
        if not isinstance(values[name], int):
            values[name] = None
    return values
