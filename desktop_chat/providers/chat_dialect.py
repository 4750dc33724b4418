"""The /v1 dialect, shared by all who speak it: requests out, chunks in, events for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import EmptyReplyError, EngineFailedError, UnreadableReplyError
from desktop_chat.domain.stream import (
    ModelAnswered,
    PromptProgress,
    ReasoningDelta,
    StreamEvent,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.chunks import MAX_REPLY_BYTES, NO_REASON, first_choice
from desktop_chat.providers.think_tags import ThinkTagSplitter

if TYPE_CHECKING:
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.providers.chunks import Chunk


def request_body(request: ChatRequest) -> dict[str, Any]:
    """Return the body of a streamed request; what was not chosen is not sent."""
    messages = [{"role": turn.role, "content": turn.content} for turn in request.turns]
    if request.system_prompt:
        messages.insert(0, {"role": "system", "content": request.system_prompt})
    params = request.params
    return completion_body(
        request.model_id, params.temperature, params.max_tokens, messages=messages, stream=True
    )


def completion_body(
    model_id: str, temperature: float | None, max_tokens: int | None, **more: Any
) -> dict[str, Any]:
    """Return a body without a single null; `more` are further keys, of which None is left out."""
    body: dict[str, Any] = {"model": model_id} if model_id else {}
    body.update((key, value) for key, value in more.items() if value is not None)
    if temperature is not None:
        body["temperature"] = temperature
    if max_tokens is not None:
        body["max_tokens"] = max_tokens
    if body.get("stream"):
        body["stream_options"] = {"include_usage": True}
    return body


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
        self._usage: TokenUsage | None = None
        self._finish_reason: str | None = None
        self._tools: list[str] = []

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
        if self._length > MAX_REPLY_BYTES:
            raise UnreadableReplyError(detail="It is longer than 32 MB.")
        return events

    def end(self) -> list[StreamEvent]:
        """Return the last events of a reply that ended well.

        Raises:
            EmptyReplyError: It brought neither text nor reasoning.
        """
        events: list[StreamEvent] = []
        self._add_parts(self._splitter.flush(), events)
        if not self._length:
            if self._tools:
                names = ", ".join(self._tools)
                raise EngineFailedError(
                    detail=f"the model asked for a tool it was not given: {names}"
                )
            raise EmptyReplyError
        if self._usage is not None:
            events.append(UsageReported(self._usage))
        events.append(StreamFinished(self._finish_reason))
        return events

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
            if self._splitter.is_passive:
                self._length += len(text)
                events.append(TextDelta(text))
            else:
                self._add_parts(self._splitter.feed(text), events)
        if delta.get("tool_calls"):
            self._read_tools(delta["tool_calls"])

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
            events.append(ReasoningDelta(text) if is_reasoning else TextDelta(text))

    def _read_numbers(self, chunk: Chunk, events: list[StreamEvent]) -> None:
        progress = chunk.get("prompt_progress")
        if isinstance(progress, dict):
            done, total = _count(progress.get("processed")), _count(progress.get("total"))
            if done is not None and total:
                events.append(PromptProgress(min(done, total), total))
        usage = _usage_of(chunk)
        if usage is not None:
            self._usage = usage

    def _read_tools(self, calls: object) -> None:
        for call in calls if isinstance(calls, list) else []:
            function = call.get("function") if isinstance(call, dict) else None
            name = function.get("name") if isinstance(function, dict) else None
            if isinstance(name, str) and name and len(self._tools) < 10:
                self._tools.append(name[:100])


def _usage_of(chunk: Chunk) -> TokenUsage | None:
    usage = chunk.get("usage")
    if isinstance(usage, dict):
        counts = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
        return TokenUsage(*counts) if counts != (None, None) else None
    timings = chunk.get("timings")
    if isinstance(timings, dict):
        prompt, reply = _count(timings.get("prompt_n")), _count(timings.get("predicted_n"))
        if prompt is not None:
            prompt += _count(timings.get("cache_n")) or 0
        return TokenUsage(prompt, reply) if (prompt, reply) != (None, None) else None
    return None


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if is_count else None  # type: ignore[return-value]


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
