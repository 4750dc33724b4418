"""A reply while it is being written."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import ChatError, EmptyReplyError
from desktop_chat.domain.message import MessageStatus

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import Message, MessageId
    from desktop_chat.domain.usage import TokenUsage


class LiveReply:
    """Collects the events of one turn and makes the message to store.

    Attributes:
        phase: What was last told of it: "thinking" or "writing", "" before its first word.
    """

    def __init__(self, reply: Message) -> None:
        self._reply = reply
        self._text: list[str] = []
        self._thought: list[str] = []
        self._started = time.monotonic()
        self._first: float | None = None
        self._usage: TokenUsage | None = None
        self._model = reply.model
        self.phase = ""
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
            self._reply, content=self.content, reasoning=self.reasoning, model=self._model
        )

    def add_text(self, text: str) -> None:
        """Append to the reply's text."""
        if self._first is None:
            self._first = time.monotonic()
        self._text.append(text)

    def add_reasoning(self, text: str) -> None:
        """Append to the reasoning."""
        if self._first is None:
            self._first = time.monotonic()
        self._thought.append(text)

    def set_usage(self, usage: TokenUsage) -> None:
        """Keep the counts; a later report replaces an earlier one."""
        self._usage = usage

    def set_model(self, model_id: str) -> None:
        """Keep the id of the model that really answers."""
        if model_id:
            self._model = model_id

    def finished(self, finish_reason: str | None) -> Message:
        """Return the message of a reply that ended well; one without text counts as failed."""
        if not self.content.strip():
            return self.failed(EmptyReplyError(), finish_reason)
        return self._with(MessageStatus.COMPLETE, finish_reason)

    def ended(self, status: MessageStatus) -> Message:
        """Return the message of a reply that was stopped or interrupted."""
        return self._with(status, None)

    def failed(self, error: ChatError, finish_reason: str | None = None) -> Message:
        """Return the message of a reply that failed; the text received is kept."""
        return replace(
            self._with(MessageStatus.FAILED, finish_reason),
            error=str(error),
            error_code=error.code,
            error_fields=error.fields,
        )

    def _with(self, status: MessageStatus, finish_reason: str | None) -> Message:
        now = time.monotonic()
        first = self._first
        return replace(
            self.message,
            status=status,
            finish_reason=finish_reason,
            prompt_tokens=self._usage.prompt_tokens if self._usage else None,
            completion_tokens=self._usage.completion_tokens if self._usage else None,
            time_to_first_token_ms=None if first is None else round((first - self._started) * 1e3),
            duration_ms=round((now - self._started) * 1e3),
        )
