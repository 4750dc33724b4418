"""Ollama with its `/v1` paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.standin import http
from tests.standin.chunks import event
from tests.standin.roles.base import Role

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange

TYPES = {400: "invalid_request_error", 404: "not_found_error"}


class Ollama(Role):
    """Its errors in mid-stream end as an empty chunk of no model, without any mark."""

    name = "ollama"
    port = 11434
    model = "qwen3:8b"

    async def answer_own(self, exchange: Exchange) -> bool:
        """Its greeting, its version, and its own lists and chat."""
        path = exchange.record.path
        if path == "/":
            await exchange.send_body(200, b"Ollama is running", "text/plain; charset=utf-8")
        elif path == "/api/version":
            await self.send_compact(exchange, 200, {"version": "0.12.6"})
        elif path == "/api/tags":
            tag = {"name": self.model, "model": self.model, "size": 5_225_387_923}
            await self.send_compact(exchange, 200, {"models": [tag]})
        elif path == "/api/ps":
            await self.send_compact(exchange, 200, {"models": []})
        elif path == "/api/chat":
            await self._own_chat(exchange)
        else:
            return False
        return True

    def entry(self, id_: str) -> dict[str, Any]:
        """Owned by the namespace of the name."""
        return {"id": id_, "object": "model", "created": 1_766_000_000, "owned_by": "library"}

    def error(self, status: int, message: str) -> Any:
        """The four members that it always sends."""
        kind = TYPES.get(status, "api_error")
        return {"error": {"message": message, "type": kind, "param": None, "code": None}}

    async def send_unknown_path(self, exchange: Exchange) -> None:
        """Plain text of its router."""
        await exchange.send_body(404, b"404 page not found", "text/plain")

    async def send_busy(self, exchange: Exchange) -> None:
        """The queue is full."""
        message = "server busy, please try again.  maximum pending requests exceeded"
        await self.send_error(exchange, 503, message)

    def chunk(
        self, exchange: Exchange, delta: dict[str, Any], finish: str | None = None
    ) -> dict[str, Any]:
        """With its fingerprint."""
        return super().chunk(exchange, delta, finish) | {"system_fingerprint": "fp_ollama"}

    async def fail(self, exchange: Exchange) -> None:
        """An empty chunk, then the end."""
        await self.send_two_words(exchange)
        empty = self.chunk(exchange, {"role": "assistant", "content": ""}) | {"model": ""}
        await exchange.send_frame(event(empty))
        await exchange.end_stream()

    async def _own_chat(self, exchange: Exchange) -> None:
        await exchange.send(http.stream_head(content_type="application/x-ndjson"))
        for piece in exchange.echo():
            message = {"role": "assistant", "content": piece}
            line = {"model": self.model, "message": message, "done": False}
            await exchange.send_frame(json.dumps(line).encode() + b"\n")
        end = {"model": self.model, "done": True, "done_reason": "stop"}
        await exchange.send_frame(json.dumps(end).encode() + b"\n")
        await exchange.end_stream()
