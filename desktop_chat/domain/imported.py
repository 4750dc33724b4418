"""Chats that come from elsewhere: as they were found in a file, and what is shown of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.transfer import ChatRecord, FolderRecord


class Source(StrEnum):
    """Which program a file comes from; the values are stored."""

    OURS = "desktop-chat"
    CHATGPT = "chatgpt"
    CLAUDE = "claude"
    LM_STUDIO = "lm-studio"
    OPEN_WEBUI = "open-webui"
    JAN = "jan"
    MARKDOWN = "markdown"


SOURCE_NAMES = {
    Source.OURS: "Desktop Chat",
    Source.CHATGPT: "ChatGPT",
    Source.CLAUDE: "Claude",
    Source.LM_STUDIO: "LM Studio",
    Source.OPEN_WEBUI: "Open WebUI",
    Source.JAN: "Jan",
    Source.MARKDOWN: "Markdown",
}
"""What the programs call themselves; the same in every language."""


@dataclass(frozen=True, slots=True)
class FoundChat:
    """A chat as a file holds it.

    Attributes:
        record: The chat; a parent stands before its children or not.
        folder: Names of the folders it stands in, from the top; for files of ours that is said
            by `record.folder_id` instead.
    """

    source: Source
    record: ChatRecord
    folder: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundLibrary:
    """What a file of ours holds beside its chats."""

    folders: tuple[FolderRecord, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file, or a part of one, that does not come in.

    Attributes:
        reason: A few words, in English.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """What the preview shows of a chat.

    Attributes:
        instructions: The beginning of what the chat tells the model; "" for nothing.
        is_known: It is here already and does not come in again.
    """

    title: str
    messages: int
    updated_at: datetime
    instructions: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would bring.

    Attributes:
        chats: How many would come in.
        messages: How many messages those have, on all their branches.
        known: How many chats are here already.
        in_trash: How many of the known ones are in the trash.
        instructed: How many of the new chats bring instructions for the model.
        rows: The newest chats, as many as a list shows at once.
    """

    sources: tuple[Source, ...]
    chats: int
    messages: int
    known: int = 0
    in_trash: int = 0
    instructed: int = 0
    rows: tuple[PreviewRow, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import brought.

    Attributes:
        chat_ids: The chats that are listed now and that undoing takes away again; others came
            into the trash.
    """

    chats: int
    messages: int
    known: int = 0
    in_trash: int = 0
    left_out: tuple[LeftOut, ...] = ()
    chat_ids: tuple[ChatId, ...] = field(default=())
