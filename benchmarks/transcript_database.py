"""A database with chats to open: one very long, one short, and a thousand ordinary ones."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.rich_text import Writer
from desktop_chat import paths
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LONG_CHAT, SHORT_CHAT, FIRST_CHAT = 1, 2, 11
LONG, SHORT, ORDINARY = 10_000, 10, 20
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


class Filler:
    """Writes chats into a new database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._writer = Writer()
        self._number = 0

    def add_conversation(self, chat: int, count: int) -> None:
        """Add a chat of so many messages, questions and replies in turn."""
        texts = (
            self._writer.message(depth) if depth % 2 else self._writer.question()
            for depth in range(count)
        )
        self.add_chat(chat, f"Chat {chat}", enumerate(texts))

    def add_chat(self, chat: int, title: str, texts: Iterable[tuple[int, str]]) -> None:
        """Add a chat of these messages; those with an odd number are replies."""
        first = self._number + 1
        rows = [
            self._row(chat, first, depth, turn, text) for depth, (turn, text) in enumerate(texts)
        ]
        self._connection.execute(
            "INSERT INTO chat (id, title, created_at, updated_at, active_message_id) "
            "VALUES (?, ?, ?, ?, ?)",
            (chat, title, _time(chat, 0), _time(chat, len(rows)), self._number),
        )
        self._connection.executemany(
            "INSERT INTO message (id, chat_id, parent_id, depth, sender, content, status, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, 'complete', ?)",
            rows,
        )

    def _row(self, chat: int, first: int, depth: int, turn: int, text: str) -> tuple[object, ...]:
        self._number += 1
        parent = first + depth - 1 if depth else None
        sender = "llm" if turn % 2 else "user"
        return self._number, chat, parent, depth, sender, text, _time(chat, depth)


def _time(chat: int, number: int) -> str:
    at = BEGAN - timedelta(hours=chat) + timedelta(seconds=number)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@contextlib.contextmanager
def filler(data_dir: Path):
    """Make `data_dir` with the database of this version and yield what fills it."""
    paths.make_private_dir(data_dir)
    path = paths.database_path(data_dir)
    with open_database(path):
        pass  # makes the tables
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        yield Filler(connection)


def fill(data_dir: Path, chats: int) -> None:
    """Make the chats that are opened, from `FIRST_CHAT` on so many ordinary ones."""
    with filler(data_dir) as add:
        add.add_conversation(LONG_CHAT, LONG)
        add.add_conversation(SHORT_CHAT, SHORT)
        for number in range(chats):
            add.add_conversation(FIRST_CHAT + number, ORDINARY)
