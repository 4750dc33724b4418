"""Single chats: what they are, and who answers in them. For their order see `organising`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ChatChanged

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

    async def choose_model(self, chat_id: ChatId, model_ref: ModelRef) -> None:
        """Let another model answer in this chat from now on."""
        await self._writer.run(self._chats.set_model, chat_id, model_ref)
        self._broadcast.publish(ChatChanged(await self.get(chat_id)))

    async def set_title_by_model(self, chat_id: ChatId, title: str) -> None:
        """Give a chat a title that its model made, unless the user gave it one."""
        await self._writer.run(self._chats.set_title_if_not_renamed, chat_id, title)
        self._broadcast.publish(ChatChanged(await self.get(chat_id)))
