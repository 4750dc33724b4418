"""Rows of a damaged database as far as SQLite gets at them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from desktop_chat.storage.salvage.rows import Row

_AT_ONCE = 500
_LOWEST = -(1 << 63)
# Each takes microseconds; what is left then is looked for on the pages themselves.
_MOST_FAILURES = 20_000


class TableReader:
    """Reads one table by ranges of its ids, and leaves out those that cannot be read.

    Attributes:
        is_whole: Whether every range could be read; known after `rows`.
    """

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        self.is_whole = True

    def rows(self) -> Iterator[Row]:
        """Yield the rows by column names: up to the damage, down to it, then what is between."""
        low = yield from self._upwards()
        if low is None:
            return
        self.is_whole = False
        high = yield from self._downwards(low, self._last_id(low) + 1)
        yield from self._between(low, high)

    def _upwards(self) -> Generator[Row, None, int | None]:
        """Return the last id before the damage; None if there is none."""
        low = _LOWEST
        while True:
            try:
                page = self._select("rowid > ? ORDER BY rowid", low)
            except sqlite3.Error:
                return low
            if not page:
                return None
            yield from page
            low = page[-1]["rowid"]

    def _downwards(self, low: int, high: int) -> Generator[Row, None, int]:
        """Return the first id after the damage."""
        while True:
            try:
                page = self._select("rowid > ? AND rowid < ? ORDER BY rowid DESC", low, high)
            except sqlite3.Error:
                return high
            if not page:
                return low + 1
            yield from page
            high = page[-1]["rowid"]

    def _between(self, low: int, high: int) -> Iterator[Row]:
        """Yield what can be read of the ids above `low` and below `high`."""
        ranges = [(max(low + 1, 0), high - 1)]
        failures = 0
        while ranges and failures < _MOST_FAILURES:
            first, last = ranges.pop()
            if first > last:
                continue
            try:
                yield from self._select(
                    "rowid BETWEEN ? AND ? ORDER BY rowid", first, last, most=-1
                )
            except sqlite3.Error:
                failures += 1
                if first < last:
                    middle = (first + last) // 2
                    ranges += [(middle + 1, last), (first, middle)]

    def _select(self, where: str, *parameters: int, most: int = _AT_ONCE) -> list[Row]:
        sql = f"SELECT rowid AS rowid, * FROM {self._table} WHERE {where} LIMIT {most}"
        cursor = self._connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _last_id(self, low: int) -> int:
        """Return the highest id there can be."""
        found = [low]
        for sql in (
            f"SELECT max(rowid) FROM {self._table}",
            f"SELECT seq FROM sqlite_sequence WHERE name = '{self._table}'",
        ):
            try:
                found += [int(row[0] or 0) for row in self._connection.execute(sql)]
            except (sqlite3.Error, TypeError, ValueError):
                continue
        return max(found)


def read_pairs(connection: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a small table without ids; none if it cannot be read."""
    try:
        return list(connection.execute(sql))
    except sqlite3.Error:
        return []
