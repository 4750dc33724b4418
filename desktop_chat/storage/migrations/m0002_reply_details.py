"""How long a reply was thought about, and with what parameters it was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_STATEMENTS = (
    "ALTER TABLE message ADD COLUMN reasoning_ms INTEGER",
    "ALTER TABLE message ADD COLUMN params TEXT",
)


def migrate(connection: sqlite3.Connection) -> None:
    """Add the columns; runs inside the caller's transaction."""
    for statement in _STATEMENTS:
        connection.execute(statement)
