"""The chats of the sidebar, read page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop_chat.ui.item_models.roles import ChatRole

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId, ChatSummary

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
PAGE = 200


class ChatListModel(QAbstractListModel):
    """Chats, pinned ones first, then the newest first.

    Args:
        now: The clock, for the groups by date.
    """

    def __init__(self, *, now: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self._now = now or _now
        self._chats: list[ChatSummary] = []
        self._activity: dict[ChatId, str] = {}
        self._load: Callable[[int, int], Sequence[ChatSummary]] | None = None
        self._has_more = False

    def set_chats(self, chats: Sequence[ChatSummary]) -> None:
        """Show these chats; there are no others."""
        self.beginResetModel()
        self._chats = list(chats)
        self._has_more = False
        self._load = None
        self.endResetModel()

    def set_source(
        self, load: Callable[[int, int], Sequence[ChatSummary]], *, has_more: bool = True
    ) -> None:
        """Read further chats through `load(offset, limit)` when the view asks for them."""
        self._load = load
        self._has_more = has_more

    def put(self, chat: ChatSummary) -> None:
        """Add a chat, or move a known one to its new place."""
        old = self.row_of(chat.id)
        if old is None:
            self._insert(chat)
            return
        others = self._chats[:old] + self._chats[old + 1 :]
        new = _place(others, chat)
        if new != old:
            target = new + 1 if new > old else new
            self.beginMoveRows(ROOT, old, old, ROOT, target)
            self._chats = [*others[:new], chat, *others[new:]]
            self.endMoveRows()
            # Where it stood, the next row may now be the first of its group.
            self._tell(old)
        else:
            self._chats[old] = chat
        self._tell(new)

    def _insert(self, chat: ChatSummary) -> None:
        row = _place(self._chats, chat)
        if row == len(self._chats) and self._has_more:
            return  # it comes with its page
        self.beginInsertRows(ROOT, row, row)
        self._chats.insert(row, chat)
        self.endInsertRows()
        self._tell(row)

    def remove(self, chat_id: ChatId) -> None:
        """Take a chat out of the list."""
        row = self.row_of(chat_id)
        if row is not None:
            self.beginRemoveRows(ROOT, row, row)
            del self._chats[row]
            self.endRemoveRows()
            self._tell(row)

    def set_activity(self, chat_id: ChatId, activity: str) -> None:
        """Mark a chat as "writing" or "unread", or as neither with an empty string."""
        if activity:
            self._activity[chat_id] = activity
        else:
            self._activity.pop(chat_id, None)
        row = self.row_of(chat_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [ChatRole.ACTIVITY])

    def activity(self, chat_id: ChatId) -> str:
        """Return the mark of a chat."""
        return self._activity.get(chat_id, "")

    def chat_at(self, row: int) -> ChatSummary:
        """Return the chat of a row."""
        return self._chats[row]

    def row_of(self, chat_id: ChatId) -> int | None:
        """Return the row of a chat, None if it is not (yet) in the list."""
        for row, chat in enumerate(self._chats):
            if chat.id == chat_id:
                return row
        return None

    def _tell(self, row: int) -> None:
        """The row and the next one may have got or lost their group label."""
        if self._chats:
            first = self.index(max(0, min(row, len(self._chats) - 1)))
            last = self.index(min(row + 1, len(self._chats) - 1))
            self.dataChanged.emit(first, last)

    def _group(self, chat: ChatSummary) -> str:
        if chat.is_pinned:
            return _tr("Pinned")
        today = self._now().astimezone().date()
        days = (today - chat.updated_at.astimezone().date()).days
        if days <= 0:
            return _tr("Today")
        if days == 1:
            return _tr("Yesterday")
        if days <= 7:
            return _tr("Previous 7 days")
        local = chat.updated_at.astimezone()
        month = QLocale().standaloneMonthName(local.month)
        return f"{month} {local.year}" if local.year != today.year else month

    def _group_label(self, row: int) -> str:
        group = self._group(self._chats[row])
        if row > 0 and self._group(self._chats[row - 1]) == group:
            return ""
        return group

    def _time(self, chat: ChatSummary) -> str:
        local = chat.updated_at.astimezone()
        is_today = local.date() == self._now().astimezone().date()
        return f"{local:%H:%M}" if is_today else ""

    # Qt overrides

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._chats)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        chat = self._chats[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return chat.title or _tr("Untitled")
            case Qt.ItemDataRole.AccessibleTextRole:
                return chat.title or _tr("Untitled")
            case ChatRole.CHAT_ID:
                return chat.id
            case ChatRole.GROUP:
                return self._group_label(index.row())
            case ChatRole.TIME:
                return self._time(chat)
            case ChatRole.ACTIVITY:
                return self._activity.get(chat.id, "")
            case _:
                return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return self._has_more and not parent.isValid()

    @override
    def fetchMore(self, parent: Index) -> None:
        if self._load is None:
            return
        page = self._load(len(self._chats), PAGE)
        self._has_more = len(page) == PAGE
        known = {chat.id for chat in self._chats}
        new = [chat for chat in page if chat.id not in known]
        if new:
            first = len(self._chats)
            self.beginInsertRows(ROOT, first, first + len(new) - 1)
            self._chats.extend(new)
            self.endInsertRows()


def _place(chats: Sequence[ChatSummary], chat: ChatSummary) -> int:
    def key(one: ChatSummary) -> tuple[bool, timedelta]:
        return not one.is_pinned, _LATEST - one.updated_at

    wanted = key(chat)
    for row, other in enumerate(chats):
        if wanted < key(other):
            return row
    return len(chats)


_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChatListModel", text)


def _now() -> datetime:
    return datetime.now(UTC)
