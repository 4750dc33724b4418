"""Our own JSON, see docs/json-format.md: chats as they were, without loss."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.imported import FoundChat, FoundLibrary, Source
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.transfer import (
    FORMAT,
    VERSION,
    AttachmentRecord,
    ChatRecord,
    FolderRecord,
    MessageRecord,
)
from desktop_chat.services.importing.assembling import Node, arrange
from desktop_chat.services.importing.failures import TooLargeError, UnreadableError
from desktop_chat.services.importing.limits import ATTACHMENT_BYTES, MB
from desktop_chat.services.importing.values import (
    fields_of,
    items_of,
    optional_text,
    text_of,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
_STATUSES = {status.value for status in MessageStatus} - {MessageStatus.STREAMING.value}
_SENDERS = {sender.value for sender in Sender}
_NUMBERS = (
    "prompt_tokens",
    "completion_tokens",
    "time_to_first_token_ms",
    "duration_ms",
    "reasoning_ms",
)
_TEXTS = ("error", "error_code", "model", "finish_reason")


def is_ours(key: str | None, value: object) -> bool:
    """Whether the first member of a document says that it is ours."""
    return key == "format" and value == FORMAT


def read_ours(
    pieces: Iterable[tuple[str | None, int | None, Any]],
) -> Iterator[FoundLibrary | FoundChat]:
    """Yield what a document of ours holds: folders and tags, then chat after chat.

    Args:
        pieces: The members of the document, see `json_stream.read_json`.

    Raises:
        UnreadableError: A newer version wrote it.
    """
    folders: list[FolderRecord] = []
    tags: list[str] = []
    is_told = False
    for key, _, value in pieces:
        if key == "version" and (whole(value) or 0) > VERSION:
            raise UnreadableError("a newer version of Desktop Chat wrote it; update the program")
        if key == "folders":
            folders.append(_folder(fields_of(value)))
        elif key == "tags":
            tags.append(text_of(value))
        elif key == "chats":
            if not is_told:
                is_told = True
                yield FoundLibrary(tuple(folders), tuple(filter(None, tags)))
            yield FoundChat(Source.OURS, _chat(fields_of(value)))
    if not is_told:
        yield FoundLibrary(tuple(folders), tuple(filter(None, tags)))


def _folder(value: dict[str, Any]) -> FolderRecord:
    return FolderRecord(
        id=_number(value.get("id")),
        name=text_of(value.get("name")),
        created_at=_time(value.get("created_at")) or _UNKNOWN,
        parent_id=whole(value.get("parent_id")),
    )


def _chat(value: dict[str, Any]) -> ChatRecord:
    messages, numbers = _messages(items_of(value.get("messages")))
    return ChatRecord(
        id=_number(value.get("id")),
        title=text_of(value.get("title")),
        created_at=_time(value.get("created_at")) or _UNKNOWN,
        updated_at=_time(value.get("updated_at")) or _UNKNOWN,
        folder_id=whole(value.get("folder_id")),
        is_pinned=value.get("is_pinned") is True,
        is_renamed=value.get("is_renamed") is True,
        deleted_at=_time(value.get("deleted_at")),
        archived_at=_time(value.get("archived_at")),
        system_prompt=text_of(value.get("system_prompt")),
        account=optional_text(value.get("account")),
        model=optional_text(value.get("model")),
        params=fields_of(value.get("params")) or None,
        active_message_id=numbers.get(whole(value.get("active_message_id"))),
        origin=optional_text(value.get("origin")),
        tags=tuple(filter(None, map(text_of, items_of(value.get("tags"))))),
        messages=messages,
    )


def _messages(items: list[Any]) -> tuple[tuple[MessageRecord, ...], dict[Any, int]]:
    nodes = []
    for value in map(fields_of, items):
        key = _number(value.get("id"))
        node = Node(key, whole(value.get("parent_id")), Sender.SYSTEM)
        node.details = value
        nodes.append(node)
    order, numbers = arrange(nodes)
    messages = tuple(
        _message(node.details, place, parent) for place, (node, parent) in enumerate(order, start=1)
    )
    return messages, numbers


def _message(value: dict[str, Any], number: int, parent: int | None) -> MessageRecord:
    sender, status = value.get("sender"), value.get("status")
    further: dict[str, Any] = {name: whole(value.get(name)) for name in _NUMBERS}
    further |= {name: _text_or_none(value.get(name)) for name in _TEXTS}
    return MessageRecord(
        id=number,
        sender=sender if sender in _SENDERS else Sender.SYSTEM.value,
        content=text_of(value.get("content")),
        created_at=_time(value.get("created_at")) or _UNKNOWN,
        parent_id=parent,
        reasoning=text_of(value.get("reasoning")),
        status=status if status in _STATUSES else MessageStatus.COMPLETE.value,
        error_fields=fields_of(value.get("error_fields")) or None,
        params=fields_of(value.get("params")) or None,
        attachments=tuple(_attachment(fields_of(a)) for a in items_of(value.get("attachments"))),
        **further,
    )


def _attachment(value: dict[str, Any]) -> AttachmentRecord:
    data = _data(value.get("data"))
    return AttachmentRecord(
        name=text_of(value.get("name")),
        media_type=text_of(value.get("media_type")),
        size=max(whole(value.get("size")) or 0, 0),
        # A file is stored under this name: what it says of itself does not count.
        sha256=hashlib.sha256(data).hexdigest() if data else _digest(value.get("sha256")),
        text=text_of(value.get("text")),
        data=data,
    )


def _data(value: object) -> bytes | None:
    if not isinstance(value, str) or not value:
        return None
    if len(value) > ATTACHMENT_BYTES * 4 // 3:
        raise TooLargeError(f"an attached file is larger than {ATTACHMENT_BYTES // MB} MB")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableError("an attached file in it is damaged") from None


def _digest(value: object) -> str:
    text = text_of(value).lower()
    is_digest = len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)
    return text if is_digest else ""


def _text_or_none(value: object) -> str | None:
    return text_of(value) if isinstance(value, str) else None


def _number(value: object) -> int:
    found = whole(value)
    return -1 if found is None else found


def _time(value: object) -> datetime | None:
    """Return a time as it stands there, whatever year it names: it was stored once already."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
