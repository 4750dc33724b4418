"""The prompt of one turn, shortened until it fits the model's context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.context import (
    BYTES_PER_TOKEN,
    estimated_tokens,
    fit_to_context,
    system_prompt_of,
    turns_to_send,
)
from desktop_chat.domain.request import ChatRequest, ChatTurn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.errors import ContextFullError
    from desktop_chat.domain.message import Message
    from desktop_chat.domain.params import GenerationParams

# Room for the reply: a quarter of the context, but no more than this many tokens.
REPLY_TOKENS = 1024


class Prompt:
    """What is sent for one reply.

    Args:
        path: The messages of the conversation.
        system_prompt: What the chat begins with.
        begun: The beginning of the reply, which the engine is to continue; "" for a new one.

    Attributes:
        left_out: How many turns of the conversation are not sent.
    """

    def __init__(self, path: Sequence[Message], system_prompt: str, begun: str = "") -> None:
        self._all = turns_to_send(path)
        self._turns = self._all
        self._begun = begun
        self._system = system_prompt_of(system_prompt, path)
        self._bytes_per_token = _measured_ratio(path) or BYTES_PER_TOKEN

    @property
    def left_out(self) -> int:
        """How many turns of the conversation are not sent."""
        return len(self._all) - len(self._turns)

    @property
    def estimated_tokens(self) -> int:
        """About how many tokens the engine reads."""
        texts = [self._system, *(turn.content for turn in self._turns), self._begun]
        return sum(estimated_tokens(text, self._bytes_per_token) for text in texts if text)

    def fit(self, context_length: int | None) -> None:
        """Leave out the oldest turns that would not fit; None means that nobody knows."""
        if context_length:
            limit = context_length - min(REPLY_TOKENS, context_length // 4)
            if self._begun:
                limit -= estimated_tokens(self._begun, self._bytes_per_token)
            self._turns = fit_to_context(
                self._turns, limit, self._system, bytes_per_token=self._bytes_per_token
            )

    def shorten(self, error: ContextFullError) -> bool:
        """Leave out more after the engine refused; return whether anything was left to drop."""
        if len(self._turns) <= 1:
            return False
        before = len(self._turns)
        size = sum(estimated_tokens(t.content, 1.0) for t in self._turns)
        if self._begun:
            size += estimated_tokens(self._begun, 1.0)
        prompt_tokens = error.fields.get("prompt_tokens")
        if prompt_tokens:
            self._bytes_per_token = max(0.5, size / int(prompt_tokens))
        self.fit(error.fields.get("context_length"))
        if len(self._turns) == before:
            # The engine told no numbers, or they did not help: drop the older half.
            limit = int(size / self._bytes_per_token / 2)
            self._turns = fit_to_context(self._turns, limit, bytes_per_token=self._bytes_per_token)
        return len(self._turns) < before

    def request(self, model_id: str, params: GenerationParams) -> ChatRequest:
        """Return the request for what is left."""
        # A last turn of the assistant's is what engines take as the beginning of the reply.
        begun = (ChatTurn("assistant", self._begun),) if self._begun.strip() else ()
        return ChatRequest(model_id, (*self._turns, *begun), self._system, params)


def _measured_ratio(path: Sequence[Message]) -> float | None:
    """Return bytes per token as the engine counted them for this chat's last reply."""
    for position in range(len(path) - 1, 0, -1):
        reply = path[position]
        if reply.prompt_tokens and reply.prompt_tokens > 200:
            turns = turns_to_send(path[:position])
            size = sum(len(turn.content.encode("utf-8", "replace")) for turn in turns)
            return max(0.5, size / reply.prompt_tokens * 0.95)
    return None
