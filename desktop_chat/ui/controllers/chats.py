"""The chat list: which chats it shows, which of them is writing or has something new."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatCreated,
    ChatRestored,
    ChatsChanged,
    ChatTrashed,
    ReplyEnded,
    ReplyProgressed,
    TurnStarted,
)
from desktop_chat.domain.chat import ChatId, ChatSummary
from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.organisation import ChatOrder, ChatQuery, Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from desktop_chat.domain.chat import Chat
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.library.chat_lists import ChatListing, ChatListsService
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.item_models.chat_list import ChatListModel

    class ChatPages(Protocol):
        """Reads pages of the chat list."""

        def page(self, query: ChatQuery, offset: int, limit: int) -> Sequence[ChatSummary]:
            """Return chats of a list from `offset` on, in a few milliseconds."""
            ...


FIRST_PAGE = 100
DAY_CHECK_MS = 60_000
_RELOAD = "chat-list"


class ChatsController(QObject):
    """Keeps the list as it is stored.

    Signals:
        query_changed(ChatQuery): the list shows other chats, or in another order.
        failed(ChatError): the list could not be read.
    """

    query_changed = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        lists: ChatListsService,
        pages: ChatPages,
        chat_list: ChatListModel,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lists = lists
        self._pages = pages
        self._list = chat_list
        self._tasks = tasks
        self._query = ChatQuery()
        self._shown: ChatId | None = None
        self._is_stale = False
        self._is_reading = False
        self._list.torn.connect(self.reload, Qt.ConnectionType.QueuedConnection)
        self._days = QTimer(self)
        self._days.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._days.setInterval(DAY_CHECK_MS)
        self._days.timeout.connect(self._on_days_timeout)

    def listen(self, broadcast: Broadcast) -> None:
        """Follow what the services tell."""
        broadcast.subscribe(ChatCreated, self._on_chat_created)
        broadcast.subscribe(ChatChanged, self._on_chat_changed)
        broadcast.subscribe(ChatTrashed, self._on_chat_trashed)
        broadcast.subscribe(ChatRestored, self._on_chat_restored)
        broadcast.subscribe(ChatsChanged, self._on_chats_changed)
        broadcast.subscribe(TurnStarted, self._on_turn_started)
        broadcast.subscribe(ReplyProgressed, self._on_reply_progressed)
        broadcast.subscribe(ReplyEnded, self._on_reply_ended)

    @property
    def query(self) -> ChatQuery:
        """What the list shows."""
        return self._query

    @Slot()
    def reload(self) -> None:
        """Read the list anew; it is shown when it has been counted."""
        self._is_stale = True
        if not self._is_reading:
            self._is_reading = True
            self._tasks.spawn(self._reload(), key=_RELOAD)
        self._days.start()

    async def _reload(self) -> None:
        try:
            # What changes while a list is read may be in it or not: it is read once more.
            while self._is_stale:
                self._is_stale = False
                await self._read(self._query)
        finally:
            self._is_reading = False

    async def _read(self, query: ChatQuery) -> None:
        try:
            listing = await self._lists.listing(query, FIRST_PAGE)
        except ChatError as error:
            self.failed.emit(error)
            return
        if query == self._query:
            self._show(query, listing)

    def _show(self, query: ChatQuery, listing: ChatListing) -> None:
        self._list.set_stored(
            listing.chats,
            listing.groups,
            partial(self._page, query),
            is_by_use=query.order is ChatOrder.UPDATED,
        )

    def _page(self, query: ChatQuery, offset: int, limit: int) -> Sequence[ChatSummary]:
        try:
            return self._pages.page(query, offset, limit)
        except ChatError as error:
            self.failed.emit(error)
            return ()

    @Slot(object)
    def show_list(self, query: ChatQuery) -> None:
        """Show the chats of another place, folder or tag, or in another order."""
        if query != self._query:
            self._query = query
            self.reload()
            self.query_changed.emit(query)

    async def ids(self, rows: Sequence[tuple[int, int]]) -> tuple[ChatId, ...]:
        """Return the chats of many rows, each part given by its first row and its length."""
        return await self._lists.ids(self._query, rows)

    @Slot(object, str)
    def on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        """The user sees this chat now, so nothing in it is unread."""
        self._shown = chat_id
        if chat_id is not None and self._list.activity(chat_id) == "unread":
            self._list.set_activity(chat_id, "")

    @Slot()
    def _on_days_timeout(self) -> None:
        if not self._list.is_of_today:
            self.reload()

    # What services tell

    def _on_chat_created(self, event: ChatCreated) -> None:
        self._put(event.chat)

    def _on_chat_changed(self, event: ChatChanged) -> None:
        self._put(event.chat)

    def _on_chat_restored(self, event: ChatRestored) -> None:
        self._put(event.chat)

    def _put(self, chat: Chat) -> None:
        summary = ChatSummary(chat.id, chat.title, chat.updated_at, chat.is_pinned)
        is_plain = self._query.place is Place.CHATS and self._list.is_of_today
        if self._is_reading or not is_plain:
            self.reload()
        elif not self._shows(chat):
            self._remove(chat.id)
        elif not self._list.put(summary):
            self.reload()

    def _shows(self, chat: Chat) -> bool:
        query = self._query
        if chat.deleted_at is not None or chat.archived_at is not None:
            return False
        if query.tag_id is not None and self._list.row_of(chat.id) is None:
            return False  # a new chat has no tags, and others are read anew
        return query.folder_id in (None, chat.folder_id)

    def _remove(self, chat_id: ChatId) -> None:
        # A row that was not read may have been its own.
        if not self._list.remove(chat_id) and not self._list.is_all_read:
            self.reload()

    def _on_chat_trashed(self, event: ChatTrashed) -> None:
        if self._query.place is Place.TRASH or self._is_reading:
            self.reload()
        else:
            self._remove(event.chat_id)

    def _on_chats_changed(self, _event: ChatsChanged) -> None:
        self.reload()

    def _on_turn_started(self, event: TurnStarted) -> None:
        self._list.set_activity(event.chat.id, "writing")

    def _on_reply_progressed(self, event: ReplyProgressed) -> None:
        if self._list.activity(event.chat_id) == "writing":
            self._list.set_progress(event.chat_id, event.progress)

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        chat_id = event.reply.chat_id
        is_seen = chat_id == self._shown or event.is_discarded
        self._list.set_activity(chat_id, "" if is_seen else "unread")
