"""Chunks of the /v1 dialect, read as events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.errors import EmptyReplyError, ToolRequestedError, UnreadableReplyError
from desktop_chat.domain.stream import (
    ModelAnswered,
    PromptProgress,
    ReasoningDelta,
    StreamEvent,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.providers.dialect.chunks import MAX_REPLY_BYTES, NO_REASON, first_choice
from desktop_chat.providers.dialect.reply_numbers import progress_of, usage_of
from desktop_chat.providers.dialect.think_tags import ThinkTagSplitter
from desktop_chat.providers.dialect.tool_calls import ToolCalls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.domain.usage import TokenUsage
    from desktop_chat.providers.dialect.chunks import Chunk


class ReplyReader:
    """Reads the chunks of one reply as events.

    Args:
        model_id: The model asked for, told as the one that answers where the server is silent.
    """

    def __init__(self, model_id: str = "") -> None:
        self._model_id = model_id
        self._has_answered = False
        self._splitter = ThinkTagSplitter()
        self._length = 0
        self._has_text = False
        self._usage: TokenUsage | None = None
        self._finish_reason: str | None = None
        self._tools = ToolCalls()

    def read_all(self, chunks: Iterable[Chunk]) -> list[StreamEvent]:
        """Return what all of `chunks` tell; see `read`."""
        events: list[StreamEvent] = []
        for chunk in chunks:
            text = _only_text(chunk) if self._has_text and self._splitter.is_passive else ""
            if text:
                self._length += len(text)
                events.append(TextDelta(text))
            else:
                events += self.read(chunk)
        self._check_length()
        return events

    def read(self, chunk: Chunk) -> list[StreamEvent]:
        """Return what `chunk` tells.

        Raises:
            UnreadableReplyError: The reply is longer than any reply can be.
        """
        events: list[StreamEvent] = []
        if not self._has_answered:
            self._has_answered = True
            answered_by = chunk.get("model")
            is_named = isinstance(answered_by, str) and answered_by
            events.append(ModelAnswered(str(answered_by) if is_named else self._model_id))
        if "usage" in chunk or "timings" in chunk or "prompt_progress" in chunk:
            self._read_numbers(chunk, events)
        choice = first_choice(chunk)
        if choice is not None:
            self._read_choice(choice, events)
            reason = choice.get("finish_reason")
            if reason not in NO_REASON:
                self._finish_reason = str(reason)
        self._check_length()
        return events

    def end(self) -> list[StreamEvent]:
        """Return the last events of a reply that ended well.

        Reasoning without any text is a good end here; what is missing is for others to say.

        Raises:
            ToolRequestedError: It asked for a tool instead of answering.
            EmptyReplyError: It brought neither text nor reasoning.
        """
        events: list[StreamEvent] = []
        self._add_parts(self._splitter.flush(), events)
        if not self._has_text and (tools := self._tools.words()):
            raise ToolRequestedError(tools=tools)
        if not self._length:
            raise EmptyReplyError
        if self._usage is not None:
            events.append(UsageReported(self._usage))
        events.append(StreamFinished(self._finish_reason))
        return events

    def _check_length(self) -> None:
        if self._length > MAX_REPLY_BYTES:
            raise UnreadableReplyError(detail="It is longer than 32 MB.")

    def _read_choice(self, choice: Chunk, events: list[StreamEvent]) -> None:
        delta = choice.get("delta")
        if delta.__class__ is not dict:
            delta = self._whole_message(choice)
            if delta is None:
                return
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if reasoning:
            text = _text_of(reasoning)
            if text:
                self._length += len(text)
                events.append(ReasoningDelta(text))
        content = delta.get("content")
        if content:
            text = content if content.__class__ is str else _text_of(content)
            if text:
                self._add_parts(self._splitter.feed(text), events)
        if delta.get("tool_calls"):
            self._tools.add(delta["tool_calls"])

    def _whole_message(self, choice: Chunk) -> Chunk | None:
        """Some servers send a whole message, also at the end of a stream of deltas."""
        if self._length or self._splitter.has_seen_text:
            return None
        message = choice.get("message")
        if isinstance(message, dict):
            return message
        text = choice.get("text")
        return {"content": text} if isinstance(text, str) else None

    def _add_parts(self, parts: list[tuple[bool, str]], events: list[StreamEvent]) -> None:
        for is_reasoning, text in parts:
            self._length += len(text)
            self._has_text = self._has_text or not is_reasoning
            events.append(ReasoningDelta(text) if is_reasoning else TextDelta(text))

    def _read_numbers(self, chunk: Chunk, events: list[StreamEvent]) -> None:
        progress = progress_of(chunk)
        if progress is not None:
            events.append(PromptProgress(*progress))
        usage = usage_of(chunk, self._usage)
        if usage is not None:
            self._usage = usage


def _only_text(chunk: Chunk) -> str:
    """Return the text of the usual chunk, which brings nothing else; "" of any other.

    Thousands of them make a reply.
    """
    if "timings" in chunk or "prompt_progress" in chunk or chunk.get("usage"):
        return ""
    choices = chunk.get("choices")
    choice = choices[0] if choices.__class__ is list and choices else None
    if choice.__class__ is not dict or choice.get("index") or choice.get("finish_reason"):
        return ""
    delta = choice.get("delta")
    if delta.__class__ is not dict or len(delta) > 1 + ("role" in delta):
        return ""
    text = delta.get("content")
    return text if text.__class__ is str else ""


def _text_of(value: object) -> str:
    """Return the text of a string, of a part `{"text": …}`, or of a list of such."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        text = value.get("text")
        return text if isinstance(text, str) else ""
    if isinstance(value, list):
        return "".join(_text_of(part) for part in value)
    return ""
