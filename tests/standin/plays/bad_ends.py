"""More ways in which a stream ends badly, or only looks so."""

from __future__ import annotations

import asyncio

from tests.standin.chunks import DONE, error_event, event
from tests.standin.exchange import Exchange, Reply
from tests.standin.plays.errors import tokens_of
from tests.standin.plays.plain import said
from tests.standin.plays.slow import send_some
from tests.standin.scenarios import scenario

JINJA = (
    'Error rendering prompt with jinja template: "Unknown ArrayValue filter: trim".\n\n'
    "This is usually an issue with the model's prompt template. If you are using a popular model, "
    "you can try to search the model under lmstudio-community, which will have fixed prompt "
    "templates.\n"
)


@scenario("data-error-top-message")
async def data_error_top(exchange: Exchange) -> None:
    """The message beside an `error` of null; `form=object` is vLLM's old form."""
    error: dict[str, object] = {"message": "Compute error.", "error": None}
    if exchange.args.get("form") == "object":
        error = {"object": "error", "message": "Compute error.", "code": 400}
    await send_some(exchange, tokens_of(exchange))
    await exchange.send_frame(event(error))
    await exchange.end_stream()


@scenario("error-field-line")
async def error_field_line(exchange: Exchange) -> None:
    """Old llama.cpp: a field of its own, `error: {…}`."""
    await send_some(exchange, tokens_of(exchange))
    line = b'error: {"code":500,"message":"Compute error.","type":"server_error"}\n\n'
    await exchange.send_frame(line)
    await exchange.end_stream()


@scenario("data-plain-text")
async def data_plain_text(exchange: Exchange) -> None:
    await exchange.start_stream()
    await exchange.send_frame(b"data: Number of choices must be 1\n\n")
    await exchange.forever()


@scenario("jinja-error")
async def jinja_error(exchange: Exchange) -> None:
    await exchange.start_stream()
    await exchange.send_frame(error_event(JINJA + "    at template line\n" * 140))
    await exchange.end_stream()


@scenario("after-done")
async def after_done(exchange: Exchange) -> None:
    """`[DONE]`, and more frames behind it."""
    chunks = exchange.chunks()
    await exchange.start_stream()
    for piece in said(exchange):
        await exchange.send_frame(chunks.piece(piece))
    await exchange.send_frame(event(chunks.finish()) + DONE + event(chunks.piece(" late")))
    await exchange.send_frame(error_event("too late"))
    await exchange.end_stream()


@scenario("finish-odd")
async def finish_odd(exchange: Exchange) -> None:
    """A finish reason of any kind: the argument `reason` ("error")."""
    reason = exchange.args.get("reason", "error")
    await exchange.stream(Reply(said(exchange), finish_reason=reason))


@scenario("ollama-error")
async def ollama_error(exchange: Exchange) -> None:
    """Ollama in trouble: an empty chunk of no model, then the end, without any mark."""
    await send_some(exchange, tokens_of(exchange, 5))
    empty = exchange.chunks().delta({"role": "assistant", "content": ""}) | {"model": ""}
    await exchange.send_frame(event(empty))
    await exchange.end_stream()


@scenario("sleep-resume")
async def sleep_resume(exchange: Exchange) -> None:
    """Some text, `seconds` (3600) of nothing, then RST: the laptop slept."""
    await send_some(exchange, tokens_of(exchange))
    await exchange.sleep(float(exchange.args.get("seconds", 3600)))
    await exchange.reset()


@scenario("server-quits")
async def server_quits(exchange: Exchange) -> None:
    """The server goes away in mid-stream and is back on the same port after `seconds` (3)."""
    await send_some(exchange, tokens_of(exchange))
    away_s = float(exchange.args.get("seconds", 3)) / exchange.state.speed
    exchange.server.begin(_quit_and_return(exchange, away_s))
    await exchange.forever()


async def _quit_and_return(exchange: Exchange, away_s: float) -> None:
    await asyncio.sleep(0.02)  # what was sent has time to arrive
    await exchange.server.go_down()
    await asyncio.sleep(away_s)
    await exchange.server.come_up()
