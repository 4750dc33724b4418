"""Scenarios of silence, and those that watch how the client goes."""

from __future__ import annotations

import asyncio

from tests.standin.chunks import numbered_word, words_of
from tests.standin.exchange import Exchange, Reply
from tests.standin.plays.plain import said
from tests.standin.scenarios import scenario


@scenario("late-headers")
async def late_headers(exchange: Exchange) -> None:
    """Not even a status line for `seconds` (60), then a plain answer."""
    await exchange.sleep(float(exchange.args.get("seconds", 60)))
    await exchange.answer(Reply(said(exchange)))


@scenario("early-headers-silence")
async def early_headers(exchange: Exchange) -> None:
    """The head at once, nothing for `seconds` (300), then the answer."""
    await _silence_in_stream(exchange, comment_every=None)


@scenario("comments")
async def comments(exchange: Exchange) -> None:
    """As `early-headers-silence`, with a comment every 5 s."""
    await _silence_in_stream(exchange, comment_every=5)


async def _silence_in_stream(exchange: Exchange, comment_every: float | None) -> None:
    left = float(exchange.args.get("seconds", 300))
    await exchange.start_stream()
    while left > 0:
        step = min(left, comment_every or left)
        await exchange.sleep(step)
        left -= step
        if comment_every:
            await exchange.send_frame(b": keep-alive\n\n")
    chunks = exchange.chunks()
    for piece in said(exchange):
        await exchange.send_frame(chunks.piece(piece))
    await exchange.send_frame(chunks.finish())
    await exchange.send_frame(b"data: [DONE]\n\n")
    await exchange.end_stream()


@scenario("stall-midway")
async def stall_midway(exchange: Exchange) -> None:
    """Some `tokens` (21), then nothing ever."""
    await send_some(exchange, int(exchange.args.get("tokens", 21)))
    await exchange.forever()


@scenario("never", "stop-before-headers")
async def never(exchange: Exchange) -> None:
    """Nothing, ever; the recorder sees when the client gives up."""
    await exchange.forever()


@scenario("drip")
async def drip(exchange: Exchange) -> None:
    chunks = exchange.chunks()
    await exchange.start_stream()
    for piece in said(exchange):
        await exchange.send_frame(chunks.piece(piece))
        await exchange.sleep(float(exchange.args.get("seconds", 3)))
    await exchange.send_frame(chunks.finish())
    await exchange.send_frame(b"data: [DONE]\n\n")
    await exchange.end_stream()


@scenario("stop-prefill", survives_close=True)
async def stop_prefill(exchange: Exchange) -> None:
    """Silence; after the client's close the engine stays busy for `seconds` (5) more."""
    exchange.server.idle.clear()
    try:
        await exchange.wire.gone.wait()
        await exchange.sleep(float(exchange.args.get("seconds", 5)))
    finally:
        exchange.server.idle.set()


async def send_some(exchange: Exchange, tokens: int) -> None:
    """Start a stream and send its first pieces: `text` as often as needed, or numbered words."""
    chunks = exchange.chunks()
    await exchange.start_stream()
    pace = exchange.pace()
    given = words_of(str(exchange.args["text"])) if "text" in exchange.args else None
    for number in range(tokens):
        piece = given[number % len(given)] if given else numbered_word(number)
        await exchange.send_token(chunks.piece(piece), pace)
    await asyncio.sleep(0)
