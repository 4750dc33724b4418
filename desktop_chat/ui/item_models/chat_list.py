"""The chats of the sidebar, read where they are looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop_chat.ui.item_models.chat_activity import ChatActivity
from desktop_chat.ui.item_models.chat_groups import ChatGroups
from desktop_chat.ui.item_models.chat_pages import ChatPages
from desktop_chat.ui.item_models.roles import CHATS_MIME, ChatRole

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId, ChatSummary
    from desktop_chat.domain.organisation import ChatGroup
    from desktop_chat.domain.progress import ReplyProgress
    from desktop_chat.ui.item_models.chat_pages import Load

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class ChatListModel(QAbstractListModel):
    """A list of chats of any length, under the names of their groups.

    Args:
        now: The clock, for the groups by date.

    Signals:
        torn(): a page did not fit to the rows around it: the stored list is another one by now.
    """

    torn = Signal()

    def __init__(self, *, now: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        self._now = now or _now
        self._activity = ChatActivity()
        self._pages = ChatPages()
        self._groups = ChatGroups(self._today())
        self._is_by_use = True

    def set_chats(self, chats: Sequence[ChatSummary]) -> None:
        """Show these chats, the last used first; there are no others."""
        self.beginResetModel()
        self._pages = ChatPages(chats)
        self._groups = ChatGroups(self._today())
        self._groups.set_chats(chats)
        self._is_by_use = True
        self.endResetModel()

    def set_stored(
        self,
        chats: Sequence[ChatSummary],
        groups: Sequence[ChatGroup],
        load: Load,
        *,
        is_by_use: bool = True,
    ) -> None:
        """Show a stored list.

        Args:
            chats: Its first rows, perhaps all of them.
            groups: All its rows.
            load: Reads further rows as `load(offset, limit)`, in a few milliseconds.
            is_by_use: Whether it is sorted by last use after the pinned ones, so that `put`
                can tell the place of a chat.
        """
        count = sum(group.count for group in groups)
        found = ChatGroups(self._today())
        found.set_stored(groups)
        pages = ChatPages(chats, count, load)
        # The list of the first paint is only completed.
        shown = self._pages.count if self._begins_like(chats) and count >= self._pages.count else -1
        if shown < 0:
            self.beginResetModel()
        elif count > shown:
            self.beginInsertRows(ROOT, shown, count - 1)
        self._pages, self._groups, self._is_by_use = pages, found, is_by_use
        if shown < 0:
            self.endResetModel()
            return
        if count > shown:
            self.endInsertRows()
        self._tell(0, count - 1)

    def _begins_like(self, chats: Sequence[ChatSummary]) -> bool:
        shown = [chat for _, chat in self._pages.rows()]
        return len(shown) == self._pages.count > 0 and shown == list(chats[: len(shown)])

    def put(self, chat: ChatSummary) -> bool:
        """Add a chat, or move a known one to its new place.

        Returns False, and changes nothing, where its place cannot be told from what was read.
        """
        old = self._pages.row_of(chat.id)
        if old is not None and self._stays(old, chat):
            self._pages.replace(old, chat)
            self._tell(old, old)
            return True
        new = self._pages.place_of(chat) if self._is_by_use else None
        if new is None:
            return False
        if old is None:
            return self._insert(new, chat)
        return self._move(old, new, chat)

    def _stays(self, row: int, chat: ChatSummary) -> bool:
        before = self._pages.at(row)
        if before is None or before.is_pinned != chat.is_pinned:
            return False
        if self._is_by_use:
            return before.updated_at == chat.updated_at
        return before.title == chat.title

    def _insert(self, row: int, chat: ChatSummary) -> bool:
        self.beginInsertRows(ROOT, row, row)
        self._pages.insert(row, chat)
        fits = self._groups.insert(row, self._groups.text_of(chat))
        self.endInsertRows()
        self._tell(row, row + 1)
        return fits

    def _move(self, old: int, new: int, chat: ChatSummary) -> bool:
        if new != old:
            self.beginMoveRows(ROOT, old, old, ROOT, new + 1 if new > old else new)
        self._pages.remove(old)
        self._pages.insert(new, chat)
        self._groups.remove(old)
        fits = self._groups.insert(new, self._groups.text_of(chat))
        if new != old:
            self.endMoveRows()
            # Where it stood, the next row may now be the first of its group.
            self._tell(old, old + 1)
        self._tell(new, new + 1)
        return fits

    def remove(self, chat_id: ChatId) -> bool:
        """Take a chat out of the list; returns False if it is not among those that were read."""
        row = self._pages.row_of(chat_id)
        if row is None:
            return False
        self.beginRemoveRows(ROOT, row, row)
        self._pages.remove(row)
        self._groups.remove(row)
        self.endRemoveRows()
        self._tell(row, row + 1)
        return True

    def set_activity(self, chat_id: ChatId, activity: str) -> None:
        """Mark a chat as "writing" or "unread", or as neither with an empty string."""
        self._activity.set_mark(chat_id, activity)
        self._tell_activity(chat_id)

    def set_progress(self, chat_id: ChatId, progress: ReplyProgress) -> None:
        """Take how far the reply is that is being written in a chat."""
        if self._activity.set_progress(chat_id, progress):
            self._tell_activity(chat_id)

    def _tell_activity(self, chat_id: ChatId) -> None:
        row = self.row_of(chat_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [ChatRole.ACTIVITY, ChatRole.PROGRESS])

    def activity(self, chat_id: ChatId) -> str:
        """Return the mark of a chat."""
        return self._activity.mark(chat_id)

    def chat_at(self, row: int) -> ChatSummary | None:
        """Return the chat of a row, None if it cannot be read."""
        chat = self._pages.at(row) if 0 <= row < self._pages.count else None
        if self._pages.is_torn:
            self._pages.is_torn = False
            self.torn.emit()
        return chat

    def row_of(self, chat_id: ChatId) -> int | None:
        """Return the row of a chat, None if it is not among those that were read."""
        return self._pages.row_of(chat_id)

    def group_starts(self) -> Sequence[int]:
        """Return the rows with the name of a group above them, in their order."""
        return self._groups.starts()

    @property
    def is_of_today(self) -> bool:
        """Whether the groups by date are those of this day."""
        return bool(self._groups.today == self._today())

    @property
    def is_all_read(self) -> bool:
        """Whether `row_of` knows every row."""
        return self._pages.is_all_read

    def _tell(self, first: int, last: int) -> None:
        """These rows changed; they may have got or lost their group label."""
        end = self._pages.count - 1
        if end >= 0:
            self.dataChanged.emit(self.index(min(first, end)), self.index(min(last, end)))

    def _today(self) -> Any:
        return self._now().astimezone().date()

    def _time(self, chat: ChatSummary) -> str:
        local = chat.updated_at.astimezone()
        return f"{local:%H:%M}" if local.date() == self._today() else ""

    # Qt overrides

    @override
    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._pages.count

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = index.row()
        if role == ChatRole.GROUP:
            return self._groups.text_at(row)
        if role not in _ROLES:
            return None
        chat = self.chat_at(row)
        if chat is None:
            return None
        if role in _ACTIVITY_ROLES:
            return self._activity.data(chat.id, role)
        match role:
            case ChatRole.CHAT_ID:
                return chat.id
            case ChatRole.TIME:
                return self._time(chat)
            case ChatRole.PINNED:
                return chat.is_pinned
            case _:
                return chat.title or _tr("Untitled")

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    @override
    def mimeTypes(self) -> list[str]:
        return [CHATS_MIME]

    @override
    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        ids = [index.data(ChatRole.CHAT_ID) for index in indexes]
        mime = QMimeData()
        mime.setData(CHATS_MIME, " ".join(str(each) for each in ids if each).encode("ascii"))
        return mime

    @override
    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction


_ACTIVITY_ROLES = frozenset(
    (
        int(ChatRole.ACTIVITY),
        int(ChatRole.PROGRESS),
        int(Qt.ItemDataRole.ToolTipRole),
        int(Qt.ItemDataRole.AccessibleDescriptionRole),
    )
)
_ROLES = _ACTIVITY_ROLES | frozenset(
    (
        int(Qt.ItemDataRole.DisplayRole),
        int(Qt.ItemDataRole.EditRole),
        int(Qt.ItemDataRole.AccessibleTextRole),
        int(ChatRole.CHAT_ID),
        int(ChatRole.TIME),
        int(ChatRole.PINNED),
    )
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChatListModel", text)


def _now() -> datetime:
    return datetime.now(UTC)
