"""A database as after years of use."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from desktop_chat import paths
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHATS = 1_000
MESSAGES_PER_CHAT = 100
# Always the same content, so that runs can be compared.
SEED = 20261122
SENTENCE = (
    "the model answers with a list of steps and then some code that reads the file line by line "
    "because memory is short while time is not which is why the loop below keeps only one row"
)
WORDS = SENTENCE.split()


def fill(data_dir: Path) -> None:
    """Make `data_dir` with the database of this version, 1 000 chats and 100 000 messages."""
    paths.make_private_dir(data_dir)
    path = paths.database_path(data_dir)
    with open_database(path):
        pass  # makes the tables
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO chat (id, title, created_at, updated_at, active_message_id) "
            "VALUES (?, ?, ?, ?, ?)",
            _chats(),
        )
        connection.executemany(
            "INSERT INTO message (id, chat_id, parent_id, depth, sender, content, status, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, 'complete', ?)",
            _messages(),
        )


def _time(chat: int, number: int) -> str:
    at = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(hours=chat) + timedelta(minutes=number)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _chats() -> Iterator[tuple[object, ...]]:
    source = random.Random(SEED)
    for chat in range(1, CHATS + 1):
        title = " ".join(source.choices(WORDS, k=6)).capitalize()
        last = chat * MESSAGES_PER_CHAT
        yield chat, title, _time(chat, 0), _time(chat, MESSAGES_PER_CHAT), last


def _messages() -> Iterator[tuple[object, ...]]:
    source = random.Random(SEED)
    for chat in range(1, CHATS + 1):
        for depth in range(MESSAGES_PER_CHAT):
            number = (chat - 1) * MESSAGES_PER_CHAT + depth + 1
            is_reply = depth % 2 == 1
            parent = number - 1 if depth else None
            sender = "llm" if is_reply else "user"
            content = _text(source, is_reply=is_reply)
            yield number, chat, parent, depth, sender, content, _time(chat, depth)


def _text(source: random.Random, *, is_reply: bool) -> str:
    if not is_reply:
        return " ".join(source.choices(WORDS, k=15))
    paragraphs = [" ".join(source.choices(WORDS, k=50)) for _ in range(3)]
    items = "\n".join(f"- **{source.choice(WORDS)}** {source.choice(WORDS)}" for _ in range(4))
    return f"{paragraphs[0]}\n\n{items}\n\n```python\nprint(1)\n```\n\n{paragraphs[1]}"
