"""llama.cpp's `llama-server`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standin import bodies
from tests.standin.roles.base import Role

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange, Reply

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    500: "server_error",
    503: "unavailable_error",
}


class LlamaServer(Role):
    """One model, integer codes, "Loading model" on every path, timings and prompt progress."""

    name = "llama-server"
    port = 8080
    model = "ggml-org/Qwen3-8B-GGUF:Q4_K_M"

    async def refuses(self, exchange: Exchange) -> bool:
        """503 on every path while it loads."""
        if exchange.state.loading_left <= 0:
            return False
        exchange.state.loading_left -= 1
        await self.send_compact(exchange, 503, bodies.LOADING)
        return True

    async def answer_own(self, exchange: Exchange) -> bool:
        """`/health`, `/props`, and `/models` without a version."""
        path = exchange.record.path
        if path == "/health":
            await self.send_compact(exchange, 200, {"status": "ok"})
        elif path == "/props":
            settings = {"n_ctx": 8192, "params": {}}
            props = {"default_generation_settings": settings, "total_slots": 4}
            props |= {"model_path": self.model, "modalities": {"vision": False}}
            await self.send_compact(exchange, 200, props)
        elif path == "/models":
            await self.send_compact(exchange, 200, self.models())
        else:
            return False
        return True

    def models(self) -> dict[str, Any]:
        """A second array `models` stands beside `data`."""
        meta = {"n_vocab": 151936, "n_ctx_train": 40960, "n_params": 8190735360}
        entry = {"id": self.model, "object": "model", "created": 1, "owned_by": "llamacpp"}
        other = {"name": self.model, "model": self.model, "type": "model"}
        return {"models": [other], "object": "list", "data": [entry | {"meta": meta}]}

    def error(self, status: int, message: str) -> Any:
        """With the status as an integer code."""
        kind = TYPES.get(status, "server_error")
        return {"error": {"code": status, "message": message, "type": kind}}

    async def send_unknown_path(self, exchange: Exchange) -> None:
        """Its words for a path that is none."""
        await self.send_error(exchange, 404, "File Not Found")

    def payloads(self, exchange: Exchange, reply: Reply) -> list[dict[str, Any]]:
        """Null content first, prompt progress if asked for, timings last."""
        made = super().payloads(exchange, reply)
        made[0]["choices"][0]["delta"] = {"role": "assistant", "content": None}
        if exchange.body.get("return_progress") is True:
            total = exchange.prompt_tokens()
            progress = {"total": total, "cache": 0, "processed": total, "time_ms": 12}
            made.insert(1, self.chunk(exchange, {"content": None}) | {"prompt_progress": progress})
        spent: dict[str, Any] = {"cache_n": 0, "prompt_n": exchange.prompt_tokens()}
        spent |= {"prompt_ms": 120.0, "predicted_n": len(reply.pieces), "predicted_ms": 75.0}
        made[-1]["timings"] = spent | {"predicted_per_second": len(reply.pieces) / 0.075}
        return made

    async def send_busy(self, exchange: Exchange) -> None:
        """It queues; what it refuses is a prompt that does not fit."""
        message = "request (13392 tokens) exceeds the available context size (8192 tokens)"
        error = {"code": 400, "message": message, "type": "exceed_context_size_error"}
        await self.send_compact(
            exchange, 400, {"error": error | {"n_prompt_tokens": 13392, "n_ctx": 8192}}
        )
