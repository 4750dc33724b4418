"""The tree of a chat's messages: seen, walked, pruned, and copied into chats of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.branches import arrange
from desktop_chat.domain.changes import ChatCreated, UndoChanged, VersionShown
from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.undo import Change
from desktop_chat.services.background import Worker
from desktop_chat.storage.branches import BranchRepository
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from desktop_chat.domain.branches import BranchRow
    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.library.undoing import UndoingService
    from desktop_chat.services.replies.chat import ChatService


class BranchingService:
    """What can be done with messages beside sending.

    What changes a path raises `ChatBusyError` while a reply is written in the chat; every method
    raises `StorageError` for a message that is not there.
    """

    def __init__(
        self,
        branches: BranchRepository,
        undoing: UndoingService,
        chat_service: ChatService,
        writer: Worker,
        broadcast: Broadcast,
    ) -> None:
        self._branches = branches
        self._undoing = undoing
        self._chat_service = chat_service
        self._writer = writer
        self._broadcast = broadcast

    async def tree(self, chat_id: ChatId) -> list[BranchRow]:
        """Return the rows of the top level of a chat's tree, its leaves below them.

        Raises:
            ChatNotFoundError: There is no such chat.
        """
        # Neither the window nor the writer waits for a long chat to be read.
        reader = Worker("tree-reader")
        try:
            return await reader.run(_read_tree, self._branches.path, chat_id)
        finally:
            reader.close()

    async def show(self, message_id: MessageId) -> Message:
        """Let the path of its chat lead through a message; one that is on it stays in its row."""
        chat_id = await self._chat_of(message_id)
        with self._chat_service.claim(chat_id):
            message, has_moved = await self._writer.run(self._branches.show, message_id)
        if has_moved:
            self._broadcast.publish(VersionShown(chat_id, message))
        return message

    async def branch(self, message_id: MessageId, title: str) -> Chat:
        """Copy the path to a message, and the message, into a new chat.

        A reply that is being written ends in the copy where it is now.
        """
        chat_id = await self._chat_of(message_id)
        return await self._copy(chat_id, title, Change.CHAT_BRANCHED, message_id)

    async def duplicate(self, chat_id: ChatId, title: str) -> Chat:
        """Copy a chat with all its branches, its folder and its tags."""
        return await self._copy(chat_id, title, Change.CHAT_DUPLICATED)

    async def delete_message(self, message_id: MessageId) -> None:
        """Remove one message; what follows it follows the message before it then."""
        await self._remove(await self._chat_of(message_id), [message_id])

    async def delete_following(self, message_id: MessageId) -> None:
        """Remove all that follows a message, on all its branches."""
        below = await self._writer.run(self._branches.below, message_id)
        if below:
            await self._remove(await self._chat_of(message_id), below)

    async def _chat_of(self, message_id: MessageId) -> ChatId:
        return await self._writer.run(self._branches.chat_of, message_id)

    async def _remove(self, chat_id: ChatId, message_ids: list[MessageId]) -> None:
        with self._chat_service.claim(chat_id):
            plan = self._branches.removals.plan
            await self._undoing.perform(Change.MESSAGES_DELETED, plan, chat_id, message_ids)

    async def _copy(
        self, chat_id: ChatId, title: str, change: Change, last_id: MessageId | None = None
    ) -> Chat:
        begin = self._branches.begin_copy
        copy = await self._writer.run(begin, chat_id, title, last_id)
        try:
            # In steps: whoever sends meanwhile does not wait.
            while await self._writer.run(self._branches.copy_more, copy):
                pass
            chat = await self._writer.run(self._branches.release, copy, change)
        except StorageError:
            # A full disk, or messages that were deleted meanwhile.
            while await self._writer.run(self._branches.discard_some, copy):
                pass
            raise
        self._broadcast.publish(ChatCreated(chat))
        self._broadcast.publish(UndoChanged(change, None))
        return chat


def _read_tree(path: Path, chat_id: ChatId) -> list[BranchRow]:
    with open_database(path, read_only=True) as db:
        return arrange(*BranchRepository(db).outline(chat_id))
