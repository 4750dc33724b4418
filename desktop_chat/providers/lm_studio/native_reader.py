"""Native events, read as events for us."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.stream import (
    ModelLoading,
    PromptProgress,
    StreamEvent,
    TextDelta,
    UsageReported,
)
from desktop_chat.providers.dialect.reply_numbers import rate_of
from desktop_chat.providers.dialect.reply_reader import ReplyReader
from desktop_chat.providers.lm_studio.native_decoder import CHAT_END

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.providers.dialect.chunks import Chunk

LOADING = frozenset({"model_load.start", "model_load.progress"})
# How the events begin that come only once the model is in memory.
AFTER_LOADING = ("model_load.end", "prompt_", "message.", "reasoning.", "tool_call.", CHAT_END)
READING = frozenset({"prompt_processing.start", "prompt_processing.progress"})
DELTAS = {"message.delta": "content", "reasoning.delta": "reasoning_content"}


class NativeReader:
    """Reads the events of one native reply, with the reader of `/v1` for what they share.

    Every start and end may come twice and unknown events may come between; a reported share
    never goes back. Chunks of `/v1` are read as such.

    Args:
        model_id: The model asked for.
        max_tokens: The limit that was sent; the native API does not tell why a reply ended.

    Attributes:
        has_begun: The server answers; from now on the request must not be sent again.
        is_loaded: It tells of more than loading.
    """

    def __init__(self, model_id: str, max_tokens: int | None = None) -> None:
        self.has_begun = False
        self.is_loaded = False
        self._max_tokens = max_tokens
        self._reader = ReplyReader(model_id)
        self._shares: dict[str, float] = {}
        self._answered_by: dict[str, Any] = {}
        self._has_text = False
        self._has_thought = False
        self._needs_break = False
        self._stats: dict[str, Any] = {}

    def read_all(self, chunks: Sequence[Chunk]) -> list[StreamEvent]:
        """Return what all of `chunks` tell; see `read`."""
        if all("choices" in chunk for chunk in chunks):
            self.has_begun = self.is_loaded = True
            return self._reader.read_all(chunks)
        return [event for chunk in chunks for event in self.read(chunk)]

    def read(self, chunk: Chunk) -> list[StreamEvent]:
        """Return what one event tells.

        Raises:
            UnreadableReplyError: The reply is longer than any reply can be.
        """
        self.has_begun = True
        if "choices" in chunk:
            self.is_loaded = True
            return self._reader.read(chunk)
        kind = str(chunk.get("type", ""))
        if isinstance(answered_by := chunk.get("model_instance_id"), str):
            self._answered_by = {"model": answered_by}
        self.is_loaded = self.is_loaded or kind.startswith(AFTER_LOADING)
        if kind in LOADING:
            return [ModelLoading(share) for share in self._grown("load", chunk)]
        if kind in READING:
            return [PromptProgress(fraction=share) for share in self._grown("prompt", chunk)]
        if kind in DELTAS:
            return self._read_delta(DELTAS[kind], chunk.get("content"))
        if kind == "message.start":
            self._needs_break = self._has_text
        elif kind == "tool_call.start":
            call = {"index": 0, "type": "function", "function": {"name": chunk.get("tool")}}
            return self._read_choice({"tool_calls": [call]})
        elif kind == CHAT_END:
            return self._read_end(chunk.get("result"))
        return []

    def end(self) -> list[StreamEvent]:
        """Return the last events of a reply that ended well.

        Raises:
            EmptyReplyError, ThoughtOnlyError, ToolRequestedError: It brought no answer.
        """
        rate = rate_of(self._stats.get("tokens_per_second"))
        return [
            UsageReported(replace(event.usage, tokens_per_second=rate))
            if isinstance(event, UsageReported) and rate is not None
            else event
            for event in self._reader.end()
        ]

    def _grown(self, name: str, chunk: Chunk) -> list[float]:
        """Return the reported share if it is more than the last one told; 0 at the start."""
        value = chunk.get("progress", 0.0)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return []
        share = float(min(max(value, -1), 1))
        if share <= self._shares.get(name, -1.0):
            return []
        self._shares[name] = share
        return [max(share, 0.0)]

    def _read_delta(self, field: str, content: object) -> list[StreamEvent]:
        if not isinstance(content, str) or not content:
            return []
        events: list[StreamEvent] = []
        if field != "content":
            self._has_thought = True
        else:
            if self._needs_break:
                # Two messages of one reply, with a tool or a thought between them.
                events += self._read_choice({"content": "\n\n"})
            self._needs_break = False
            self._has_text = True
        return events + self._read_choice({field: content})

    def _read_choice(self, delta: dict[str, Any], reason: str | None = None) -> list[StreamEvent]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return self._reader.read({"choices": [choice], **self._answered_by})

    def _read_end(self, result: object) -> list[StreamEvent]:
        if not isinstance(result, dict):
            return self._read_choice({}, "stop")
        if isinstance(result.get("model_instance_id"), str):
            self._answered_by = {"model": result["model_instance_id"]}
        events = [] if self._has_text else self._read_output(result.get("output"))
        stats = result.get("stats")
        self._stats = stats if isinstance(stats, dict) else {}
        events += self._read_choice({}, self._finish_reason())
        usage = {
            "prompt_tokens": self._stats.get("input_tokens"),
            "completion_tokens": self._stats.get("total_output_tokens"),
            "completion_tokens_details": {
                "reasoning_tokens": self._stats.get("reasoning_output_tokens")
            },
        }
        return events + self._reader.read({"choices": [], "usage": usage})

    def _read_output(self, output: object) -> list[StreamEvent]:
        """Read the items of a reply that came without deltas."""
        events: list[StreamEvent] = []
        has_thought = self._has_thought
        for item in output if isinstance(output, list) else []:
            kind = item.get("type") if isinstance(item, dict) else None
            if kind == "message":
                self._needs_break = any(isinstance(event, TextDelta) for event in events)
                events += self._read_delta("content", item.get("content"))
            elif kind == "reasoning" and not has_thought:
                events += self._read_delta("reasoning_content", item.get("content"))
        return events

    def _finish_reason(self) -> str:
        made = self._stats.get("total_output_tokens")
        limit = self._max_tokens or 0
        return "length" if isinstance(made, int) and 0 < limit <= made else "stop"
