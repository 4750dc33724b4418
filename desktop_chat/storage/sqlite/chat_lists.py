"""SQL for lists of chats; each place and order has an index that holds the rows in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.organisation import ChatOrder, Place
from desktop_chat.storage.sqlite.rows import clean_text

if TYPE_CHECKING:
    from desktop_chat.domain.organisation import ChatQuery

# Marks a chat in the trash whose rows are being deleted: it cannot be restored any more.
DOOMED = "1970-01-01T00:00:00.000Z"

_PLACES = {
    Place.CHATS: "deleted_at IS NULL AND archived_at IS NULL AND import_id IS NULL",
    Place.ARCHIVE: "archived_at IS NOT NULL AND deleted_at IS NULL AND import_id IS NULL",
    Place.TRASH: f"deleted_at > '{DOOMED}'",
}
_KEYS = {
    ChatOrder.UPDATED: "updated_at",
    ChatOrder.CREATED: "created_at",
    ChatOrder.TITLE: "title_key",
}


def key_of(query: ChatQuery) -> str:
    """Return the column by which a list is sorted, after the pinned ones."""
    return "deleted_at" if query.place is Place.TRASH else _KEYS[query.order]


def has_pinned(query: ChatQuery) -> bool:
    """Whether pinned chats stand first in this list."""
    return query.place is Place.CHATS


def is_from_index(query: ChatQuery) -> bool:
    """Whether an index holds exactly this list, so that parts of it need no reading of all."""
    if query.tag_id is not None or query.title_part:
        return False
    if query.place is Place.CHATS:
        return True
    is_whole = query.folder_id is None
    return is_whole and (query.place is Place.TRASH or query.order is ChatOrder.UPDATED)


def order_by(query: ChatQuery) -> str:
    """Return the ORDER BY of a list."""
    key = key_of(query)
    pinned = "pinned DESC, " if has_pinned(query) else ""
    direction = "" if key == "title_key" else " DESC"
    return f"{pinned}{key}{direction}, id DESC"


def where(query: ChatQuery) -> tuple[str, list[Any]]:
    """Return the condition of a list and its parameters."""
    parts, parameters = [_PLACES[query.place]], list[Any]()
    if query.folder_id is not None:
        parts.append("folder_id = ?")
        parameters.append(query.folder_id)
    if query.tag_id is not None:
        parts.append("id IN (SELECT chat_id FROM chat_tag WHERE tag_id = ?)")
        parameters.append(query.tag_id)
    if query.title_part:
        parts.append("title LIKE ? ESCAPE '\\'")
        parameters.append(f"%{_escaped(clean_text(query.title_part))}%")
    return " AND ".join(parts), parameters


def _escaped(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text
