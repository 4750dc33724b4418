"""The pieces of LM Studio's `/v1/chat/completions` answers, as bytes."""

from __future__ import annotations

import itertools
import re
import time
from typing import Any

from tests.standin.http import dump_json

DONE = b"data: [DONE]\n\n"
PIECE = re.compile(r"\s*\S+|\s+")
_numbers = itertools.count(1)


def event(payload: Any) -> bytes:
    """One good frame."""
    return b"data: " + dump_json(payload).encode() + b"\n\n"


def error_event(message: str) -> bytes:
    """The frame LM Studio sends when a stream fails."""
    return b"event: error\n" + event({"error": {"message": message}, "message": message})


class ChatChunks:
    """Makes the chunks of one reply, in the form and key order recorded from LM Studio.

    The methods return objects; `event` makes frames of them.
    """

    def __init__(self, model: str, *, role_always: bool = False) -> None:
        self.id = f"chatcmpl-standin{next(_numbers):014d}"
        self.created = int(time.time())
        self.model = model
        self._role_always = role_always
        self._is_first = True

    def chunk(self, choices: list[dict[str, Any]] | None) -> dict[str, Any]:
        """A chunk with these choices."""
        made: dict[str, Any] = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.model,
        }
        if choices is not None:
            made["choices"] = choices
        return made

    def delta(self, delta: Any, finish_reason: Any = None) -> dict[str, Any]:
        """A chunk with one choice."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self.chunk([choice])

    def piece(self, text: str, field: str = "content") -> dict[str, Any]:
        """A piece of text; the first one carries the role."""
        delta = {field: text}
        if self._is_first or self._role_always:
            delta = {"role": "assistant", **delta}
            self._is_first = False
        return self.delta(delta)

    def finish(self, reason: Any = "stop") -> dict[str, Any]:
        """The chunk that carries the finish reason."""
        return self.delta({}, reason)

    def usage(self, usage: dict[str, Any]) -> dict[str, Any]:
        """The chunk that follows the finish chunk when usage was asked for."""
        return self.chunk([]) | {"usage": usage}

    def whole(
        self, content: str, reasoning: str, finish_reason: str, usage: dict[str, Any]
    ) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        message = {
            "role": "assistant",
            "content": content,
            "reasoning_content": reasoning,
            "tool_calls": [],
        }
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": finish_reason,
        }
        return {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [choice],
            "usage": usage,
            "stats": {},
            "system_fingerprint": self.model,
        }


def usage_of(prompt_tokens: int, completion_tokens: int, reasoning_tokens: int) -> dict[str, Any]:
    """The `usage` object."""
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "completion_tokens_details": {"reasoning_tokens": reasoning_tokens},
    }


def v0_extras(tokens: int) -> dict[str, Any]:
    """What `/api/v0/chat/completions` adds to a whole answer."""
    return {
        "stats": {
            "tokens_per_second": 51.43709529007664,
            "time_to_first_token": 0.111,
            "generation_time": tokens / 51.43709529007664,
            "stop_reason": "eosFound",
        },
        "model_info": {
            "arch": "qwen3",
            "quant": "Q4_K_M",
            "format": "gguf",
            "context_length": 4096,
        },
        "runtime": {
            "name": "llama.cpp-linux-x86_64-avx2",
            "version": "1.3.0",
            "supported_formats": ["gguf"],
        },
    }


def words_of(text: str) -> list[str]:
    """Split a text into pieces as a model would stream them: words with the space before them."""
    return PIECE.findall(text)


def numbered_word(number: int, paragraph: int = 60) -> str:
    """The n-th piece (from 0) of the `steady` scenario's text."""
    if number == 0:
        return "w0"
    gap = "\n\n" if paragraph and number % paragraph == 0 else " "
    return f"{gap}w{number}"


def numbered_words(count: int, paragraph: int = 60) -> str:
    """The whole text of the `steady` scenario: what was received must be a prefix of it."""
    return "".join(numbered_word(number, paragraph) for number in range(count))
