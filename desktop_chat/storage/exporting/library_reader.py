"""Whole chats, read for a file: every branch, with folders, tags and attachments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.transfer import (
    AttachmentRecord,
    ChatRecord,
    FolderRecord,
    LibraryRecord,
    MessageRecord,
)
from desktop_chat.storage.sqlite.rows import CHAT_FIELDS, MESSAGE_FIELDS, chat_from, message_from
from desktop_chat.storage.times import Clock, from_text, utc_now

if TYPE_CHECKING:
    from pathlib import Path

    from desktop_chat.domain.message import Message
    from desktop_chat.storage.database import Database

_CHAT = f"""
SELECT {", ".join(field.column_name for field in CHAT_FIELDS)} FROM chat
WHERE id = ? AND import_id IS NULL
"""
_MESSAGE_COLUMNS = [field.column_name for field in MESSAGE_FIELDS]
_MESSAGES = f"SELECT {', '.join(_MESSAGE_COLUMNS)} FROM message WHERE chat_id = ? ORDER BY id"
_TAGS = """
SELECT name FROM tag JOIN chat_tag ON tag_id = tag.id WHERE chat_id = ? ORDER BY name, tag.id
"""
_ATTACHMENTS = """
SELECT message_id, name, media_type, size, sha256, text FROM attachment
WHERE message_id IN (SELECT id FROM message WHERE chat_id = ?) ORDER BY id
"""
_IN_FOLDER = """
WITH RECURSIVE inside (id) AS (
    SELECT ?
    UNION
    SELECT folder.id FROM folder JOIN inside ON folder.parent_id = inside.id
)
SELECT id FROM chat WHERE folder_id IN (SELECT id FROM inside)
    AND deleted_at IS NULL AND import_id IS NULL
ORDER BY id
"""
_PARAMS = _MESSAGE_COLUMNS.index("params")
_ERROR_FIELDS = _MESSAGE_COLUMNS.index("error_fields")


class LibraryReader:
    """Reads chats one at a time, so that a file of all of them needs the memory of one.

    Args:
        db: The database; one that only reads is enough.
        attachments_dir: Where the files of attachments lie, each named by its SHA-256.
    """

    def __init__(self, db: Database, attachments_dir: Path, clock: Clock = utc_now) -> None:
        self._db = db
        self._attachments_dir = attachments_dir
        self._clock = clock

    def library(self, program: str = "") -> LibraryRecord:
        """Return folders and tags."""
        folders = self._db.sql("SELECT id, name, created_at, parent_id FROM folder ORDER BY id")
        tags = self._db.sql("SELECT DISTINCT name FROM tag ORDER BY name")
        return LibraryRecord(
            exported_at=self._clock(),
            program=program,
            folders=tuple(
                FolderRecord(row[0], row[1], from_text(row[2]), row[3]) for row in folders
            ),
            tags=tuple(row[0] for row in tags),
        )

    def all_ids(self, *, with_trash: bool) -> list[int]:
        """Return all chats, those of the archive too, and those in the trash if asked for."""
        trash = "" if with_trash else "AND deleted_at IS NULL"
        rows = self._db.sql(f"SELECT id FROM chat WHERE import_id IS NULL {trash} ORDER BY id")
        return [row[0] for row in rows]

    def ids_in_folder(self, folder_id: int) -> list[int]:
        """Return the chats of a folder and of those in it, without the trash."""
        return [row[0] for row in self._db.sql(_IN_FOLDER, (folder_id,))]

    def chat(self, chat_id: int) -> ChatRecord:
        """Return one chat with all that belongs to it.

        Raises:
            ChatNotFoundError: There is none.
        """
        rows = self._db.sql(_CHAT, (chat_id,))
        if not rows:
            raise ChatNotFoundError(chat_id=chat_id)
        chat = chat_from(rows[0])
        messages = self._messages(chat_id)
        known = {message.id for message in messages}
        model = chat.model_ref
        return ChatRecord(
            id=chat.id,
            title=chat.title,
            created_at=chat.created_at,
            updated_at=chat.updated_at,
            folder_id=chat.folder_id,
            is_pinned=chat.is_pinned,
            is_renamed=chat.is_renamed,
            deleted_at=chat.deleted_at,
            archived_at=chat.archived_at,
            system_prompt=chat.system_prompt,
            account=model.account_id if model else None,
            model=model.model_id if model else None,
            params=(chat.params.as_dict() or None) if chat.params else None,
            active_message_id=(chat.active_message_id if chat.active_message_id in known else None),
            origin=chat.origin,
            tags=tuple(row[0] for row in self._db.sql(_TAGS, (chat_id,))),
            messages=messages,
        )

    def _messages(self, chat_id: int) -> tuple[MessageRecord, ...]:
        rows = self._db.sql(_MESSAGES, (chat_id,))
        known = {row[0] for row in rows}
        attachments = self._attachments(chat_id)
        return tuple(
            _record(message_from(row), row, known, tuple(attachments.get(row[0], ())))
            for row in rows
        )

    def _attachments(self, chat_id: int) -> dict[int, list[AttachmentRecord]]:
        found: dict[int, list[AttachmentRecord]] = {}
        for message_id, name, media_type, size, sha256, text in self._db.sql(
            _ATTACHMENTS, (chat_id,)
        ):
            data = self._file(sha256)
            record = AttachmentRecord(name, media_type, size, sha256, text, data)
            found.setdefault(message_id, []).append(record)
        return found

    def _file(self, sha256: str) -> bytes | None:
        # The name comes from the database, which others may write.
        if len(sha256) != 64 or not sha256.isalnum():
            return None
        try:
            return (self._attachments_dir / sha256).read_bytes()
        except OSError:
            return None


def _record(
    message: Message,
    row: tuple[Any, ...],
    known: set[int],
    attachments: tuple[AttachmentRecord, ...],
) -> MessageRecord:
    status = message.status
    if status is MessageStatus.STREAMING:
        # The copy will never go on.
        status = MessageStatus.INTERRUPTED
    return MessageRecord(
        id=message.id,
        sender=message.sender.value,
        content=message.content,
        created_at=message.created_at,
        parent_id=message.parent_id if message.parent_id in known else None,
        reasoning=message.reasoning,
        status=status.value,
        error=message.error,
        error_code=message.error_code,
        error_fields=_object_from(row[_ERROR_FIELDS]),
        model=message.model,
        finish_reason=message.finish_reason,
        prompt_tokens=message.prompt_tokens,
        completion_tokens=message.completion_tokens,
        time_to_first_token_ms=message.time_to_first_token_ms,
        duration_ms=message.duration_ms,
        reasoning_ms=message.reasoning_ms,
        params=_object_from(row[_PARAMS]),
        attachments=attachments,
    )


def _object_from(text: object) -> dict[str, Any] | None:
    """Return a JSON object as it is stored, of which this version may know a part only."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
