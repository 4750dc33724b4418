"""One turn: the user's message is stored, a reply is generated, and kept while it grows."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatCreated,
    ReplyEnded,
    TurnsLeftOut,
    TurnStarted,
    UndoChanged,
    VersionShown,
)
from desktop_chat.domain.errors import (
    ChatBusyError,
    ChatError,
    ConnectionLostError,
    EmptyMessageError,
    MessageTooLongError,
)
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.stream import StreamEvent, StreamFinished
from desktop_chat.domain.undo import Change
from desktop_chat.services.background import outcome_of, result_of
from desktop_chat.services.replies.generation import Generation
from desktop_chat.services.replies.live_reply import LiveReply, answer_of_reasoning
from desktop_chat.services.replies.params_in_force import (
    params_in_force,
    params_to_send,
    understood_params,
)
from desktop_chat.services.replies.prompts import Prompt

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.params import GenerationParams
    from desktop_chat.domain.preset import ChatSetup
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.replies.journal import Journal
    from desktop_chat.services.replies.turns import TurnStore

MAX_MESSAGE_BYTES = 1_000_000

TurnEvent = TurnStarted | TurnsLeftOut | StreamEvent | ReplyEnded


class ChatService:
    """Sends messages and keeps what comes back.

    Every step is broadcast too, so that the window shows a turn whoever asked for it.
    """

    def __init__(
        self, turns: TurnStore, journal: Journal, engines: EngineService, broadcast: Broadcast
    ) -> None:
        self._turns = turns
        self._journal = journal
        self._engines = engines
        self._broadcast = broadcast
        self._live: dict[ChatId, LiveReply] = {}
        self._tasks: dict[ChatId, asyncio.Task[Any] | None] = {}
        # Which engine writes the reply of a chat.
        self._accounts: dict[ChatId, str] = {}
        self._claimed: set[ChatId] = set()
        self._is_closing = False

    def live_message(self, chat_id: ChatId) -> Message | None:
        """Return the reply that is being written in this chat, as it is now."""
        reply = self._live.get(chat_id)
        return reply.message if reply else None

    @property
    def live_chats(self) -> frozenset[ChatId]:
        """The chats in which a reply is being written."""
        return frozenset(self._live)

    def stop(self, chat_id: ChatId) -> bool:
        """Stop the reply that is being written in this chat; return whether there was one."""
        task = self._tasks.get(chat_id)
        return task is not None and task.cancel()

    def begin_shutdown(self) -> None:
        """From now on a reply that is cut short counts as interrupted, not as stopped."""
        self._is_closing = True

    async def send(
        self,
        chat_id: ChatId | None,
        text: str,
        *,
        model_ref: ModelRef | None = None,
        params: GenerationParams | None = None,
        system_prompt: str = "",
        setup: ChatSetup | None = None,
        engines: EngineService | None = None,
    ) -> AsyncGenerator[TurnEvent, None]:
        """Store `text`, then generate the reply to it.

        The events are `TurnStarted`, what the engine reports, and `ReplyEnded`. Closing the
        generator, or cancelling its task, stops the engine and keeps the text so far.

        Args:
            chat_id: The chat; None makes a new one.
            text: The user's message.
            model_ref: Who answers; None means the chat's model, else the default.
            params: Sampling parameters of this turn, over those of the chat.
            system_prompt: Replaces the chat's system prompt, if not empty.
            setup: How the replies of a new chat are generated; a stored one keeps its own.
            engines: Others than this service's own, for a request to another address.

        Raises:
            InvalidRequestError: The text is empty or too long. Nothing was stored.
            ModelChoiceNeededError, NoModelAnywhereError, ModelNotFoundError: Nobody can
                answer. Nothing was stored.
            ChatBusyError: A reply is being written in this chat. Nothing was stored.
            StorageError: The message could not be stored, and was not sent.

        What goes wrong later raises nothing: the reply in `ReplyEnded` is then a failed one.
        """
        check_message(text)
        engines = engines or self._engines
        with self.claim(chat_id):
            ref = model_ref or await self._model_of(chat_id, engines)
            begun = self._turns.begin(chat_id, text, ref, system_prompt, setup)
            (chat, user_message, reply), is_cancelled = await outcome_of(begun)
            self._broadcast.publish(ChatCreated(chat) if chat_id is None else ChatChanged(chat))
            turn = self._run(TurnStarted(chat, user_message, reply), engines, params)
            _cancel_again(is_cancelled)
            async with contextlib.aclosing(turn) as events:
                async for event in events:
                    yield event

    async def edit(
        self, message_id: MessageId, text: str, *, model_ref: ModelRef | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """Store another version of what the user said, then generate the reply to it.

        The old version stays, with all that follows it. Errors and events are those of `send`.
        """
        check_message(text)
        chat_id = await self._turns.chat_of(message_id)
        with self.claim(chat_id):
            ref = model_ref or await self._model_of(chat_id, self._engines)
            begun = self._turns.begin_edit(message_id, text, ref)
            (chat, user_message, reply), is_cancelled = await outcome_of(begun)
            self._broadcast.publish(ChatChanged(chat))
            self._broadcast.publish(UndoChanged(Change.MESSAGE_EDITED, None))
            turn = self._run(TurnStarted(chat, user_message, reply), self._engines, None)
            _cancel_again(is_cancelled)
            async with contextlib.aclosing(turn) as events:
                async for event in events:
                    yield event

    async def retry(
        self, reply_id: MessageId, *, model_ref: ModelRef | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """Generate another reply to the message that `reply_id` answered; the old one stays."""
        turn = self._again(reply_id, model_ref, is_continued=False)
        async with contextlib.aclosing(turn) as events:
            async for event in events:
                yield event

    async def continue_reply(
        self, reply_id: MessageId, *, model_ref: ModelRef | None = None
    ) -> AsyncGenerator[TurnEvent, None]:
        """Go on with a reply that was cut short, in a new row that begins with its text.

        The old row stays as it is. One that is stopped before it got any further is not kept
        on the path.
        """
        turn = self._again(reply_id, model_ref, is_continued=True)
        async with contextlib.aclosing(turn) as events:
            async for event in events:
                yield event

    async def use_reasoning(self, reply_id: MessageId) -> None:
        """Make what a reply only thought its answer, in a new row; the old one stays as it is.

        Raises:
            ChatBusyError: A reply is being written in this chat.
        """
        old = await self._turns.message(reply_id)
        with self.claim(old.chat_id):
            ref = await self._model_of(old.chat_id, self._engines)
            begun = self._turns.begin_again(reply_id, ref)
            (chat, reply, before), is_cancelled = await outcome_of(begun)
            self._broadcast.publish(TurnStarted(chat, None, reply, before))
            final = answer_of_reasoning(reply, old)
            await self._journal.finish(final)
            self._broadcast.publish(ReplyEnded(final))
            _cancel_again(is_cancelled)

    async def show_version(self, message_id: MessageId, step: int) -> None:
        """Show another version of a message: `step` -1 for the one before it, 1 for the next.

        Raises:
            ChatBusyError: A reply is being written in this chat.
        """
        chat_id = await self._turns.chat_of(message_id)
        with self.claim(chat_id):
            shown = await self._turns.show_version(message_id, step)
        if shown is not None:
            self._broadcast.publish(VersionShown(chat_id, shown))

    async def _again(
        self, reply_id: MessageId, model_ref: ModelRef | None, *, is_continued: bool
    ) -> AsyncGenerator[TurnEvent, None]:
        chat_id = await self._turns.chat_of(reply_id)
        with self.claim(chat_id):
            ref = model_ref or await self._model_of(chat_id, self._engines)
            begun = self._turns.begin_again(reply_id, ref, is_continued=is_continued)
            (chat, reply, before), is_cancelled = await outcome_of(begun)
            self._broadcast.publish(ChatChanged(chat))
            turn = self._run(TurnStarted(chat, None, reply, before), self._engines, None)
            _cancel_again(is_cancelled)
            async with contextlib.aclosing(turn) as events:
                async for event in events:
                    yield event

    async def _model_of(self, chat_id: ChatId | None, engines: EngineService) -> ModelRef:
        ref = await self._turns.model_of(chat_id)
        if ref is None:
            await engines.until_known()
            ref = engines.default_ref()
        return ref

    @contextlib.contextmanager
    def claim(self, chat_id: ChatId | None) -> Iterator[None]:
        """Keep turns out of a chat, which would take each other's place on its path.

        Raises:
            ChatBusyError: A reply is being written in this chat, or another has claimed it.
        """
        if chat_id is None:
            yield
            return
        if chat_id in self._claimed or chat_id in self._live:
            raise ChatBusyError(chat_id=chat_id)
        self._claimed.add(chat_id)
        try:
            yield
        finally:
            self._claimed.discard(chat_id)

    async def _run(
        self, started: TurnStarted, engines: EngineService, asked: GenerationParams | None
    ) -> AsyncGenerator[TurnEvent, None]:
        ref = started.chat.model_ref
        if ref is None:  # a turn begins only with a model
            raise AssertionError(started.chat.id)
        params = params_in_force(started, asked, understood_params(engines, ref))
        live = LiveReply(started.reply, params)
        self._live[live.chat_id] = live
        self._tasks[live.chat_id] = asyncio.current_task()
        final: Message | None = None
        # Read while the window shows the turn.
        path = self._turns.path(live.chat_id)
        self._broadcast.publish(started)
        try:
            yield started
            messages = await result_of(path)
            prompt = Prompt(messages, started.chat.system_prompt, live.begun_with)
            others = self._others_at(ref.account_id)
            self._accounts[live.chat_id] = ref.account_id
            generation = Generation(live, ref, self._journal, self._broadcast, others=others)
            stream = generation.run(engines, prompt, params_to_send(params, live.begun_with))
            async with contextlib.aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, StreamFinished):
                        final = live.finished(event.finish_reason)
                    yield event
            if final is None:
                raise ConnectionLostError
        except ChatError as error:
            final = live.failed(error)
        except (asyncio.CancelledError, GeneratorExit):
            is_closing = self._is_closing
            cut = MessageStatus.INTERRUPTED if is_closing else MessageStatus.STOPPED
            # A reply that has its end mark is complete, whoever goes away after that.
            final = final or live.ended(cut)
            raise
        finally:
            # Without a final state the program itself is at fault; the text is kept all the same.
            final = final or live.failed(ChatError())
            ended = await self._end(live, final, started.replaced_id)
        yield ended

    async def _end(
        self, live: LiveReply, final: Message, replaced_id: MessageId | None
    ) -> ReplyEnded:
        is_discarded = final.status is MessageStatus.STOPPED and not live.has_begun
        if self._live.get(live.chat_id) is live:
            self._tasks.pop(live.chat_id, None)
            self._accounts.pop(live.chat_id, None)
        try:
            await self._journal.finish(final)
            if is_discarded:
                await self._turns.step_back(final, replaced_id)
        finally:
            # Not before: a message sent meanwhile would follow a reply that is taken away.
            if self._live.get(live.chat_id) is live:
                del self._live[live.chat_id]
            ended = ReplyEnded(final, is_discarded)
            self._broadcast.publish(ended)
        return ended

    def _others_at(self, account_id: str) -> int:
        """Return how many replies that engine writes beside the one that begins."""
        return sum(each == account_id for each in self._accounts.values())


def _cancel_again(is_cancelled: bool) -> None:
    """Cancel the task once more, after something that had to be done first."""
    task = asyncio.current_task()
    if is_cancelled and task is not None:
        task.cancel()


def check_message(text: str) -> None:
    """Refuse what cannot be sent.

    Raises:
        EmptyMessageError: There is no visible character.
        MessageTooLongError: The text has more than `MAX_MESSAGE_BYTES`.
    """
    if not text.strip():
        raise EmptyMessageError
    size = len(text.encode("utf-8", "replace"))
    if size > MAX_MESSAGE_BYTES:
        raise MessageTooLongError(size_mb=f"{size / 1e6:.1f}", limit_mb=MAX_MESSAGE_BYTES // 10**6)
