"""Keeps the search index complete: messages of before it, and a damaged one made anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from time import perf_counter
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import DatabaseDamagedError

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

# How long one step may hold the writer; a single message is not cut.
STEP_MS = 15.0
_CHUNK = 20
_MOST_CHARACTERS = 60_000

_NEXT = """
SELECT id, length(content) + length(coalesce(reasoning, '')) FROM message
WHERE id < ? ORDER BY id DESC LIMIT ?
"""
_INDEX = """
INSERT INTO message_text (rowid, content, reasoning)
SELECT id, content, reasoning FROM message WHERE id >= ? AND id < ? AND status != 'streaming'
"""
# What FTS5 keeps an index in.
_INNER = ("data", "idx", "docsize", "config")
_TABLES = ("message_text", "chat_title", "attachment_text")
# Those whose content is small enough to be read again at once.
_SMALL = ("chat_title", "attachment_text")


class SearchIndex:
    """The index of messages grows downwards from the newest to `first_id`; on the writer's thread.

    The triggers keep what is from `first_id` on.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def first_id(self) -> int:
        """The oldest message that the index may hold; 0 if it is complete."""
        rows = self._db.sql("SELECT first_id FROM search_state")
        return int(rows[0][0]) if rows else 0

    def progress(self) -> float:
        """Return the part of the messages that can be found, from 0 to 1."""
        first_id = self.first_id
        if first_id <= 0:
            return 1.0
        newest = self._db.sql("SELECT max(id) FROM message")[0][0] or 0
        return max(0.0, 1.0 - (first_id - 1) / newest) if newest else 1.0

    def fill(self) -> bool:
        """Index some of the messages below; return whether there are more.

        One transaction of about `STEP_MS`.
        """
        end = perf_counter() + STEP_MS / 1000
        with self._db.atomic():
            first_id = self.first_id
            while first_id > 0:
                first_id = self._fill_chunk(first_id)
                if perf_counter() > end:
                    break
            self._db.sql("UPDATE search_state SET first_id = ?", (first_id,))
        return first_id > 0

    def _fill_chunk(self, first_id: int) -> int:
        lowest, characters = 0, 0
        for message_id, length in self._db.sql(_NEXT, (first_id, _CHUNK)):
            characters += length or 0
            if lowest and characters > _MOST_CHARACTERS:
                break
            lowest = message_id
        if lowest:
            self._db.sql(_INDEX, (lowest, first_id))
        return int(lowest)

    def clear(self) -> None:
        """Empty the index, so that `fill` makes it anew; titles are there again at once.

        Raises:
            DatabaseDamagedError: More than the index is damaged.
        """
        with self._db.atomic():
            for table in _TABLES:
                self._empty(table)
            for table in _SMALL:
                self._db.sql(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
            newest = self._db.sql("SELECT max(id) FROM message")[0][0]
            first_id = 0 if newest is None else newest + 1
            self._db.sql("UPDATE search_state SET first_id = ?", (first_id,))

    def _empty(self, table: str) -> None:
        empty = f"INSERT INTO {table} ({table}) VALUES ('delete-all')"
        try:
            with self._db.atomic():
                self._db.sql(empty)
        except DatabaseDamagedError:
            with self._db.atomic():
                self._renew(table)
                self._db.sql(empty)

    def _renew(self, table: str) -> None:
        """Give an index that cannot even be opened the inner tables of an empty one."""
        sql = self._db.sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,))[0][0]
        with closing(sqlite3.connect(":memory:")) as fresh:
            fresh.execute(sql)
            for part in _INNER:
                rows = fresh.execute(f"SELECT * FROM {table}_{part}").fetchall()
                self._db.sql(f"DELETE FROM {table}_{part}")
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    self._db.sql(f"INSERT INTO {table}_{part} VALUES ({marks})", row)

    def can_be_opened(self) -> bool:
        """Whether SQLite can open the indexes; else nothing at all could be stored."""
        try:
            for table in _TABLES:
                self._db.sql(f"SELECT rowid FROM {table} WHERE {table} MATCH 'a' LIMIT 1")
        except DatabaseDamagedError:
            return False
        return True

    def find_damage(self) -> list[str]:
        """Return which indexes are damaged in themselves; it takes seconds and locks writers out.

        For copies of the database, and for when the user asks.
        """
        found = []
        for table in _TABLES:
            try:
                self._db.sql(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
            except DatabaseDamagedError:
                found.append(table)
        return found
