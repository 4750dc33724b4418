"""Chats on their way out of the program or into it: what a file of ours holds of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FORMAT = "desktop-chat"
VERSION = 1


@dataclass(frozen=True, slots=True)
class FolderRecord:
    """A folder; ids mean something within their file only.

    Attributes:
        parent_id: The folder it stands in; None at the top.
    """

    id: int
    name: str
    created_at: datetime
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """A file that was sent with a message.

    Attributes:
        sha256: Of the file's bytes, in hexadecimal; "" where nobody knows.
        text: What could be read of it as text.
        data: The bytes; None where the file does not hold them.
    """

    name: str = ""
    media_type: str = ""
    size: int = 0
    sha256: str = ""
    text: str = ""
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A message with all that is stored of it, except what follows from the others.

    Attributes:
        parent_id: The message it answers; None for a first one.
        sender: One of `domain.message.Sender`.
        status: One of `domain.message.MessageStatus`, never `streaming`.
        error_fields: None where the error has none.
        params: What was asked for beside the model, by name.
    """

    id: int
    sender: str
    content: str
    created_at: datetime
    parent_id: int | None = None
    reasoning: str = ""
    status: str = "complete"
    error: str | None = None
    error_code: str | None = None
    error_fields: Mapping[str, Any] | None = None
    model: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    time_to_first_token_ms: int | None = None
    duration_ms: int | None = None
    reasoning_ms: int | None = None
    params: Mapping[str, Any] | None = None
    attachments: tuple[AttachmentRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """A chat with all its messages, those of other branches included.

    Attributes:
        folder_id: A folder of the same file; None for none.
        account: Which engine answers, as in `domain.model_info.ModelRef`.
        params: What is asked for with each message beside the model, by name.
        active_message_id: Last message of the path that is shown.
        tags: Names.
        messages: In the order in which they were made.
    """

    id: int
    title: str
    created_at: datetime
    updated_at: datetime
    folder_id: int | None = None
    is_pinned: bool = False
    is_renamed: bool = False
    deleted_at: datetime | None = None
    archived_at: datetime | None = None
    system_prompt: str = ""
    account: str | None = None
    model: str | None = None
    params: Mapping[str, Any] | None = None
    active_message_id: int | None = None
    origin: str | None = None
    tags: tuple[str, ...] = ()
    messages: tuple[MessageRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class LibraryRecord:
    """What stands in a file beside the chats.

    Attributes:
        folders: A folder may stand before the one that it is in.
        tags: All names, those included that no chat has.
    """

    exported_at: datetime
    program: str = ""
    folders: tuple[FolderRecord, ...] = field(default=())
    tags: tuple[str, ...] = ()


def path_of(chat: ChatRecord) -> list[MessageRecord]:
    """Return the messages of the path that is shown, oldest first."""
    by_id = {message.id: message for message in chat.messages}
    leaf = chat.active_message_id
    message = by_id.get(max(by_id, default=0) if leaf is None else leaf)
    path: list[MessageRecord] = []
    while message is not None:
        path.append(message)
        # Taken out, so that a damaged tree ends the walk.
        del by_id[message.id]
        message = by_id.get(message.parent_id) if message.parent_id is not None else None
    return path[::-1]
