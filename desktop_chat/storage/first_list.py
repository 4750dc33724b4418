"""The chat list for the first paint: sqlite3 only, since peewee takes its time to load."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from desktop_chat.domain.chat import ChatId, ChatSummary
from desktop_chat.storage.sqlite.read_only import read_only_uri
from desktop_chat.storage.times import from_text

if TYPE_CHECKING:
    from pathlib import Path

_QUERY = """
SELECT id, title, updated_at, pinned FROM chat WHERE {0}
ORDER BY pinned DESC, updated_at DESC, id DESC LIMIT ?
"""
# At the first start of this version the database still has the form of an earlier one.
_QUERIES = (
    _QUERY.format("deleted_at IS NULL AND archived_at IS NULL AND import_id IS NULL"),
    _QUERY.format("deleted_at IS NULL"),
)


def read_first_chats(path: Path, limit: int = 100) -> list[ChatSummary]:
    """Return the first chats of the list in the database at `path`.

    Returns an empty list when there is no file, or none that can be read: the window is painted
    in any case, and what is wrong is told when the database is opened.
    """
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(read_only_uri(path), uri=True, timeout=0.2)) as connection:
            rows = _read(connection, limit)
    except sqlite3.Error:
        return []
    return [
        ChatSummary(ChatId(chat_id), str(title), from_text(updated_at), bool(pinned))
        for chat_id, title, updated_at, pinned in rows
    ]


def _read(connection: sqlite3.Connection, limit: int) -> list[tuple[int, object, object, object]]:
    try:
        return connection.execute(_QUERIES[0], (limit,)).fetchall()
    except sqlite3.OperationalError:
        return connection.execute(_QUERIES[1], (limit,)).fetchall()
