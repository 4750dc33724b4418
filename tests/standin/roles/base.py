"""What all roles share: the paths, the token, and scenarios chosen by model id.

A role answers with the honest echo. Some model ids are words to it: `fail` breaks the stream in
this server's way, `busy` gets its full queue, `nope` is a model nobody has.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from tests.standin.chunks import DONE, event, usage_of
from tests.standin.exchange import Reply
from tests.standin.http import dump_json
from tests.standin.scenarios import PREFIX, SCENARIOS, parse_spec

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange
    from tests.standin.server import StandIn

CHAT = "/v1/chat/completions"
UNKNOWN = "nope"
PROBES = {"fail", "busy", UNKNOWN}


class Role:
    """One kind of server.

    Attributes:
        port: Where it listens unless told otherwise.
        model: The id of its one chat model.
        key: What it wants as API key, "" for none.
    """

    name: ClassVar[str]
    port: ClassVar[int]
    model: ClassVar[str] = "qwen3:8b"
    key: ClassVar[str] = ""

    async def answer(self, exchange: Exchange, server: StandIn) -> None:
        """Answer one request."""
        record = exchange.record
        if await self.refuses(exchange):
            return
        if not self._has_key(exchange):
            await self.send_error(exchange, 401, self.key_words())
        elif record.method == "GET" and record.path == "/v1/models":
            await exchange.sleep(exchange.state.list_delay_s)
            await exchange.send_json(200, self.models())
        elif record.method == "POST" and record.path == CHAT:
            await self._answer_chat(exchange, server)
        elif not await self.answer_own(exchange):
            await self.send_unknown_path(exchange)

    async def refuses(self, exchange: Exchange) -> bool:
        """Answer what is refused whatever the path is, and say whether that was so."""
        return False

    async def answer_own(self, exchange: Exchange) -> bool:
        """Answer a path that only this server has, and say whether it was one."""
        return False

    async def _answer_chat(self, exchange: Exchange, server: StandIn) -> None:
        wanted = str(exchange.body.get("model") or "")
        name, args = parse_spec(wanted)
        if wanted.startswith(PREFIX) and name in SCENARIOS:
            exchange.by_model_id = True
            await server.perform(exchange, SCENARIOS[name], args)
            return
        exchange.model = wanted or self.model
        if wanted == "busy":
            await self.send_busy(exchange)
        elif wanted == UNKNOWN:
            await self.send_unknown_model(exchange, wanted)
        elif wanted == "fail":
            await self.fail(exchange)
        else:
            await self.chat(exchange, Reply(exchange.echo()))

    # What differs

    def models(self) -> dict[str, Any]:
        """The list of models."""
        return {"object": "list", "data": [self.entry(self.model)]}

    def entry(self, id_: str) -> dict[str, Any]:
        """One model of the list."""
        return {"id": id_, "object": "model", "created": 1, "owned_by": self.name}

    def error(self, status: int, message: str) -> Any:
        """The body of an error."""
        return {"error": {"message": message, "type": "api_error", "param": None, "code": None}}

    def key_words(self) -> str:
        """What is said to a request without the key."""
        return "Invalid API Key"

    async def send_error(self, exchange: Exchange, status: int, message: str) -> None:
        """Send an error in this server's form."""
        await self.send_compact(exchange, status, self.error(status, message))

    async def send_compact(self, exchange: Exchange, status: int, value: Any) -> None:
        """Send JSON in one line, as all of these do."""
        await exchange.send_body(status, dump_json(value).encode(), "application/json")

    async def send_unknown_path(self, exchange: Exchange) -> None:
        """Answer a path that is none."""
        await self.send_error(exchange, 404, "Not Found")

    async def send_unknown_model(self, exchange: Exchange, wanted: str) -> None:
        """Answer for a model that is none."""
        await self.send_error(exchange, 404, f"model '{wanted}' not found")

    async def send_busy(self, exchange: Exchange) -> None:
        """Answer while the queue is full."""
        await self.send_error(exchange, 503, "server busy, please try again.")

    async def chat(self, exchange: Exchange, reply: Reply) -> None:
        """Answer well."""
        if exchange.wants_stream:
            await self.send_frames(exchange, [event(p) for p in self.payloads(exchange, reply)])
        else:
            text = "".join(reply.pieces)
            usage = exchange.usage(reply)
            await self.send_compact(exchange, 200, exchange.chunks().whole(text, "", "stop", usage))

    def payloads(self, exchange: Exchange, reply: Reply) -> list[dict[str, Any]]:
        """The chunks of a reply."""
        made = [self.chunk(exchange, {"role": "assistant", "content": ""})]
        made += [self.chunk(exchange, {"content": piece}) for piece in reply.pieces]
        made.append(self.chunk(exchange, {}, reply.finish_reason))
        if exchange.wants_usage:
            end = self.chunk(exchange, {})
            made.append(end | {"choices": [], "usage": self.usage(exchange, reply)})
        return made

    def usage(self, exchange: Exchange, reply: Reply) -> dict[str, Any]:
        """The counts of tokens."""
        return usage_of(exchange.prompt_tokens(), len(reply.pieces), 0)

    def chunk(
        self, exchange: Exchange, delta: dict[str, Any], finish: str | None = None
    ) -> dict[str, Any]:
        """One chunk in this server's form."""
        return {
            "id": f"chatcmpl-{exchange.record.number}",
            "object": "chat.completion.chunk",
            "created": 1_766_000_000,
            "model": exchange.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }

    async def send_frames(self, exchange: Exchange, frames: list[bytes]) -> None:
        """Send a whole stream, `[DONE]` at the end."""
        await exchange.start_stream()
        pace = exchange.pace()
        for frame in frames:
            await exchange.send_token(frame, pace)
        await exchange.send_frame(DONE)
        await exchange.end_stream()

    async def fail(self, exchange: Exchange) -> None:
        """Break off after two words, in this server's way."""
        await self.send_two_words(exchange)
        await exchange.send_frame(event(self.error(500, "Compute error.")))
        await exchange.send_frame(DONE)
        await exchange.end_stream()

    async def send_two_words(self, exchange: Exchange) -> None:
        """Begin a stream that will fail."""
        await exchange.start_stream()
        for word in ("two", " words"):
            await exchange.send_frame(event(self.chunk(exchange, {"content": word})))

    def _has_key(self, exchange: Exchange) -> bool:
        wanted = exchange.state.token or self.key
        offered = exchange.record.headers.get("authorization", "")
        return not wanted or secrets.compare_digest(offered.encode(), f"Bearer {wanted}".encode())
