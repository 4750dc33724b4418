"""A streamed reply put together again as the dict that an unstreamed one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import EmptyReplyError, UnreadableReplyError
from desktop_chat.providers.dialect.chunks import MAX_REPLY_BYTES, NO_REASON, first_choice

if TYPE_CHECKING:
    from desktop_chat.providers.dialect.chunks import Chunk

REASONING_FIELDS = ("reasoning_content", "reasoning")
HEAD_FIELDS = ("id", "created", "model", "system_fingerprint")


class MergedReply:
    """Collects the chunks of one reply; a whole response passes through as it came."""

    def __init__(self) -> None:
        self._whole: Chunk | None = None
        self._head: Chunk = {}
        self._content: list[str] = []
        self._reasoning: dict[str, list[str]] = {}
        self._tool_calls: dict[int, Chunk] = {}
        self._finish_reason: str | None = None
        self._usage: Chunk | None = None
        self._length = 0
        self._has_choice = False

    def add(self, chunk: Chunk) -> None:
        """Take the next chunk.

        Raises:
            UnreadableReplyError: The reply is longer than any reply can be.
        """
        for key in HEAD_FIELDS:
            if key in chunk:
                self._head.setdefault(key, chunk[key])
        if isinstance(chunk.get("usage"), dict):
            self._usage = chunk["usage"]
        choice = first_choice(chunk)
        if choice is None:
            return
        self._has_choice = True
        delta = choice.get("delta")
        if isinstance(delta, dict):
            self._add_delta(delta)
        elif not self._length and ("message" in choice or "text" in choice):
            self._whole = chunk
        if choice.get("finish_reason") not in NO_REASON:
            self._finish_reason = choice["finish_reason"]
        if self._length > MAX_REPLY_BYTES:
            raise UnreadableReplyError(detail="It is longer than 32 MB.")

    def as_response(self) -> dict[str, Any]:
        """Return OpenAI's response dict.

        Raises:
            EmptyReplyError: No chunk had a choice.
        """
        if self._whole is not None:
            return self._whole
        if not self._has_choice:
            raise EmptyReplyError
        message: Chunk = {"role": "assistant", "content": "".join(self._content)}
        message.update((field, "".join(parts)) for field, parts in self._reasoning.items())
        if self._tool_calls:
            message["tool_calls"] = [self._tool_calls[index] for index in sorted(self._tool_calls)]
        choice = {"index": 0, "message": message, "finish_reason": self._finish_reason}
        response = {**self._head, "object": "chat.completion", "choices": [choice]}
        return response if self._usage is None else {**response, "usage": self._usage}

    def _add_delta(self, delta: Chunk) -> None:
        content = delta.get("content")
        if isinstance(content, str):
            self._content.append(content)
            self._length += len(content)
        for field in REASONING_FIELDS:
            if isinstance(text := delta.get(field), str):
                self._reasoning.setdefault(field, []).append(text)
                self._length += len(text)
        calls = delta.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, dict):
                self._add_tool_call(call)

    def _add_tool_call(self, call: Chunk) -> None:
        index = call.get("index")
        place = index if isinstance(index, int) else 0
        whole = self._tool_calls.setdefault(
            place, {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
        )
        whole["id"] = whole["id"] or call.get("id") or ""
        function = call.get("function")
        for key in ("name", "arguments"):
            piece = function.get(key) if isinstance(function, dict) else None
            if isinstance(piece, str):
                whole["function"][key] += piece
                self._length += len(piece)
