"""The numbered steps from one form of the database to the next, and what applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.storage.migrations import (
    m0001_initial,
    m0002_reply_details,
    m0003_library,
    m0004_engines,
)
from desktop_chat.storage.times import to_text, utc_now

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    Step = tuple[str, Callable[[sqlite3.Connection], None]]

# A step never changes once it was released, and never imports `tables`: those move on.
STEPS: Sequence[Step] = (
    ("m0001_initial", m0001_initial.migrate),
    ("m0002_reply_details", m0002_reply_details.migrate),
    ("m0003_library", m0003_library.migrate),
    ("m0004_engines", m0004_engines.migrate),
)

_APPLIED = "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"


def apply_steps(connection: sqlite3.Connection, steps: Sequence[Step] = STEPS) -> None:
    """Bring the database up to the last of `steps`, one transaction for each.

    `connection` is in autocommit mode. The number of a step is its place, counted from 1; the
    database keeps the number of the last one in `user_version`.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, (name, migrate) in enumerate(steps, start=1):
        if number > version:
            _apply(connection, number, name, migrate)


def _apply(
    connection: sqlite3.Connection,
    number: int,
    name: str,
    migrate: Callable[[sqlite3.Connection], None],
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        # Another process may have been quicker while this one waited for the transaction.
        if version < number:
            connection.execute(_APPLIED)
            migrate(connection)
            connection.execute("INSERT INTO migration VALUES (?, ?)", (name, to_text(utc_now())))
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
