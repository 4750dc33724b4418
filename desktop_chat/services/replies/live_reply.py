"""A reply while it is being written."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import ChatError, EmptyReplyError, ThoughtOnlyError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.services.replies.continuing import RepeatGate

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.domain.params import GenerationParams
    from desktop_chat.domain.usage import TokenUsage


# A small string takes 50 bytes more than its letters.
MOST_PIECES = 4_096


class LiveReply:
    """Collects the events of one turn and makes the message to store.

    A reply that has text already is continued: what comes is put behind it.

    Args:
        reply: The message as it was stored, with status STREAMING.
        params: What the engine is asked for beside the model.
        clock: Seconds that only go up.

    Attributes:
        begun_with: The text that it continues, "" for a new reply.
    """

    def __init__(
        self,
        reply: Message,
        params: GenerationParams | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reply = reply
        self._params = params
        self._clock = clock
        self.begun_with = reply.content
        self._text: list[str] = [reply.content]
        self._thought: list[str] = [reply.reasoning]
        self._gate = RepeatGate(reply.content)
        self._thinking = _ThinkingTime(reply.reasoning_ms)
        self._started = clock()
        self._first: float | None = None
        self._usage: TokenUsage | None = None
        self._model = reply.model
        self.id: MessageId = reply.id
        self.chat_id: ChatId = reply.chat_id

    @property
    def content(self) -> str:
        """The text so far."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The reasoning so far."""
        return "".join(self._thought)

    @property
    def has_begun(self) -> bool:
        """Whether any text or reasoning arrived."""
        return self._first is not None

    @property
    def message(self) -> Message:
        """The reply as it is now, with status STREAMING."""
        return replace(
            self._reply,
            content=self.content,
            reasoning=self.reasoning,
            reasoning_ms=self._thinking.total_ms(self._clock()),
            model=self._model,
        )

    def add_text(self, text: str) -> str:
        """Append to the reply's text; return what of it is to be shown now.

        That is all of it, unless an engine that continues a reply begins by repeating it.
        """
        now = self._clock()
        self._thinking.end(now)
        shown = self._gate.admit(text)
        if shown:
            if self._first is None:
                self._first = now
            self._text.append(shown)
            self._text = _compact(self._text)
        return shown

    def add_reasoning(self, text: str) -> None:
        """Append to the reasoning."""
        now = self._clock()
        if self._first is None:
            self._first = now
        self._thinking.begin(now)
        self._thought.append(text)
        self._thought = _compact(self._thought)

    def set_usage(self, usage: TokenUsage) -> None:
        """Keep the counts; a later report replaces an earlier one."""
        self._usage = usage

    def set_model(self, model_id: str) -> None:
        """Keep the id of the model that really answers."""
        if model_id:
            self._model = model_id

    def finished(self, finish_reason: str | None) -> Message:
        """Return the message of a reply that ended well; one without text counts as failed."""
        final = self._with(MessageStatus.COMPLETE, finish_reason)
        if not final.content.strip():
            is_thought = bool(final.reasoning.strip())
            is_cut = finish_reason == "length"
            error = ThoughtOnlyError(is_cut=is_cut) if is_thought else EmptyReplyError()
            return self.failed(error, finish_reason)
        return final

    def ended(self, status: MessageStatus) -> Message:
        """Return the message of a reply that was stopped or interrupted."""
        return self._with(status, None)

    def failed(self, error: ChatError, finish_reason: str | None = None) -> Message:
        """Return the message of a reply that failed; the text received is kept.

        An engine that has nothing to add to a reply has ended it well.
        """
        if isinstance(error, EmptyReplyError) and self.begun_with.strip():
            return self._with(MessageStatus.COMPLETE, finish_reason or "stop")
        return replace(
            self._with(MessageStatus.FAILED, finish_reason),
            error=str(error),
            error_code=error.code,
            error_fields=error.fields,
        )

    def _with(self, status: MessageStatus, finish_reason: str | None) -> Message:
        now = self._clock()
        self._thinking.end(now)
        self._text.append(self._gate.rest())
        first = self._first
        return replace(
            self.message,
            status=status,
            finish_reason=finish_reason,
            prompt_tokens=self._usage.prompt_tokens if self._usage else None,
            completion_tokens=self._usage.completion_tokens if self._usage else None,
            time_to_first_token_ms=None if first is None else round((first - self._started) * 1e3),
            duration_ms=round((now - self._started) * 1e3),
            params=self._params,
        )


def answer_of_reasoning(reply: Message, old: Message) -> Message:
    """Return `reply` with what `old` thought as its text, complete."""
    return replace(
        reply,
        content=old.reasoning.strip(),
        status=MessageStatus.COMPLETE,
        model=old.model,
        finish_reason=old.finish_reason,
        prompt_tokens=old.prompt_tokens,
        completion_tokens=old.completion_tokens,
        time_to_first_token_ms=old.time_to_first_token_ms,
        duration_ms=old.duration_ms,
        params=old.params,
    )


class _ThinkingTime:
    """How long the model thought: from its reasoning to its text, all such times together."""

    def __init__(self, before_ms: int | None) -> None:
        self._before_ms = before_ms
        self._spent = 0.0
        self._since: float | None = None
        self._has_thought = before_ms is not None

    def begin(self, now: float) -> None:
        self._has_thought = True
        if self._since is None:
            self._since = now

    def end(self, now: float) -> None:
        if self._since is not None:
            self._spent += now - self._since
            self._since = None

    def total_ms(self, now: float) -> int | None:
        if not self._has_thought:
            return None
        running = now - self._since if self._since is not None else 0.0
        return (self._before_ms or 0) + round((self._spent + running) * 1e3)


def _compact(pieces: list[str]) -> list[str]:
    """Join a text once it is in very many pieces."""
    return pieces if len(pieces) < MOST_PIECES else ["".join(pieces)]
