"""Where chats that were read from a file wait until they come in: a database of their own.

Whoever reads files of others writes here and nowhere else; from here, rows are copied as they
are. Messages and chats have numbers from 1 on, a parent's below those of its children.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.titles import title_from
from desktop_chat.storage.failures import from_sqlite_error, os_errors_at
from desktop_chat.storage.sqlite.rows import clean_optional, clean_text
from desktop_chat.storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from desktop_chat.domain.imported import FoundChat, FoundLibrary, LeftOut
    from desktop_chat.domain.transfer import ChatRecord, MessageRecord

MESSAGE_COLUMNS = (
    "sender",
    "status",
    "created_at",
    "model",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "time_to_first_token_ms",
    "duration_ms",
    "reasoning_ms",
    "params",
    "error",
    "error_code",
    "error_fields",
    "content",
    "reasoning",
)
CHAT_COLUMNS = (
    "title",
    "created_at",
    "updated_at",
    "pinned",
    "system_prompt",
    "account",
    "model",
    "params",
    "is_renamed",
    "archived_at",
    "origin",
)
_SCHEMA = f"""
CREATE TABLE folder (
    number INTEGER PRIMARY KEY, parent INTEGER, name TEXT NOT NULL, created_at TEXT
);
CREATE TABLE tag (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE chat (
    number INTEGER PRIMARY KEY, file INTEGER NOT NULL, source TEXT NOT NULL, folder INTEGER,
    deleted_at TEXT,
    active INTEGER, is_wanted INTEGER NOT NULL DEFAULT 1, is_in_trash INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL, instructions TEXT NOT NULL, {", ".join(CHAT_COLUMNS)}
);
CREATE TABLE chat_tag (chat INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE message (
    number INTEGER PRIMARY KEY, chat INTEGER NOT NULL, parent INTEGER, depth INTEGER NOT NULL,
    size INTEGER NOT NULL, {", ".join(MESSAGE_COLUMNS)}
);
CREATE TABLE attachment (
    number INTEGER PRIMARY KEY, message INTEGER NOT NULL, name TEXT, media_type TEXT,
    size INTEGER, sha256 TEXT, text TEXT,
    data BLOB
);
CREATE INDEX message_of_chat ON message (chat);
CREATE INDEX attachment_of_message ON attachment (message);
CREATE TABLE left_out (name TEXT NOT NULL, reason TEXT NOT NULL);
"""
_INSERT_MESSAGE = f"INSERT INTO message VALUES ({', '.join('?' * (len(MESSAGE_COLUMNS) + 5))})"
_INSTRUCTIONS = 120


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an import that is copied at once: messages, by their numbers.

    Attributes:
        count: How many messages it has.
    """

    first: int
    last: int
    count: int


class StagingWriter:
    """Takes what is found in files.

    Args:
        path: A file that is not there yet; only its owner will be able to read it.

    Raises:
        StorageError: It cannot be written.
    """

    def __init__(self, path: Path) -> None:
        with os_errors_at(path):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode = memory; PRAGMA synchronous = off;"
            f"PRAGMA locking_mode = exclusive; BEGIN; {_SCHEMA}"
        )
        self.chats = self._last("chat")
        self.messages = self._last("message")
        self._file = 0

    def close(self) -> None:
        """Keep what was taken."""
        with staging_errors(self._path), closing(self._db):
            self._db.execute("COMMIT")

    @contextmanager
    def file(self) -> Iterator[None]:
        """Take what one file holds, or nothing of it when the block raises."""
        counts = self.chats, self.messages
        self._file += 1
        with staging_errors(self._path):
            self._db.execute("SAVEPOINT file")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK TO file")
                self.chats, self.messages = counts
                raise
            finally:
                self._db.execute("RELEASE file")

    def add_library(self, library: FoundLibrary) -> dict[int, int]:
        """Take folders and tags; return the numbers of the folders by their ids in the file."""
        numbers: dict[int, int] = {}
        start = self._last("folder")
        for place, folder in enumerate(library.folders, start=1):
            numbers.setdefault(folder.id, start + place)
        for folder in library.folders:
            parent = numbers.get(folder.parent_id or 0)
            values = (clean_text(folder.name), to_text(folder.created_at))
            # One that stands in itself, or in a later one in a circle, stands at the top.
            number = numbers[folder.id]
            row = (number, parent if parent != number else None, *values)
            self._db.execute("INSERT INTO folder VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
        self._cut_circles(numbers)
        for tag in library.tags:
            self._add_tag(tag)
        return numbers

    def add_chat(self, found: FoundChat, folders: dict[int, int] | None = None) -> None:
        """Take a chat; `folders` are those of the same file, see `add_library`."""
        record = found.record
        self.chats += 1
        number, first = self.chats, self.messages
        folder = (folders or {}).get(record.folder_id or 0) or self._folder_at(found.folder)
        self._add_messages(number, record.messages)
        active = record.active_message_id
        values = (
            number,
            self._file,
            found.source.value,
            folder,
            to_text(record.deleted_at) if record.deleted_at else None,
            first + active if active and active <= len(record.messages) else None,
            1,
            0,
            len(record.messages),
            _instructions_of(record),
            *_chat_values(record),
        )
        marks = ", ".join("?" * len(values))
        self._db.execute(f"INSERT INTO chat VALUES ({marks})", values)
        for tag in record.tags:
            self._add_tag(tag)
            row = (number, clean_text(tag))
            self._db.execute("INSERT INTO chat_tag VALUES (?, ?)", row)

    def add_left_out(self, left_out: LeftOut) -> None:
        """Take note of what does not come in."""
        row = (clean_text(left_out.name), clean_text(left_out.reason))
        self._db.execute("INSERT INTO left_out VALUES (?, ?)", row)

    def _add_messages(self, chat: int, messages: Sequence[MessageRecord]) -> None:
        first = self.messages
        depths: list[int] = []
        rows = []
        for place, message in enumerate(messages, start=1):
            parent = message.parent_id
            depths.append(depths[parent - 1] + 1 if parent else 0)
            size = len(message.content) + len(message.reasoning)
            number = first + place
            above = first + parent if parent else None
            rows.append((number, chat, above, depths[-1], size, *_message_values(message)))
            for file in message.attachments:
                values = (number, clean_text(file.name), clean_text(file.media_type), file.size)
                row = (*values, file.sha256, clean_text(file.text), file.data)
                self._db.execute("INSERT INTO attachment VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)
        self._db.executemany(_INSERT_MESSAGE, rows)
        self.messages += len(rows)

    def _add_tag(self, name: str) -> None:
        self._db.execute("INSERT INTO tag VALUES (?) ON CONFLICT DO NOTHING", (clean_text(name),))

    def _folder_at(self, names: Sequence[str]) -> int | None:
        parent: int | None = None
        for name in map(clean_text, names):
            sql = "SELECT number FROM folder WHERE parent IS ? AND name = ?"
            row = self._db.execute(sql, (parent, name)).fetchone()
            if row is None:
                sql = "INSERT INTO folder (parent, name) VALUES (?, ?) RETURNING number"
                row = self._db.execute(sql, (parent, name)).fetchone()
            parent = int(row[0])
        return parent

    def _cut_circles(self, numbers: dict[int, int]) -> None:
        parents = dict(self._db.execute("SELECT number, parent FROM folder").fetchall())
        for number in numbers.values():
            seen = set()
            place: int | None = number
            while place is not None and place not in seen:
                seen.add(place)
                place = parents.get(place)
            if place is not None:
                parents[number] = None
                self._db.execute("UPDATE folder SET parent = NULL WHERE number = ?", (number,))

    def _last(self, table: str) -> int:
        return int(self._db.execute(f"SELECT coalesce(max(number), 0) FROM {table}").fetchone()[0])


def _chat_values(record: ChatRecord) -> tuple[Any, ...]:
    """Return the values of `CHAT_COLUMNS`."""
    return (
        clean_text(record.title),
        to_text(record.created_at),
        to_text(record.updated_at),
        int(record.is_pinned),
        clean_text(record.system_prompt),
        clean_optional(record.account),
        clean_optional(record.model),
        clean_text(json.dumps(record.params)) if record.params else None,
        int(record.is_renamed),
        to_text(record.archived_at) if record.archived_at else None,
        clean_optional(record.origin),
    )


def _message_values(message: MessageRecord) -> tuple[Any, ...]:
    """Return the values of `MESSAGE_COLUMNS`."""
    return (
        message.sender,
        message.status,
        to_text(message.created_at),
        clean_optional(message.model),
        clean_optional(message.finish_reason),
        message.prompt_tokens,
        message.completion_tokens,
        message.time_to_first_token_ms,
        message.duration_ms,
        message.reasoning_ms,
        clean_text(json.dumps(message.params)) if message.params else None,
        clean_optional(message.error),
        clean_optional(message.error_code),
        clean_text(json.dumps(message.error_fields)) if message.error_fields else None,
        clean_text(message.content),
        clean_text(message.reasoning),
    )


def _instructions_of(record: ChatRecord) -> str:
    """Return the beginning of what a chat would tell a model in the user's name."""
    said = (m.content for m in record.messages if m.sender == "system")
    text = next((text for text in (record.system_prompt, *said) if text.strip()), "")
    words = " ".join(text[: _INSTRUCTIONS * 4].split())
    return clean_text(words[:_INSTRUCTIONS] or title_from(text))


@contextmanager
def staging_errors(path: Path) -> Iterator[None]:
    """Raise errors of the domain for those of SQLite."""
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite_error(error, path) from error
    except (UnicodeError, OverflowError) as error:
        raise StorageError(path=str(path), detail=str(error)) from error
