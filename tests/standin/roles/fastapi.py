"""vLLM and LiteLLM: Python servers with FastAPI's own errors beside theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standin.roles.base import Role

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange, Reply


class Vllm(Role):
    """The thought in `reasoning`, an `error` frame before `[DONE]`, errors of validation."""

    name = "vllm"
    port = 8000
    model = "Qwen/Qwen3-8B"

    async def answer_own(self, exchange: Exchange) -> bool:
        """Health and version."""
        path = exchange.record.path
        if path == "/health":
            await exchange.send_body(200, b"", "text/plain")
        elif path == "/version":
            await self.send_compact(exchange, 200, {"version": "0.11.0"})
        else:
            return False
        return True

    def entry(self, id_: str) -> dict[str, Any]:
        """With the length of the context."""
        more = {"root": id_, "parent": None, "max_model_len": 32768}
        return super().entry(id_) | more

    def error(self, status: int, message: str) -> Any:
        """Its object, with the status as code."""
        kind = "NotFoundError" if status == 404 else "BadRequestError"
        return {"error": {"message": message, "type": kind, "param": None, "code": status}}

    async def send_unknown_path(self, exchange: Exchange) -> None:
        """FastAPI's words."""
        await self.send_compact(exchange, 404, {"detail": "Not Found"})

    async def send_unknown_model(self, exchange: Exchange, wanted: str) -> None:
        """Its sentence for a model that is none."""
        await self.send_error(exchange, 404, f"The model `{wanted}` does not exist.")

    async def send_busy(self, exchange: Exchange) -> None:
        """FastAPI refuses a parameter; vLLM itself queues without end."""
        where = {"loc": ["body", "top_k"], "msg": "value is not a valid integer"}
        await self.send_compact(exchange, 422, {"detail": [where | {"type": "int_parsing"}]})

    def payloads(self, exchange: Exchange, reply: Reply) -> list[dict[str, Any]]:
        """A thought after the role."""
        made = super().payloads(exchange, reply)
        made.insert(1, self.chunk(exchange, {"reasoning": "Hm."}))
        return made


class LiteLLM(Role):
    """A gateway: a key is needed, codes are strings, usage comes with a choice."""

    name = "litellm"
    port = 4000
    model = "gpt-4o-mini"
    key = "sk-1234"

    async def refuses(self, exchange: Exchange) -> bool:
        """Whether it lives is told to anybody, without a key."""
        if exchange.record.path not in ("/health/liveliness", "/health/liveness"):
            return False
        await self.send_compact(exchange, 200, "I'm alive!")
        return True

    def key_words(self) -> str:
        """Its words quote the key's hash, not the key."""
        return "Authentication Error, No api key passed in."

    def error(self, status: int, message: str) -> Any:
        """The code is a string and the type is null."""
        return {"error": {"message": message, "type": None, "param": None, "code": str(status)}}

    async def send_unknown_path(self, exchange: Exchange) -> None:
        """FastAPI's words."""
        await self.send_compact(exchange, 404, {"detail": "Not Found"})

    async def send_unknown_model(self, exchange: Exchange, wanted: str) -> None:
        """It knows only what its configuration names."""
        message = f"/chat/completions: Invalid model name passed in model={wanted}."
        await self.send_error(exchange, 400, message)

    async def send_busy(self, exchange: Exchange) -> None:
        """Too many requests for this key."""
        await self.send_error(exchange, 429, "Rate limit reached for this key.")

    def payloads(self, exchange: Exchange, reply: Reply) -> list[dict[str, Any]]:
        """Usage on a chunk that still has a choice."""
        made = super().payloads(exchange, reply)
        if exchange.wants_usage:
            made[-1]["choices"] = [{"index": 0, "delta": {}, "finish_reason": None}]
        return made
