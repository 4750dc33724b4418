"""Chats, and their messages as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

# Defaults everywhere: a row from another program, with the published columns only, is valid.
_STATEMENTS = (
    f"""
    CREATE TABLE chat (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL DEFAULT ({_NOW}),
        updated_at TEXT NOT NULL DEFAULT ({_NOW}),
        folder_id INTEGER,
        pinned INTEGER NOT NULL DEFAULT 0,
        deleted_at TEXT,
        system_prompt TEXT DEFAULT '',
        account TEXT,
        model TEXT,
        active_message_id INTEGER,
        is_renamed INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE INDEX chat_list ON chat (pinned DESC, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL
    """,
    f"""
    CREATE TABLE message (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
        parent_id INTEGER REFERENCES message (id),
        depth INTEGER,
        sender TEXT NOT NULL,
        status TEXT NOT NULL DEFAULT 'complete',
        created_at TEXT NOT NULL DEFAULT ({_NOW}),
        model TEXT,
        finish_reason TEXT,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        time_to_first_token_ms INTEGER,
        duration_ms INTEGER,
        error TEXT,
        error_code TEXT,
        error_fields TEXT,
        content TEXT NOT NULL DEFAULT '',
        reasoning TEXT DEFAULT ''
    )
    """,
    "CREATE INDEX message_of_chat ON message (chat_id, depth)",
    "CREATE INDEX message_of_parent ON message (parent_id)",
    "CREATE INDEX message_streaming ON message (status) WHERE status = 'streaming'",
    # Another program knows nothing of `depth`, or copies the one of the original.
    """
    CREATE TRIGGER message_depth AFTER INSERT ON message
    WHEN NEW.depth IS NOT
        coalesce((SELECT depth + 1 FROM message WHERE id = NEW.parent_id), 0)
    BEGIN
        UPDATE message SET depth =
            coalesce((SELECT depth + 1 FROM message WHERE id = NEW.parent_id), 0)
        WHERE id = NEW.id;
    END
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Make the tables; runs inside the caller's transaction."""
    for statement in _STATEMENTS:
        connection.execute(statement)
