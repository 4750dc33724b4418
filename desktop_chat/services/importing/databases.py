"""SQLite files: a copy of our own database, or Open WebUI's `webui.db`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import DatabaseDamagedError
from desktop_chat.domain.imported import FoundChat, FoundLibrary
from desktop_chat.services.importing import open_webui, ours
from desktop_chat.services.importing.failures import UnknownFormatError, UnreadableError
from desktop_chat.services.importing.json_stream import decode_json
from desktop_chat.services.importing.limits import MESSAGES_OF_CHAT
from desktop_chat.services.importing.values import fields_of
from desktop_chat.storage.importing.foreign_database import ForeignDatabase, open_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHAT = {
    "id": "id",
    "title": "title",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "folder_id": "folder_id",
    "deleted_at": "deleted_at",
    "archived_at": "archived_at",
    "system_prompt": "system_prompt",
    "account": "account",
    "model": "model",
    "params": "params",
    "active_message_id": "active_message_id",
    "origin": "origin",
    "is_pinned": "pinned",
    "is_renamed": "is_renamed",
}
_MESSAGE = (
    "id",
    "parent_id",
    "sender",
    "content",
    "created_at",
    "reasoning",
    "status",
    "error",
    "error_code",
    "error_fields",
    "model",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "time_to_first_token_ms",
    "duration_ms",
    "reasoning_ms",
    "params",
)
_OBJECTS = ("error_fields", "params")
_WEBUI = ("id", "title", "chat", "created_at", "updated_at", "archived", "pinned", "meta")


def read_database(path: Path) -> Iterator[FoundLibrary | FoundChat]:
    """Yield what is in a file: folders and tags, then chat after chat.

    Raises:
        UnknownFormatError: It is a database of another kind.
        UnreadableError: It is damaged.
    """
    try:
        with open_foreign(path) as db:
            if {"chat_id", "parent_id", "sender", "content"} <= db.columns("message"):
                yield from ours.read_ours(_our_pieces(db))
            elif {"id", "chat", "title"} <= db.columns("chat"):
                yield from _webui_chats(db)
            else:
                raise UnknownFormatError("it is a database of an unknown kind")
    except DatabaseDamagedError as error:
        raise UnreadableError(f"the database is damaged: {error.fields.get('detail')}") from None


def _our_pieces(db: ForeignDatabase) -> Iterator[tuple[str | None, int | None, Any]]:
    """Yield a database as the members of our JSON document."""
    names = ("id", "name", "created_at", "parent_id")
    for row in db.rows("folder", names, "ORDER BY id"):
        yield "folders", 0, dict(zip(names, row, strict=True))
    tags = {row[0]: row[1] for row in db.rows("tag", ("id", "name"), "ORDER BY name")}
    for name in tags.values():
        yield "tags", 0, name
    unfinished = "import_id" in db.columns("chat")
    where = "WHERE import_id IS NULL ORDER BY id" if unfinished else "ORDER BY id"
    for row in db.rows("chat", tuple(_CHAT.values()), where):
        chat = dict(zip(_CHAT, row, strict=True))
        for flag in ("is_pinned", "is_renamed"):
            chat[flag] = bool(chat[flag])
        chat["params"] = _object(chat["params"])
        marked = db.rows("chat_tag", ("tag_id",), "WHERE chat_id = ?", (chat["id"],))
        chat["tags"] = [tags[tag_id] for (tag_id,) in marked if tag_id in tags]
        chat["messages"] = list(_our_messages(db, chat["id"]))
        yield "chats", 0, chat


def _our_messages(db: ForeignDatabase, chat_id: Any) -> Iterator[dict[str, Any]]:
    files: dict[Any, list[dict[str, Any]]] = {}
    names = ("message_id", "name", "media_type", "size", "sha256", "text")
    below = "WHERE message_id IN (SELECT id FROM message WHERE chat_id = ?) ORDER BY id"
    for row in db.rows("attachment", names, below, (chat_id,)):
        files.setdefault(row[0], []).append(dict(zip(names[1:], row[1:], strict=True)))
    where = f"WHERE chat_id = ? ORDER BY id LIMIT {MESSAGES_OF_CHAT + 1}"
    for row in db.rows("message", _MESSAGE, where, (chat_id,)):
        message = dict(zip(_MESSAGE, row, strict=True))
        for name in _OBJECTS:
            message[name] = _object(message[name])
        if message["status"] == "streaming":
            message["status"] = "interrupted"
        message["attachments"] = files.get(message["id"], [])
        yield message


def _webui_chats(db: ForeignDatabase) -> Iterator[FoundChat]:
    for row in db.rows("chat", _WEBUI, "ORDER BY created_at"):
        value = dict(zip(_WEBUI, row, strict=True))
        value["chat"] = _object(value["chat"])
        value["meta"] = _object(value["meta"])
        for flag in ("archived", "pinned"):
            value[flag] = bool(value[flag])
        if open_webui.is_chat(value) and (chat := open_webui.read_chat(value)):
            yield chat


def _object(text: object) -> dict[str, Any]:
    try:
        return fields_of(decode_json(text)) if isinstance(text, str) else {}
    except UnreadableError:
        return {}
