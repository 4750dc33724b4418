"""Copies of chats and of their branches, and the tree of a chat's messages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.branches import MessageOutline
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageId, MessageStatus, Sender
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.importing.imports import ImportRepository
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.sqlite.message_tree import (
    count_messages,
    find_leaf,
    leaf_below,
    walk_up,
)
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES, first_portion
from desktop_chat.storage.sqlite.rows import MESSAGE_FIELDS, clean_text
from desktop_chat.storage.times import Clock, from_text, to_text, utc_now
from desktop_chat.storage.undo.removals import Removals
from desktop_chat.storage.undo.undo_log import UndoLog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from desktop_chat.domain.chat import Chat
    from desktop_chat.domain.message import Message
    from desktop_chat.domain.undo import Change
    from desktop_chat.storage.database import Database

# More than a line of the tree holds.
EXCERPT = 160

_KEPT = [
    field.column_name
    for field in MESSAGE_FIELDS
    if field.column_name not in ("id", "chat_id", "parent_id", "status")
]
_COLUMNS = ", ".join(_KEPT)

_START = """
INSERT INTO chat (title, created_at, updated_at, folder_id, system_prompt, account, model,
    params, preset_id, is_renamed, import_id)
SELECT ?, ?, ?, folder_id, system_prompt, account, model,
    params, preset_id, is_renamed, ? FROM chat WHERE id = ?
RETURNING id
"""
# Pairs of an old and a new id, and the new parent's. What is still written ends here.
_COPY = f"""
INSERT INTO message (id, chat_id, parent_id, status, {_COLUMNS})
SELECT json_extract(value, '$[1]'), ?, json_extract(value, '$[2]'),
    CASE status WHEN 'streaming' THEN 'interrupted' ELSE status END, {_COLUMNS}
