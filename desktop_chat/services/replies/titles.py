"""Titles that the model gives to chats, where the user wants that."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ReplyEnded, TurnStarted
from desktop_chat.domain.errors import ChatNotFoundError, EngineError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.params import GenerationParams, ParamName
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import TextDelta
from desktop_chat.domain.titles import title_from
from desktop_chat.services.background import result_of
from desktop_chat.services.settings import TITLES
from desktop_chat.services.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.chats import ChatsService
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.replies.turns import TurnStore
    from desktop_chat.services.settings import SettingsService

logger = logging.getLogger(__name__)

WISH = (
    "Give the conversation above a title of at most six words, in its own language. "
    "Answer with the title only."
)
# Enough to see what it is about, and soon read.
LONGEST_PART = 2000
MOST_TOKENS = 64
# Words for `reasoning_effort` with which a model does not think first.
NO_REASONING = ("none", "off")
BY_MODEL = "model"


class TitleService:
    """After the first reply of a chat, asks its model for a title; once, and in the background.

    Only a model that is in memory is asked: a request for another could make the server load
    it, and drop the one in use. Whatever goes wrong, the chat keeps the title that it has.
    """

    def __init__(
        self,
        settings: SettingsService,
        engines: EngineService,
        turns: TurnStore,
        chats: ChatsService,
        broadcast: Broadcast,
    ) -> None:
        self._settings = settings
        self._engines = engines
        self._turns = turns
        self._chats = chats
        self._tasks = TaskScope()
        broadcast.subscribe(ReplyEnded, self._on_reply_ended)
        broadcast.subscribe(TurnStarted, self._on_turn_started)

    async def aclose(self) -> None:
        """Give up what is under way."""
        await self._tasks.aclose()

    def _on_turn_started(self, event: TurnStarted) -> None:
        # The user comes first: a server may write one reply at a time.
        self._tasks.cancel(event.chat.id)

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        reply = event.reply
        is_first = reply.depth == 1 and reply.status is MessageStatus.COMPLETE
        if is_first and self._settings.value(TITLES) == BY_MODEL:
            self._tasks.spawn(self._name(reply.chat_id), key=reply.chat_id)

    async def _name(self, chat_id: ChatId) -> None:
        try:
            chat = await self._chats.get(chat_id)
            path = await result_of(self._turns.path(chat_id))
            if chat.model_ref is None or chat.is_renamed or not self._is_loaded(chat.model_ref):
                return
            title = title_of(await self._ask(chat.model_ref, path))
            if title:
                await self._chats.set_title_by_model(chat_id, title)
        except (EngineError, ChatNotFoundError) as error:
            logger.info("No title for chat %s: %s", chat_id, error.code)

    def _is_loaded(self, ref: ModelRef) -> bool:
        info = self._engines.model_info(ref)
        return info is not None and info.is_loaded is True

    async def _ask(self, ref: ModelRef, path: Sequence[Message]) -> str:
        texts = [message.content[:LONGEST_PART] for message in path[:2]]
        turns = (ChatTurn("user", "\n\n".join([*texts, WISH])),)
        request = ChatRequest(ref.model_id, turns, params=self._params(ref), only_loaded=True)
        stream = self._engines.provider(ref.account_id).stream(request)
        async with contextlib.aclosing(stream) as events:
            found = [event.text async for event in events if isinstance(event, TextDelta)]
        return "".join(found)

    def _params(self, ref: ModelRef) -> GenerationParams:
        info = self._engines.model_info(ref)
        options = info.reasoning_options if info else ()
        effort = next((word for word in NO_REASONING if word in options), None)
        params = GenerationParams(max_tokens=MOST_TOKENS, reasoning_effort=effort)
        understood = self._engines.provider(ref.account_id).features.params
        return params.only(understood | {ParamName.MAX_TOKENS})


def title_of(answer: str) -> str:
    """Return the title that a model answered with, "" if there is none in it."""
    line = next((line for line in answer.splitlines() if line.strip(" \t#*_\"'“”„«»")), "")
    before, colon, after = line.partition(":")
    if colon and before.strip(" #*_").casefold() in ("title", "titel", "título", "titre"):
        line = after
    return title_from(line.strip(" \t#*_\"'“”„«».").strip())
