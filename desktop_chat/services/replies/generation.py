"""One reply from its request to the engine's last word."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ReplyGrew, ReplyProgressed, TurnsLeftOut
from desktop_chat.domain.errors import ContextFullError, UnauthorizedError
from desktop_chat.domain.model_info import ModelRef
from desktop_chat.domain.progress import Stage
from desktop_chat.domain.stream import (
    ModelAnswered,
    ModelLoading,
    PromptProgress,
    ReasoningDelta,
    RetryScheduled,
    StreamEvent,
    TextDelta,
    UsageReported,
)
from desktop_chat.services.replies.progress_tracker import ProgressTracker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from desktop_chat.domain.params import GenerationParams
    from desktop_chat.domain.progress import ReplyProgress
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.services.replies.journal import Journal
    from desktop_chat.services.replies.live_reply import LiveReply
    from desktop_chat.services.replies.prompts import Prompt

# How often the oldest turns may be left out after the engine said that they do not fit.
MAX_SHORTENINGS = 4


class Generation:
    """Has an engine write one reply, and tells how far it is.

    Args:
        ref: Who answers.
        others: How many other replies the same engine writes now.
    """

    def __init__(
        self,
        live: LiveReply,
        ref: ModelRef,
        journal: Journal,
        broadcast: Broadcast,
        *,
        others: int = 0,
    ) -> None:
        self._live = live
        self._ref = ref
        self._journal = journal
        self._broadcast = broadcast
        self._others = others
        self._tracker = ProgressTracker(ref.label)

    async def run(
        self, engines: EngineService, prompt: Prompt, params: GenerationParams
    ) -> AsyncGenerator[TurnsLeftOut | StreamEvent, None]:
        """Generate the reply; each event was taken into the live reply before it is given on.

        Raises:
            EngineError: The engine did not answer, or broke off.
        """
        live, ref = self._live, self._ref
        info = engines.model_info(ref)
        prompt.fit(info.context_length if info else None)
        await engines.prepare(ref.account_id)
        shortenings = 0
        has_renewed = False
        while True:
            if prompt.left_out:
                left_out = TurnsLeftOut(live.chat_id, prompt.left_out)
                self._broadcast.publish(left_out)
                yield left_out
            self._begin(engines, prompt)
            provider = engines.provider(ref.account_id)
            stream = provider.stream(prompt.request(ref.model_id, params))
            try:
                async with contextlib.aclosing(stream) as events:
                    async for event in events:
                        self._take(event)
                        yield event
            except ContextFullError as error:
                shortenings += 1
                can_shorten = shortenings <= MAX_SHORTENINGS and not live.has_begun
                if not (can_shorten and prompt.shorten(error)):
                    raise
            except UnauthorizedError:
                # Nothing was generated: the token is fetched only when a server wants one.
                is_new = await engines.renew_token(ref.account_id)
                # A look at the server may have fetched it since the request was sent.
                is_new = is_new or engines.provider(ref.account_id) is not provider
                if has_renewed or not is_new:
                    raise
                has_renewed = True
            else:
                return

    def _begin(self, engines: EngineService, prompt: Prompt) -> None:
        info = engines.model_info(self._ref)
        is_loaded = info.is_loaded if info else None
        likely = None if is_loaded is None else Stage.READING if is_loaded else Stage.LOADING
        tokens = prompt.estimated_tokens
        self._tell(self._tracker.begin(likely=likely, prompt_tokens=tokens, others=self._others))

    def _take(self, event: StreamEvent) -> None:
        live = self._live
        match event:
            case TextDelta(text):
                progress = self._tracker.grew(Stage.WRITING, len(text))
                if progress is not None:
                    self._tell(progress)
                shown = live.add_text(text)
                if shown:
                    self._journal.note(live)
                    self._broadcast.publish(ReplyGrew(live.chat_id, live.id, shown))
            case ReasoningDelta(text):
                self._tell(self._tracker.grew(Stage.THINKING, len(text)))
                live.add_reasoning(text)
                self._journal.note(live)
                self._broadcast.publish(ReplyGrew(live.chat_id, live.id, "", text))
            case UsageReported(usage):
                live.set_usage(usage)
            case ModelAnswered(model_id):
                answered = ModelRef(self._ref.account_id, model_id).label
                live.set_model(answered)
                self._tracker.answered(answered)
            case ModelLoading() | PromptProgress() | RetryScheduled():
                self._tell(self._tracker.take(event))

    def _tell(self, progress: ReplyProgress | None) -> None:
        if progress is not None:
            self._broadcast.publish(ReplyProgressed(self._live.chat_id, progress))
