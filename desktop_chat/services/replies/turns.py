"""What a turn reads from and writes to the database, as one job of the writer each."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.domain.titles import title_from
from desktop_chat.domain.undo import Change
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.undo.undo_log import UndoLog

if TYPE_CHECKING:
    from concurrent.futures import Future

    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.preset import ChatSetup
    from desktop_chat.services.background import Worker
    from desktop_chat.storage.chats import ChatRepository
    from desktop_chat.storage.database import Database
    from desktop_chat.storage.messages import MessageRepository


class TurnStore:
    """Stores the beginning of a turn, so that nothing is sent that is not on disk."""

    def __init__(
        self, db: Database, chats: ChatRepository, messages: MessageRepository, writer: Worker
    ) -> None:
        self._db = db
        self._chats = chats
        self._messages = messages
        self._drafts = DraftRepository(db)
        self._writer = writer
        self._undo_log = UndoLog(db)

    async def model_of(self, chat_id: ChatId | None) -> ModelRef | None:
        """Return the chat's model; None for a new chat or one that has none."""
        if chat_id is None:
            return None
        return (await self._writer.run(self._chats.get, chat_id)).model_ref

    async def chat_of(self, message_id: MessageId) -> ChatId:
        """Return the chat that a message belongs to."""
        return (await self._writer.run(self._messages.get, message_id)).chat_id

    async def message(self, message_id: MessageId) -> Message:
        """Return a message as it is stored."""
        return await self._writer.run(self._messages.get, message_id)

    def path(self, chat_id: ChatId) -> Future[list[Message]]:
        """Begin to read the messages of the active path, oldest first."""
        return self._writer.submit(self._messages.active_path, chat_id)

    def begin(
        self,
        chat_id: ChatId | None,
        text: str,
        model_ref: ModelRef,
        system_prompt: str,
        setup: ChatSetup | None = None,
    ) -> Future[tuple[Chat, Message, Message]]:
        """Begin to store the user's message and an empty reply, in one transaction.

        Args:
            chat_id: The chat; None makes a new one.
            text: What the user says.
            model_ref: Who answers.
            system_prompt: Replaces the chat's own, if not empty.
            setup: How the replies of a new chat are generated; a stored chat has its own.

        Returns:
            The chat as it is then, the user's message, and the reply with status STREAMING.
        """
        return self._writer.submit(self._begin, chat_id, text, model_ref, system_prompt, setup)

    def _begin(
        self,
        chat_id: ChatId | None,
        text: str,
        model_ref: ModelRef,
        system_prompt: str,
        setup: ChatSetup | None,
    ) -> tuple[Chat, Message, Message]:
        with self._db.atomic():
            # What is sent is no draft any more, whatever happens next.
            self._drafts.remove_sent(chat_id, text)
            if chat_id is None:
                chat = self._chats.create_chat(
                    title_from(text), model_ref=model_ref, system_prompt=system_prompt
                )
                if setup is not None:
                    prompt = system_prompt or setup.system_prompt
                    self._chats.set_up(chat.id, replace(setup, system_prompt=prompt))
            else:
                chat = self._chats.get(chat_id)
                self._bring_up_to_date(chat, text, model_ref, system_prompt)
            message, reply = self._messages.start_turn(chat.id, text, model=model_ref.label)
            return self._chats.get(chat.id), message, reply

    def _bring_up_to_date(
        self, chat: Chat, text: str, model_ref: ModelRef, system_prompt: str
    ) -> None:
        if not chat.title:
            self._chats.set_title_if_not_renamed(chat.id, title_from(text))
        if system_prompt:
            self._chats.set_system_prompt(chat.id, system_prompt)
        if chat.model_ref != model_ref:
            self._chats.set_model(chat.id, model_ref)

    def begin_edit(
        self, message_id: MessageId, text: str, model_ref: ModelRef
    ) -> Future[tuple[Chat, Message, Message]]:
        """Begin to store another version of what the user said, and an empty reply to it.

        Returns:
            As `begin` does.
        """
        return self._writer.submit(self._begin_edit, message_id, text, model_ref)

    def _begin_edit(
        self, message_id: MessageId, text: str, model_ref: ModelRef
    ) -> tuple[Chat, Message, Message]:
        with self._db.atomic():
            chat = self._chats.get(self._messages.get(message_id).chat_id)
            before = self._messages.leaf(chat.id)
            self._bring_up_to_date(chat, text, model_ref, "")
            label = model_ref.label
            message, reply = self._messages.start_edit(message_id, text, model=label)
            ways = (
                ["set", "chat", chat.id, {"active_message_id": leaf}] for leaf in (before, reply.id)
            )
            self._undo_log.record(Change.MESSAGE_EDITED, *([way] for way in ways))
        return self._chats.get(chat.id), message, reply

    def begin_again(
        self, reply_id: MessageId, model_ref: ModelRef, *, is_continued: bool = False
    ) -> Future[tuple[Chat, Message, MessageId | None]]:
        """Begin to store a sibling of a reply; it becomes the end of the active path.

        Returns:
            The chat, the new reply, and the message that was the end of the path before. The
            reply is empty, or begins with the old one's text if that `is_continued`.
        """
        return self._writer.submit(self._begin_again, reply_id, model_ref, is_continued)

    def _begin_again(
        self, reply_id: MessageId, model_ref: ModelRef, is_continued: bool
    ) -> tuple[Chat, Message, MessageId | None]:
        label = model_ref.label
        with self._db.atomic():
            old = self._messages.get(reply_id)
            before = self._messages.leaf(old.chat_id)
            self._chats.set_model(old.chat_id, model_ref)
            if is_continued:
                reply = self._messages.start_continuation(reply_id, model=label)
            else:
                reply = self._messages.start_reply(old.chat_id, old.parent_id, model=label)
        return self._chats.get(old.chat_id), reply, before

    async def show_version(self, message_id: MessageId, step: int) -> Message | None:
        """Let the path lead through the version so many places on; None where there is none."""
        return await self._writer.run(self._show_version, message_id, step)

    def _show_version(self, message_id: MessageId, step: int) -> Message | None:
        versions = self._messages.versions(message_id)
        place = versions.index(message_id) + step
        return self._messages.show_version(versions[place]) if 0 <= place < len(versions) else None

    async def step_back(self, reply: Message, before: MessageId | None = None) -> None:
        """Take a reply that was stopped before its first word off the active path.

        The path then ends as it did `before`, or else in the message that it answered.
        """
        await self._writer.run(self._step_back, reply, before)

    def _step_back(self, reply: Message, before: MessageId | None) -> None:
        # The chat may have been deleted for good meanwhile.
        with contextlib.suppress(ChatNotFoundError):
            # Unless something else was put at its end since.
            if self._chats.get(reply.chat_id).active_message_id == reply.id:
                self._chats.set_active_message(reply.chat_id, before or reply.parent_id)
