"""Chats as the user handles them: create, rename, move to the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ChatChanged, ChatRestored, ChatTrashed
from desktop_chat.services import clock

if TYPE_CHECKING:
    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.storage.chats import ChatRepository


class ChatsService:
    """Changes to chats; each is stored by the writer and then broadcast."""

    def __init__(self, chats: ChatRepository, writer: Worker, broadcast: Broadcast) -> None:
        self._chats = chats
        self._writer = writer
        self._broadcast = broadcast

    async def get(self, chat_id: ChatId) -> Chat:
        """Return one chat.

        Raises:
            ChatNotFoundError: There is none.
        """
        return await self._writer.run(self._chats.get, chat_id)

    async def rename(self, chat_id: ChatId, title: str) -> None:
        """Give a chat the user's title; an empty one is ignored."""
        one_line = " ".join(title.split())[:200]
        if one_line:
            await self._writer.run(self._chats.rename, chat_id, one_line)
            self._broadcast.publish(ChatChanged(await self.get(chat_id)))

    async def move_to_trash(self, chat_id: ChatId) -> None:
        """Hide a chat; nothing of it is removed."""
        await self._writer.run(self._chats.trash, chat_id, clock.now())
        self._broadcast.publish(ChatTrashed(chat_id))

    async def restore(self, chat_id: ChatId) -> None:
        """Bring a chat back from the trash."""
        await self._writer.run(self._chats.restore, chat_id)
        self._broadcast.publish(ChatRestored(await self.get(chat_id)))

    async def choose_model(self, chat_id: ChatId, model_ref: ModelRef) -> None:
        """Let another model answer in this chat from now on."""
        await self._writer.run(self._chats.set_model, chat_id, model_ref)
        self._broadcast.publish(ChatChanged(await self.get(chat_id)))
