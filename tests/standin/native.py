"""LM Studio's own API: `/api/v1/chat` and loading and unloading models."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from tests.standin import bodies
from tests.standin.chunks import words_of
from tests.standin.http import dump_json

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange

CHAT_KEYS = {
    *("model", "input", "system_prompt", "integrations", "stream", "temperature", "top_p"),
    *("top_k", "min_p", "repeat_penalty", "max_output_tokens", "reasoning", "context_length"),
    *("store", "previous_response_id"),
}
LOAD_KEYS = {
    *("model", "context_length", "eval_batch_size", "flash_attention", "num_experts"),
    *("offload_kv_cache_to_gpu", "echo_load_config"),
}


def native_event(kind: str, **fields: Any) -> bytes:
    """One frame of a native stream."""
    payload = dump_json({"type": kind, **fields})
    return f"event: {kind}\ndata: {payload}\n\n".encode()


async def refuses_keys(exchange: Exchange, known: set[str]) -> bool:
    """Refuse a body with keys that the closed schema does not know."""
    unknown = [key for key in exchange.body if key not in known]
    if unknown:
        named = ", ".join(f"'{key}'" for key in unknown)
        message = f"Unrecognized key(s) in object: {named}"
        await exchange.send_json(400, bodies.native_error(message, "unrecognized_keys"))
    return bool(unknown)


def input_text(given: Any) -> str | None:
    """The text of a native request's input, None if its items are of a wrong type."""
    if isinstance(given, str):
        return given
    texts = []
    for item in given if isinstance(given, list) else []:
        if not isinstance(item, dict) or item.get("type") not in ("text", "image"):
            return None
        texts.append(str(item.get("content", "")) if item["type"] == "text" else "")
    return "".join(texts)


async def answer_chat(exchange: Exchange, model: str, *, was_loaded: bool) -> None:
    """Echo on `/api/v1/chat`, as a stream or whole."""
    text = input_text(exchange.body.get("input"))
    if text is None:
        message = "Invalid discriminator value. Expected 'text' | 'image'"
        await exchange.send_json(400, bodies.native_error(message, "invalid_union", "input"))
        return
    if not await _knows_previous(exchange):
        return
    pieces = words_of(f"Echo: {text}")
    result = _result(exchange, model, text, pieces, was_loaded=was_loaded)
    if exchange.wants_stream:
        await stream(exchange, model, pieces, result, loads=not was_loaded)
    else:
        await exchange.send_json(200, result)


async def _knows_previous(exchange: Exchange) -> bool:
    previous = exchange.body.get("previous_response_id")
    if previous is None or previous in exchange.state.responses:
        return True
    message = (
        f"Could not find stored response for previous_response_id '{previous}'. Please ensure "
        "the ID is correct. Current previous response auto-deletion policy: Responses older "
        "than 30 days are automatically deleted."
    )
    error = bodies.native_error(message, "invalid_value", "previous_response_id")
    await exchange.send_json(400, error)
    return False


def _result(
    exchange: Exchange, model: str, text: str, pieces: list[str], *, was_loaded: bool
) -> dict[str, Any]:
    stats: dict[str, Any] = {
        "input_tokens": len(text.split()) + 4,
        "total_output_tokens": len(pieces),
        "reasoning_output_tokens": 0,
        "tokens_per_second": 43.73,
        "time_to_first_token_seconds": 0.781,
    }
    if not was_loaded:
        stats["model_load_time_seconds"] = exchange.state.load_s
    output = [{"type": "message", "content": "".join(pieces)}]
    result = {"model_instance_id": model, "output": output, "stats": stats}
    if exchange.body.get("store", True):
        response_id = f"resp_{secrets.token_hex(24)}"
        exchange.state.responses[response_id] = output
        result["response_id"] = response_id
    return result


async def stream(
    exchange: Exchange, model: str, pieces: list[str], result: dict[str, Any], *, loads: bool
) -> None:
    """All the events of a native stream, in the order measured; no `[DONE]`."""
    send = exchange.send_frame
    await exchange.start_stream()
    await send(native_event("chat.start", model_instance_id=model))
    if loads:
        await send_load(exchange, model)
    await send(native_event("prompt_processing.start"))
    for progress in (0.5, 1):
        await send(native_event("prompt_processing.progress", progress=progress))
    await send(native_event("prompt_processing.end"))
    await send(native_event("message.start"))
    pace = exchange.pace()
    for piece in pieces:
        await exchange.send_token(native_event("message.delta", content=piece), pace)
    await send(native_event("message.end"))
    await send(native_event("chat.end", result=result))
    await exchange.end_stream()


async def send_load(exchange: Exchange, model: str, seconds: float = 7, steps: int = 113) -> None:
    """The events of a load: 113 of progress in 7 s, as measured."""
    await exchange.send_frame(native_event("model_load.start", model_instance_id=model))
    for step in range(steps):
        progress = round(step / (steps - 1), 4)
        frame = native_event("model_load.progress", model_instance_id=model, progress=progress)
        await exchange.send_frame(frame)
        await exchange.sleep(seconds / steps)
    end = native_event("model_load.end", model_instance_id=model, load_time_seconds=seconds)
    await exchange.send_frame(end)


async def load(exchange: Exchange) -> None:
    """`/api/v1/models/load`: silent until it is done."""
    if await refuses_keys(exchange, LOAD_KEYS):
        return
    wanted = str(exchange.body.get("model") or "")
    model = exchange.state.find(wanted)
    if model is None:
        known = [m.key for m in exchange.state.models]
        await exchange.send_json(404, bodies.unknown_model(wanted, known, native=True))
        return
    await exchange.sleep(exchange.state.load_s)
    length = exchange.body.get("context_length")
    instance = exchange.state.load(model.key, context_length=length)
    made: dict[str, Any] = {
        "type": "embedding" if model.kind == "embedding" else "llm",
        "instance_id": instance.id,
        "load_time_seconds": exchange.state.load_s,
        "status": "loaded",
    }
    if exchange.body.get("echo_load_config"):
        made["load_config"] = {"context_length": instance.context_length}
    await exchange.send_json(200, made)


async def unload(exchange: Exchange) -> None:
    """`/api/v1/models/unload`: wants the instance id."""
    instance_id = str(exchange.body.get("instance_id") or "")
    if exchange.state.unload(instance_id):
        await exchange.send_json(200, {"instance_id": instance_id})
    else:
        message = f"Model instance '{instance_id}' not found"
        await exchange.send_json(404, bodies.native_error(message, "model_not_found"))
