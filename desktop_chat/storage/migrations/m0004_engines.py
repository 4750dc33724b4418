"""Servers and presets that the user entered, parameters of chats, and how long loads took."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_STATEMENTS = (
    # No secrets: keys and the values of headers are in the system's key store.
    """
    CREATE TABLE account (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        url TEXT NOT NULL,
        header_names TEXT,
        extra_body TEXT,
        certificate TEXT,
        proxy TEXT,
        allows_plain_key INTEGER NOT NULL DEFAULT 0,
        is_enabled INTEGER NOT NULL DEFAULT 1,
        created_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE preset (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        system_prompt TEXT NOT NULL DEFAULT '',
        params TEXT,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    # The last load of each model: what the next one is compared with.
    """
    CREATE TABLE model_load (
        id INTEGER PRIMARY KEY,
        account TEXT NOT NULL,
        model TEXT NOT NULL,
        size_bytes INTEGER,
        duration_ms INTEGER NOT NULL,
        loaded_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX model_load_model ON model_load (account, model)",
    "ALTER TABLE chat ADD COLUMN params TEXT",
    "ALTER TABLE chat ADD COLUMN preset_id INTEGER",
)


def migrate(connection: sqlite3.Connection) -> None:
    """Make the tables and columns; runs inside the caller's transaction."""
    for statement in _STATEMENTS:
        connection.execute(statement)
