"""Scenarios of the native stream; they answer `/api/v1/chat`."""

from __future__ import annotations

from typing import Any

from tests.standin.chunks import words_of
from tests.standin.exchange import Exchange
from tests.standin.native import native_event, send_load, stream
from tests.standin.scenarios import scenario


def result_of(exchange: Exchange, text: str) -> dict[str, Any]:
    """A result as `chat.end` carries it."""
    return {
        "model_instance_id": exchange.model,
        "output": [{"type": "message", "content": text}],
        "stats": {"input_tokens": 9, "total_output_tokens": len(words_of(text))},
    }


def text_of(exchange: Exchange) -> str:
    """What to say."""
    return str(exchange.args.get("text", "Native hello there."))


@scenario("native-load")
async def native_load(exchange: Exchange) -> None:
    text = text_of(exchange)
    await stream(exchange, exchange.model, words_of(text), result_of(exchange, text), loads=True)


@scenario("native-double-end")
async def native_double_end(exchange: Exchange) -> None:
    """Ends twice, unknown events, progress that goes back and beyond 1."""
    text = text_of(exchange)
    send = exchange.send_frame
    await exchange.start_stream()
    await send(native_event("chat.start", model_instance_id=exchange.model))
    await send_load(exchange, exchange.model, steps=5)
    for progress in (0.5, 0.2, 1.7):
        await send(native_event("prompt_processing.progress", progress=progress))
    await send(native_event("prompt_processing.end"))
    await send(native_event("foo.bar", whatever=1))
    await send(native_event("prompt_processing.end"))
    await send(native_event("message.delta", content=text))
    await send(native_event("chat.end", result=result_of(exchange, text)))
    await exchange.end_stream()


@scenario("native-multi")
async def native_multi(exchange: Exchange) -> None:
    """Thought, message, a tool of LM Studio's own, thought, message."""
    text, tool = text_of(exchange), {"tool": "model_search"}
    arguments = {"sort": "trendingScore", "limit": 1}
    events: list[tuple[str, dict[str, Any]]] = [
        ("reasoning.delta", {"content": "Let me search."}),
        ("message.delta", {"content": "Searching. "}),
        ("tool_call.start", tool),
        ("tool_call.arguments", tool | {"arguments": arguments}),
        ("tool_call.success", tool | {"arguments": arguments, "output": "[]"}),
        ("tool_call.failure", {"reason": "Cannot find tool with name open_browser."}),
        ("reasoning.delta", {"content": "Now the answer."}),
        ("message.delta", {"content": text}),
    ]
    await exchange.start_stream()
    await exchange.send_frame(native_event("chat.start", model_instance_id=exchange.model))
    for kind, fields in events:
        part = kind.partition(".")[0]
        is_delta = kind.endswith(".delta")
        if is_delta:
            await exchange.send_frame(native_event(f"{part}.start"))
        await exchange.send_frame(native_event(kind, **fields))
        if is_delta:
            await exchange.send_frame(native_event(f"{part}.end"))
    await exchange.send_frame(native_event("chat.end", result=result_of(exchange, text)))
    await exchange.end_stream()


@scenario("native-error-then-end")
async def native_error_then_end(exchange: Exchange) -> None:
    text = text_of(exchange)
    error = {"type": "internal_error", "message": "Compute error."}
    await _until_message(exchange, text)
    await exchange.send_frame(native_event("error", error=error))
    await exchange.send_frame(native_event("chat.end", result=result_of(exchange, text)))
    await exchange.end_stream()


@scenario("native-end-then-open")
async def native_end_then_open(exchange: Exchange) -> None:
    text = text_of(exchange)
    await _until_message(exchange, text)
    await exchange.send_frame(native_event("chat.end", result=result_of(exchange, text)))
    await exchange.forever()


async def _until_message(exchange: Exchange, text: str) -> None:
    await exchange.start_stream()
    start = native_event("chat.start", model_instance_id=exchange.model)
    await exchange.send_frame(start + native_event("message.start"))
    pace = exchange.pace()
    for piece in words_of(text):
        await exchange.send_token(native_event("message.delta", content=piece), pace)
