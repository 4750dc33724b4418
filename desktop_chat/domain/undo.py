"""Changes that can be undone, by the code under which they are remembered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.domain.ids import ChatId


class Change(StrEnum):
    """What a change was; the values are stored, and the window has words for each."""

    CHAT_RENAMED = "chat.renamed"
    CHATS_PINNED = "chats.pinned"
    CHATS_UNPINNED = "chats.unpinned"
    CHATS_MOVED = "chats.moved"
    CHATS_ARCHIVED = "chats.archived"
    CHATS_UNARCHIVED = "chats.unarchived"
    CHATS_TAGGED = "chats.tagged"
    CHATS_UNTAGGED = "chats.untagged"
    CHATS_TRASHED = "chats.trashed"
    CHATS_RESTORED = "chats.restored"
    CHATS_IMPORTED = "chats.imported"
    CHAT_DUPLICATED = "chat.duplicated"
    CHAT_BRANCHED = "chat.branched"
    FOLDER_CREATED = "folder.created"
    FOLDER_RENAMED = "folder.renamed"
    FOLDER_MOVED = "folder.moved"
    FOLDER_DELETED = "folder.deleted"
    TAG_RENAMED = "tag.renamed"
    TAG_DELETED = "tag.deleted"
    MESSAGE_EDITED = "message.edited"
    MESSAGES_DELETED = "messages.deleted"


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change that was undone, or done again, has changed.

    Attributes:
        label: Code of the change, one of `Change`.
        listed: Chats that look or stand otherwise in lists.
        trashed: Those of them that are in the trash now and were not before.
        restored: Those that came back from there.
        paths: Chats whose path leads elsewhere.
        has_folders: Whether folders or tags changed.
    """

    label: str
    listed: tuple[ChatId, ...] = ()
    trashed: tuple[ChatId, ...] = ()
    restored: tuple[ChatId, ...] = ()
    paths: tuple[ChatId, ...] = ()
    has_folders: bool = False
