"""Scenarios whose content is plain and whose bytes are not."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.standin import http
from tests.standin.chunks import DONE, event, usage_of
from tests.standin.exchange import Exchange
from tests.standin.plays.plain import said
from tests.standin.scenarios import scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SPLIT_TEXT = "Grüße 👩‍👩‍👧 漢字 e\u0301 🏳️‍🌈 \u05e9\u05dc\u05d5\u05dd fin"


def plain_payloads(exchange: Exchange, pieces: Sequence[str]) -> list[dict[str, Any]]:
    """The chunks of a plain reply, without `[DONE]`."""
    chunks = exchange.chunks()
    made = [chunks.piece(piece) for piece in pieces] + [chunks.finish()]
    if exchange.wants_usage:
        made.append(chunks.usage(usage_of(exchange.prompt_tokens(), len(pieces), 0)))
    return made


def whole_bytes(exchange: Exchange, frames: Iterable[bytes]) -> bytes:
    """Head, frames and terminator as one string of bytes."""
    body = b"".join(http.chunk(frame) for frame in frames)
    return http.stream_head(cors=exchange.state.cors) + body + http.LAST_CHUNK


async def send_pieces(exchange: Exchange, pieces: Iterable[bytes]) -> None:
    """Send a whole answer in these writes, each seen by the client on its own if it is quick."""
    for piece in pieces:
        await exchange.send(piece)
        await asyncio.sleep(0)
    exchange.record.complete = True


async def send_framed(exchange: Exchange, frames: Iterable[bytes]) -> None:
    """Send a stream of these frames, ready-made."""
    await exchange.start_stream()
    for frame in frames:
        await exchange.send_frame(frame)
        await asyncio.sleep(0)
    await exchange.end_stream()


@scenario("bytes-1")
async def one_byte_each(exchange: Exchange) -> None:
    frames = [event(p) for p in plain_payloads(exchange, said(exchange))]
    data = whole_bytes(exchange, [*frames, DONE])
    await send_pieces(exchange, (data[at : at + 1] for at in range(len(data))))


@scenario("glued")
async def glued(exchange: Exchange) -> None:
    frames = [event(p) for p in plain_payloads(exchange, said(exchange))]
    await send_pieces(exchange, [whole_bytes(exchange, [*frames, DONE])])


@scenario("utf8-split")
async def utf8_split(exchange: Exchange) -> None:
    """Writes end inside characters, inside CRLF, inside `data:`; HTTP chunks do so too."""
    exchange.args.setdefault("text", SPLIT_TEXT)
    payloads = plain_payloads(exchange, said(exchange))
    body = b"".join(event(p).replace(b"\n", b"\r\n") for p in payloads) + b"data: [DONE]\r\n\r\n"
    await exchange.start_stream()
    for piece in cut_badly(body):
        await exchange.send(http.chunk(piece))
        await asyncio.sleep(0.001)
    await exchange.end_stream()


def cut_badly(data: bytes) -> list[bytes]:
    """Cut after each first byte of a multi-byte character, each CR, and in each `data:`."""
    cuts = {at + 1 for at, byte in enumerate(data) if byte >= 0xC0 or byte == 0x0D}
    at = -1
    while (at := data.find(b"data:", at + 1)) >= 0:
        cuts.add(at + 2)
    marks = [0, *sorted(cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(marks)]
    return [piece for piece in pieces if piece]


@scenario("crlf")
async def crlf(exchange: Exchange) -> None:
    await _with_line_ends(exchange, b"\r\n")


@scenario("cr")
async def lone_cr(exchange: Exchange) -> None:
    await _with_line_ends(exchange, b"\r")


async def _with_line_ends(exchange: Exchange, end: bytes) -> None:
    frames = [event(p) for p in plain_payloads(exchange, said(exchange))]
    await send_framed(exchange, [f.replace(b"\n", end) for f in [*frames, DONE]])


@scenario("no-space")
async def no_space(exchange: Exchange) -> None:
    """No space after `data:` and two spaces, in turn."""
    frames = []
    for number, payload in enumerate(plain_payloads(exchange, said(exchange))):
        gap = b"  " if number % 2 else b""
        frames.append(b"data:" + gap + http.dump_json(payload).encode() + b"\n\n")
    await send_framed(exchange, [*frames, b"data:[DONE]\n\n"])


@scenario("multi-data")
async def multi_data(exchange: Exchange) -> None:
    frames = []
    for payload in plain_payloads(exchange, said(exchange)):
        lines = http.dump_json(payload, indent=2).split("\n")
        frames.append("".join(f"data: {line}\n" for line in lines).encode() + b"\n")
    await send_framed(exchange, [*frames, DONE])


@scenario("fields")
async def fields(exchange: Exchange) -> None:
    frames = [event(p) for p in plain_payloads(exchange, said(exchange))]
    odd = b"id: 7\nretry: 3000\nevent: message\nwhatever: x\nlonely\n"
    await send_framed(exchange, [b": hello\n\n", *(odd + f for f in frames), DONE])


@scenario("bom")
async def bom(exchange: Exchange) -> None:
    frames = [event(p) for p in plain_payloads(exchange, said(exchange))]
    await send_framed(exchange, [b"\xef\xbb\xbf" + frames[0], *frames[1:], DONE])


@scenario("no-last-blank")
async def no_last_blank(exchange: Exchange) -> None:
    """No `[DONE]`; the finish chunk is the last frame and lacks its blank line."""
    frames = [event(p) for p in plain_payloads(exchange, said(exchange))]
    await send_framed(exchange, [*frames[:-1], frames[-1].removesuffix(b"\n\n")])


@scenario("null-content")
async def null_content(exchange: Exchange) -> None:
    """All the nothings that other servers send between the pieces."""
    chunks = exchange.chunks()
    pieces = list(said(exchange))
    first, rest = (pieces[:1] or [""])[0], pieces[1:]
    parts = [{"type": "text", "text": "".join(rest)}]
    no_delta = chunks.delta(None)
    del no_delta["choices"][0]["delta"]
    await send_framed(
        exchange,
        [
            event(chunks.delta({"role": "assistant", "content": None})),
            event(chunks.delta({"role": "assistant", "content": ""})),
            event(chunks.delta({"content": first})),
            event(chunks.delta(None)),
            event(no_delta),
            event(chunks.chunk(None)),
            event(chunks.chunk(None) | {"choices": None}),
            event(chunks.delta({"content": parts, "reasoning_content": None, "tool_calls": None})),
            event(chunks.finish() | {"usage": None}),
            DONE,
        ],
    )


@scenario("null-content-message")
async def message_for_delta(exchange: Exchange) -> None:
    """The whole text in one chunk with `message` in place of `delta`."""
    chunks = exchange.chunks()
    message = {"role": "assistant", "content": "".join(said(exchange))}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    await send_framed(exchange, [event(chunks.chunk([choice])), DONE])


@scenario("usage-everywhere")
async def usage_everywhere(exchange: Exchange) -> None:
    pieces = list(said(exchange))
    chunks = exchange.chunks()
    payloads = [chunks.piece(piece) | {"usage": None} for piece in pieces]
    usage = usage_of(exchange.prompt_tokens(), len(pieces), 0)
    payloads.append(chunks.finish() | {"usage": usage_of(1, 1, 0)})
    await send_framed(exchange, [event(p) for p in [*payloads, chunks.usage(usage)]] + [DONE])


@scenario("spliced")
async def spliced(exchange: Exchange) -> None:
    """One chunk cut in a field name, the next frame on the same line; the rest is good."""
    chunks = exchange.chunks()
    pieces = list(said(exchange))
    frames = [event(chunks.piece(piece)) for piece in pieces]
    broken = http.dump_json(chunks.piece(" lost"))
    cut = broken[: broken.index('"logprobs"') + len('"logpro')]
    frames.insert(1, b"data: " + cut.encode() + event(chunks.piece(" lost too")))
    await send_framed(exchange, [*frames, event(chunks.finish()), DONE])


@scenario("bad-json-many")
async def bad_json_many(exchange: Exchange) -> None:
    good = event(exchange.chunks().piece("good"))
    assert json.loads(good[6:])
    await send_framed(exchange, [good, *([b"data: {not json\n\n"] * 40), DONE])
