"""How chats are put in order: folders, tags, and the places where lists of them are shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_chat.domain.ids import FolderId, TagId

__all__ = ["ChatGroup", "ChatOrder", "ChatQuery", "Folder", "FolderId", "Place", "Tag", "TagId"]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of chats; folders can stand in folders.

    Attributes:
        parent_id: The folder it stands in; None at the top.
    """

    id: FolderId
    name: str
    parent_id: FolderId | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A word that chats can be marked with."""

    id: TagId
    name: str


class Place(StrEnum):
    """Which chats a list shows.

    CHATS: all that are neither archived nor in the trash; with a folder, those in it.
    ARCHIVE: those put away.
    TRASH: those deleted in the last 30 days.
    """

    CHATS = "chats"
    ARCHIVE = "archive"
    TRASH = "trash"


class ChatOrder(StrEnum):
    """How a list of chats is sorted, after the pinned ones; the values are stored."""

    UPDATED = "updated"
    CREATED = "created"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class ChatQuery:
    """What a list of chats shows, and in which order.

    Attributes:
        folder_id: Only the chats of this folder (not of those in it); None for all.
        tag_id: Only chats with this tag.
        title_part: Only chats whose title holds this, whatever its case.
    """

    place: Place = Place.CHATS
    folder_id: FolderId | None = None
    tag_id: TagId | None = None
    order: ChatOrder = ChatOrder.UPDATED
    title_part: str = ""


@dataclass(frozen=True, slots=True)
class ChatGroup:
    """Chats that stand under one label of the list.

    Attributes:
        label: `pinned`, or what the group has in common: a day or month as `2026-11-22` or
            `2026-11`, the first letter of the titles, or "" where there are no groups.
        start: Row of the first one.
        count: How many.
    """

    label: str
    start: int
    count: int
