"""A library as after a life of use: 5 000 chats with 1 000 000 messages, about 400 MB."""

from __future__ import annotations

import contextlib
import itertools
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from desktop_chat import paths
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHATS = 5_000
MESSAGES_PER_CHAT = 200
WORDS_PER_MESSAGE = 18
# Always the same content, so that runs can be compared.
SEED = 20261122
VOCABULARY = 30_000
COMMON = ("the", "model", "file", "and", "code", "list", "with", "answer", "canción", "python")
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "té", "vi", "zo")

INSERT_CHAT = (
    "INSERT INTO chat (id, title, created_at, updated_at, active_message_id) VALUES (?, ?, ?, ?, ?)"
)
INSERT_MESSAGE = (
    "INSERT INTO message (id, chat_id, parent_id, depth, sender, content, status, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, 'complete', ?)"
)


class Words:
    """Words that are as rare or common as those of a language."""

    def __init__(self) -> None:
        self._source = random.Random(SEED)
        made = ("".join(parts) for parts in itertools.product(SYLLABLES, repeat=4))
        self._words = [*COMMON, *itertools.islice(made, VOCABULARY - len(COMMON))]
        # Zipf's law: the tenth word comes a tenth as often as the first.
        weights = (1 / (place + 3) for place in range(len(self._words)))
        self._weights = list(itertools.accumulate(weights))

    def text(self, count: int) -> str:
        """Return so many words."""
        return " ".join(self._source.choices(self._words, cum_weights=self._weights, k=count))


def fill(data_dir: Path, chats: int = CHATS, messages: int = MESSAGES_PER_CHAT) -> None:
    """Make `data_dir` with the database of this version and its search index."""
    paths.make_private_dir(data_dir)
    path = paths.database_path(data_dir)
    with open_database(path):
        pass  # makes the tables
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = off")
        # The triggers pass over what is below; the index is made at once afterwards.
        connection.execute("UPDATE search_state SET first_id = 1 << 60")
        words = Words()
        connection.executemany(INSERT_CHAT, chat_rows(words, chats, messages))
        connection.executemany(INSERT_MESSAGE, message_rows(words, chats, messages))
        connection.execute(
            "INSERT INTO message_text (rowid, content, reasoning) "
            "SELECT id, content, reasoning FROM message"
        )
        connection.execute("UPDATE search_state SET first_id = 0")


def chat_rows(words: Words, chats: int, messages: int) -> Iterator[tuple[object, ...]]:
    for chat in range(1, chats + 1):
        title = words.text(5).capitalize()
        yield chat, title, _time(chat, 0), _time(chat, messages), chat * messages


def message_rows(words: Words, chats: int, messages: int) -> Iterator[tuple[object, ...]]:
    for chat in range(1, chats + 1):
        for depth in range(messages):
            number = (chat - 1) * messages + depth + 1
            parent = number - 1 if depth else None
            sender = "llm" if depth % 2 else "user"
            content = words.text(WORDS_PER_MESSAGE)
            yield number, chat, parent, depth, sender, content, _time(chat, depth)


def _time(chat: int, number: int) -> str:
    at = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(hours=chat) + timedelta(seconds=number)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
