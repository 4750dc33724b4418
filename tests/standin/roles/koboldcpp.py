"""KoboldCpp and its clones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standin import http
from tests.standin.chunks import DONE, event
from tests.standin.exchange import Reply
from tests.standin.roles.base import Role

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange


class KoboldCpp(Role):
    """`event: message` lines, one id for all, no chunks; errors are a finish reason."""

    name = "koboldcpp"
    port = 5001
    model = "koboldcpp/Qwen3-8B-Q4_K_M"

    async def answer_own(self, exchange: Exchange) -> bool:
        """Its version and the model it has."""
        path = exchange.record.path
        if path == "/api/extra/version":
            version = {"result": "KoboldCpp", "version": "1.98", "txt2img": False}
            await self.send_compact(exchange, 200, version)
        elif path == "/api/v1/model":
            await self.send_compact(exchange, 200, {"result": self.model})
        else:
            return False
        return True

    def error(self, status: int, message: str) -> Any:
        """Its `detail` object."""
        return {"detail": {"msg": message, "type": "service_unavailable"}}

    async def send_unknown_model(self, exchange: Exchange, wanted: str) -> None:
        """It takes any name: the one model answers."""
        exchange.model = self.model
        await self.chat(exchange, Reply(exchange.echo()))

    async def send_busy(self, exchange: Exchange) -> None:
        """The queue is full."""
        await self.send_error(exchange, 503, "Server is busy; please try again later.")

    def chunk(
        self, exchange: Exchange, delta: dict[str, Any], finish: str | None = None
    ) -> dict[str, Any]:
        """The id never changes, and an open finish reason is a word."""
        return super().chunk(exchange, delta, finish or "null") | {"id": "koboldcpp"}

    def payloads(self, exchange: Exchange, reply: Reply) -> list[dict[str, Any]]:
        """Usage was not asked for, as far as it knows."""
        return [p for p in super().payloads(exchange, reply) if p["choices"]]

    async def send_frames(self, exchange: Exchange, frames: list[bytes]) -> None:
        """`event: message` on each, and the end of the connection as the end."""
        await exchange.send(http.stream_head(framing=("Connection", "close")))
        for frame in [*frames, DONE]:
            await exchange.send(b"event: message\n" + frame)
        exchange.record.complete = True
        await exchange.cut()

    async def fail(self, exchange: Exchange) -> None:
        """Two words, and `error` as the finish reason."""
        words = [event(self.chunk(exchange, {"content": word})) for word in ("two", " words")]
        await self.send_frames(exchange, [*words, event(self.chunk(exchange, {}, "error"))])
