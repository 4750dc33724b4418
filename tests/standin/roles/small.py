"""Jan and GPT4All, two desktop programs with a server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.standin.http import dump_json
from tests.standin.roles.base import Role

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange, Reply

PORT = re.compile(r":\d+$")


class Jan(Role):
    """A key is needed, and a host it does not know gets plain text."""

    name = "jan"
    port = 1337
    model = "Qwen3-8B-Q4_K_M"
    key = "jan-key"

    async def refuses(self, exchange: Exchange) -> bool:
        """403 in plain text for a host that is not its own."""
        host = PORT.sub("", exchange.record.headers.get("host", ""))
        if host in ("127.0.0.1", "localhost", "[::1]", ""):
            return False
        await exchange.send_body(403, b"Invalid host header", "text/plain")
        return True

    def models(self) -> dict[str, Any]:
        """The list in its order of keys."""
        return {"data": [self.entry(self.model)], "object": "list"}

    def entry(self, id_: str) -> dict[str, Any]:
        """Owned by the user."""
        return {"created": 1, "id": id_, "object": "model", "owned_by": "user"}

    def key_words(self) -> str:
        """What a missing key gets."""
        return "Invalid or missing authorization token"

    def error(self, status: int, message: str) -> Any:
        """The error is a string."""
        return {"error": message}


class Gpt4All(Role):
    """No streams: a single JSON reply; a model that is not for chats is in the list."""

    name = "gpt4all"
    port = 4891
    model = "Llama 3 8B Instruct"

    def models(self) -> dict[str, Any]:
        """SBert is no chat model."""
        return {"object": "list", "data": [self.entry("SBert"), self.entry(self.model)]}

    def entry(self, id_: str) -> dict[str, Any]:
        """With permissions, as OpenAI once did."""
        more: dict[str, Any] = {
            "owned_by": "humanity",
            "parent": None,
            "permissions": [{}],
            "root": id_,
        }
        return {"created": 0, "id": id_, "object": "model"} | more

    async def chat(self, exchange: Exchange, reply: Reply) -> None:
        """A whole reply, whatever was asked."""
        text = "".join(reply.pieces)
        whole = exchange.chunks().whole(text, "", "stop", exchange.usage(reply))
        del whole["stats"], whole["system_fingerprint"]
        message = {"role": "assistant", "content": text}
        whole["choices"] = [{"index": 0, "message": message, "finish_reason": "stop"}]
        await exchange.send_body(200, dump_json(whole).encode(), "application/json")

    async def fail(self, exchange: Exchange) -> None:
        """Its errors come before any token."""
        await self.send_error(exchange, 500, "Compute error.")
