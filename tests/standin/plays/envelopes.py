"""Good streams in other envelopes: types, framing, compression, and other servers' extras."""

from __future__ import annotations

import json
import zlib

from tests.standin import http
from tests.standin.chunks import DONE, event
from tests.standin.exchange import Exchange
from tests.standin.plays.framing import plain_payloads, send_framed
from tests.standin.plays.plain import said
from tests.standin.scenarios import scenario


def plain_frames(exchange: Exchange) -> list[bytes]:
    """The frames of a plain reply, `[DONE]` the last."""
    return [*(event(p) for p in plain_payloads(exchange, said(exchange))), DONE]


@scenario("content-type")
async def content_type(exchange: Exchange) -> None:
    """A stream of the type `type` ("text/event-stream; charset=utf-8"); "" sends none."""
    wanted = str(exchange.args.get("type", "text/event-stream; charset=utf-8"))
    await exchange.send(http.stream_head(content_type=wanted))
    for frame in plain_frames(exchange):
        await exchange.send_frame(frame)
    await exchange.end_stream()


@scenario("close-delimited")
async def close_delimited(exchange: Exchange) -> None:
    """No chunks and no length: the end of the connection is the end of the body."""
    await exchange.send(http.stream_head(framing=("Connection", "close")))
    for frame in plain_frames(exchange):
        await exchange.send(frame)
    exchange.record.complete = True
    await exchange.cut()


@scenario("content-length-stream")
async def content_length(exchange: Exchange) -> None:
    frames = plain_frames(exchange)
    size = str(sum(len(frame) for frame in frames))
    await exchange.send(http.stream_head(framing=("Content-Length", size)))
    for frame in frames:
        await exchange.send(frame)
    exchange.record.complete = True


@scenario("gzip")
async def gzip_stream(exchange: Exchange) -> None:
    """Compressed and flushed frame by frame, but only for a client that takes it."""
    offered = exchange.record.headers.get("accept-encoding", "")
    if "gzip" not in offered:
        await send_framed(exchange, plain_frames(exchange))
        return
    packer = zlib.compressobj(wbits=31)
    await exchange.send(http.stream_head(more=(("Content-Encoding", "gzip"),)))
    for frame in plain_frames(exchange):
        await exchange.send_frame(packer.compress(frame) + packer.flush(zlib.Z_SYNC_FLUSH))
    await exchange.send_frame(packer.flush())
    await exchange.end_stream()


@scenario("two-choices")
async def two_choices(exchange: Exchange) -> None:
    """Two replies at once, chunk by chunk; the second one says "Other"."""
    chunks = exchange.chunks()
    frames = []
    for piece in said(exchange):
        frames.append(event(chunks.piece(piece)))
        other = {"index": 1, "delta": {"content": " Other"}, "finish_reason": None}
        frames.append(event(chunks.chunk([other])))
    end = {"index": 1, "delta": {}, "finish_reason": "length"}
    await send_framed(exchange, [*frames, event(chunks.chunk([end])), event(chunks.finish()), DONE])


@scenario("timings")
async def timings(exchange: Exchange) -> None:
    """llama-server's progress of the prompt and its timings at the end."""
    chunks = exchange.chunks()
    frames = []
    for processed in (0, 512, 1024):
        progress = {"total": 1024, "cache": 0, "processed": processed, "time_ms": processed}
        empty = chunks.delta({"role": "assistant", "content": None})
        frames.append(event(empty | {"prompt_progress": progress}))
    frames += [event(chunks.piece(piece)) for piece in said(exchange)]
    spent = {"prompt_n": 1024, "prompt_ms": 900.5, "predicted_n": 3, "predicted_ms": 75.0}
    spent |= {"cache_n": 0, "prompt_per_second": 1137.1, "predicted_per_second": 40.0}
    await send_framed(exchange, [*frames, event(chunks.finish() | {"timings": spent}), DONE])


@scenario("ndjson")
async def ndjson(exchange: Exchange) -> None:
    """Ollama's own API, met by a wrong URL."""
    head = http.stream_head(content_type="application/x-ndjson")
    await exchange.send(head)
    for piece in said(exchange):
        line = {"model": exchange.model, "message": {"role": "assistant", "content": piece}}
        await exchange.send_frame(json.dumps(line | {"done": False}).encode() + b"\n")
    end = {"model": exchange.model, "done": True, "done_reason": "stop", "total_duration": 9}
    await exchange.send_frame(json.dumps(end).encode() + b"\n")
    await exchange.end_stream()