FROM json_each(?) CROSS JOIN message ON message.id = json_extract(value, '$[0]')
ORDER BY json_each.key
"""
_COPY_ATTACHMENTS = """
INSERT INTO attachment (message_id, name, media_type, size, sha256, text)
SELECT json_extract(value, '$[1]'), name, media_type, size, sha256, text
FROM json_each(?) CROSS JOIN attachment ON attachment.message_id = json_extract(value, '$[0]')
ORDER BY attachment.id
"""
_OUTLINE = f"""
SELECT id, parent_id, sender, status, created_at, substr(content, 1, {EXCERPT}), model
FROM message WHERE chat_id = ? ORDER BY id
"""
# The limit also ends a walk in circles, which only a damaged tree can cause.
_BELOW = """
WITH RECURSIVE below (id) AS (
    SELECT ?1
    UNION
    SELECT message.id FROM below JOIN message ON message.parent_id = below.id
    WHERE message.chat_id = ?2
    LIMIT ?3
)
SELECT id FROM below WHERE id != ?1
"""
# Also those of messages that are gone: their ids are never given again.
_LAST_ID = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'message'"
_TREE = "SELECT id, parent_id FROM message"


@dataclass
class ChatCopy:
    """A copy that is being made; until it is released its chat is not listed.

    Attributes:
        chat_id: The new chat.
        waiting: Old id and old parent's id of what is not copied yet, in reverse.
        new_ids: New ids by old ones.
        leaf: Old id of the last message of the path that the copy shows.
    """

    chat_id: ChatId
    import_id: int
    waiting: list[tuple[int, int | None]]
    leaf: int | None
    new_ids: dict[int, int] = field(default_factory=dict)


class BranchRepository:
    """Copies chats in steps, so that others can write meanwhile, and reads their trees.

    A copy that is not finished is an unfinished import: neither listed nor searched, and removed
    at the next start.

    Attributes:
        removals: Removes messages, and puts them back.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock
        self._chats = ChatRepository(db, clock)
        self._messages = MessageRepository(db, clock)
        self._undo_log = UndoLog(db, clock)
        self._imports = ImportRepository(db, clock)
        self.removals = Removals(db)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._db.path

    def begin_copy(self, chat_id: int, title: str, last_id: int | None = None) -> ChatCopy:
        """Begin to copy a chat with all its branches, or with `last_id` the path to there.

        Raises:
            ChatNotFoundError: There is no such chat.
        """
        with self._db.atomic():
            leaf = find_leaf(self._db, chat_id)
            now = to_text(self._clock())
            started = "INSERT INTO import (source, name, started_at) VALUES ('copy', ?, ?)"
            started += " RETURNING id"
            title = clean_text(title)
            import_id = int(self._db.sql(started, (title, now))[0][0])
            new_id = self._db.sql(_START, (title, now, now, import_id, chat_id))[0][0]
            tags = "INSERT INTO chat_tag SELECT ?, tag_id FROM chat_tag WHERE chat_id = ?"
            self._db.sql(tags, (new_id, chat_id))
            waiting = self._tree(chat_id) if last_id is None else self._path(chat_id, last_id)
            leaf = leaf if last_id is None else last_id
            return ChatCopy(ChatId(new_id), import_id, waiting[::-1], leaf)

    def copy_more(self, copy: ChatCopy) -> bool:
        """Copy the next messages; return whether there are others left."""
        with self._db.atomic():
            last_id = self._db.sql(_LAST_ID)[0][0]
            part: list[tuple[int, int, int | None]] = []
            new_ids = dict(copy.new_ids)
            some = copy.waiting[-MOST_MESSAGES:][::-1]
            portion = first_portion(self._db, "message", [row[0] for row in some])
            for old_id, parent_id in some[: len(portion)]:
                last_id += 1
                new_ids[old_id] = last_id
                part.append((old_id, last_id, new_ids.get(parent_id or 0)))
            pairs = json.dumps(part)
            self._db.sql(_COPY, (copy.chat_id, pairs))
            self._db.sql(_COPY_ATTACHMENTS, (pairs,))
        del copy.waiting[len(copy.waiting) - len(part) :]
        copy.new_ids = new_ids
        return bool(copy.waiting)

    def release(self, copy: ChatCopy, change: Change) -> Chat:
        """List a copy that is complete; it is in the log as `change`, and undone by deleting it."""
        leaf = copy.new_ids.get(copy.leaf or 0)
        with self._db.atomic():
            listed = "UPDATE chat SET import_id = NULL, active_message_id = ? WHERE id = ?"
            self._db.sql(listed, (leaf, copy.chat_id))
            self._db.sql("DELETE FROM import WHERE id = ?", (copy.import_id,))
            trash, restore = (
                ["set", "chat", copy.chat_id, {"deleted_at": at}]
                for at in (to_text(self._clock()), None)
            )
            self._undo_log.record(change, [trash], [restore])
            return self._chats.get(copy.chat_id)

    def discard_some(self, copy: ChatCopy) -> bool:
        """Remove a part of a copy that will not be finished; return whether there is more."""
        return not self._imports.remove_step(copy.import_id)

    def chat_of(self, message_id: MessageId) -> ChatId:
        """Return the chat that a message belongs to.

        Raises:
            StorageError: There is no such message.
        """
        return self._messages.get(message_id).chat_id

    def show(self, message_id: MessageId) -> tuple[Message, bool]:
        """Let the path lead through a message; return it, and whether the path is another now.

        Raises:
            StorageError: There is no such message.
        """
        with self._db.atomic():
            message = self._messages.get(message_id)
            chat_id = message.chat_id
            leaf = find_leaf(self._db, chat_id)
            if leaf is not None and message_id in walk_up(self._db, chat_id, leaf):
                return message, False
            leaf = leaf_below(self._db, chat_id, message_id)
            self._chats.set_active_message(chat_id, MessageId(leaf))
            return message, True

    def below(self, message_id: MessageId) -> list[MessageId]:
        """Return all messages that follow one, on all its branches, in no order."""
        chat_id = self.chat_of(message_id)
        rows = self._db.sql(_BELOW, (message_id, chat_id, count_messages(self._db, chat_id)))
        return [MessageId(row[0]) for row in rows]

    def outline(self, chat_id: int) -> tuple[list[MessageOutline], MessageId | None]:
        """Return all messages of a chat, and the last one of the path that is shown."""
        leaf = find_leaf(self._db, chat_id)
        rows = self._db.sql(_OUTLINE, (chat_id,))
        return [_outline_from(row) for row in rows], None if leaf is None else MessageId(leaf)

    def _path(self, chat_id: int, last_id: int) -> list[tuple[int, int | None]]:
        ids = walk_up(self._db, chat_id, last_id)
        query = f"{_TREE} WHERE id IN (SELECT value FROM json_each(?))"
        parents = dict(self._db.sql(query, (json.dumps(ids),)))
        return [(message_id, parents[message_id]) for message_id in ids]

    def _tree(self, chat_id: int) -> list[tuple[int, int | None]]:
        return _parents_first(self._db.sql(f"{_TREE} WHERE chat_id = ? ORDER BY id", (chat_id,)))


def _parents_first(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, int | None]]:
    """Return rows so that each stands after the one it answers; one in a circle answers nothing."""
    known: set[int | None] = {None}
    waiting: dict[int | None, list[tuple[int, int | None]]] = {}
    ordered: list[tuple[int, int | None]] = []
    for message_id, parent_id in rows:
        row = (message_id, parent_id)
        if parent_id not in known:
            waiting.setdefault(parent_id, []).append(row)
            continue
        work = [row]
        while work:
            row = work.pop()
            ordered.append(row)
            known.add(row[0])
            work += waiting.pop(row[0], [])
    lost = [row for rows in waiting.values() for row in rows]
    return ordered + [(message_id, None) for message_id, _ in lost]


def _outline_from(row: tuple[Any, ...]) -> MessageOutline:
    message_id, parent_id, sender, status, created_at, start, model = row
    text = start.decode(errors="replace") if isinstance(start, bytes) else str(start or "")
    return MessageOutline(
        MessageId(message_id),
        None if parent_id is None else MessageId(parent_id),
        Sender(sender) if sender in set(Sender) else Sender.SYSTEM,
        MessageStatus(status) if status in set(MessageStatus) else MessageStatus.COMPLETE,
        from_text(created_at),
        " ".join(text.split()),
        model,
    )
