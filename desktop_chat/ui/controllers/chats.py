"""The chat list: which chats there are, which of them is writing or has something new."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVarTuple

from PySide6.QtCore import QObject, Signal, Slot

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatCreated,
    ChatRestored,
    ChatTrashed,
    ReplyEnded,
    TurnStarted,
)
from desktop_chat.domain.chat import ChatId, ChatSummary
from desktop_chat.domain.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Protocol

    from desktop_chat.domain.chat import Chat
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.chats import ChatsService
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.item_models.chat_list import ChatListModel

    class ChatPages(Protocol):
        """Reads pages of the chat list."""

        def page(self, offset: int, limit: int, title_part: str = "") -> Sequence[ChatSummary]:
            """Return chats from `offset`, whose title holds `title_part`."""
            ...


Ts = TypeVarTuple("Ts")

FIRST_PAGE = 100


class ChatsController(QObject):
    """Rename, delete, restore and filter chats.

    Signals:
        deleted(ChatId, str): a chat went to the trash; its title, for the offer to undo it.
        failed(ChatError): a change could not be stored.
    """

    deleted = Signal(object, str)
    failed = Signal(object)

    def __init__(
        self,
        chats: ChatsService,
        pages: ChatPages,
        chat_list: ChatListModel,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chats = chats
        self._pages = pages
        self._list = chat_list
        self._tasks = tasks
        self._filter = ""
        self._shown: ChatId | None = None

    def listen(self, broadcast: Broadcast) -> None:
        """Follow what the services tell, and read further pages from now on."""
        broadcast.subscribe(ChatCreated, self._on_chat_created)
        broadcast.subscribe(ChatChanged, self._on_chat_changed)
        broadcast.subscribe(ChatTrashed, self._on_chat_trashed)
        broadcast.subscribe(ChatRestored, self._on_chat_restored)
        broadcast.subscribe(TurnStarted, self._on_turn_started)
        broadcast.subscribe(ReplyEnded, self._on_reply_ended)

    @Slot()
    def reload(self) -> None:
        """Read the first page anew; the others follow when the list asks for them."""
        first = self._page(0, FIRST_PAGE)
        self._list.set_chats(first)
        self._list.set_source(self._page, has_more=len(first) == FIRST_PAGE)

    def _page(self, offset: int, limit: int) -> Sequence[ChatSummary]:
        return self._pages.page(offset, limit, self._filter)

    @Slot(str)
    def filter(self, title_part: str) -> None:
        """Show only the chats whose title holds this text; an empty one shows all."""
        self._filter = title_part.strip()
        self.reload()

    @Slot(object, str)
    def on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        """The user sees this chat now, so nothing in it is unread."""
        self._shown = chat_id
        if chat_id is not None and self._list.activity(chat_id) == "unread":
            self._list.set_activity(chat_id, "")

    @Slot(object, str)
    def rename(self, chat_id: ChatId, title: str) -> None:
        """Give a chat another title."""
        self._spawn(self._chats.rename, chat_id, title)

    @Slot(object)
    def delete(self, chat_id: ChatId) -> None:
        """Move a chat to the trash; it can be undone."""
        row = self._list.row_of(chat_id)
        title = self._list.chat_at(row).title if row is not None else ""
        self._spawn(self._delete, chat_id, title)

    async def _delete(self, chat_id: ChatId, title: str) -> None:
        await self._chats.move_to_trash(chat_id)
        self.deleted.emit(chat_id, title)

    @Slot(object)
    def restore(self, chat_id: ChatId) -> None:
        """Bring a chat back from the trash."""
        self._spawn(self._chats.restore, chat_id)

    def _spawn(self, work: Callable[[*Ts], Awaitable[None]], *args: *Ts) -> None:
        self._tasks.spawn(self._report(work, *args))

    async def _report(self, work: Callable[[*Ts], Awaitable[None]], *args: *Ts) -> None:
        try:
            await work(*args)
        except ChatError as error:
            self.failed.emit(error)

    # What services tell

    def _on_chat_created(self, event: ChatCreated) -> None:
        self._put(event.chat)

    def _on_chat_changed(self, event: ChatChanged) -> None:
        self._put(event.chat)

    def _on_chat_restored(self, event: ChatRestored) -> None:
        self._put(event.chat)

    def _put(self, chat: Chat) -> None:
        if chat.deleted_at is None and self._filter.casefold() in chat.title.casefold():
            self._list.put(ChatSummary(chat.id, chat.title, chat.updated_at, chat.is_pinned))
        else:
            self._list.remove(chat.id)

    def _on_chat_trashed(self, event: ChatTrashed) -> None:
        self._list.remove(event.chat_id)

    def _on_turn_started(self, event: TurnStarted) -> None:
        self._list.set_activity(event.chat.id, "writing")

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        chat_id = event.reply.chat_id
        is_seen = chat_id == self._shown or event.is_discarded
        self._list.set_activity(chat_id, "" if is_seen else "unread")
