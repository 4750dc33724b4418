"""A stream as LM Studio sends one, frame by frame; see its documentation of streamed replies."""

from __future__ import annotations

import json

from benchmarks.rich_text import reply

FRAMES = 20_000
PIECE = 4
# What one read of a socket brings when a reply comes in quickly.
READ_BYTES = 65_536


def frames() -> list[bytes]:
    """Return the JSON of each frame."""
    text = reply(FRAMES * PIECE)
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    deltas = [{"role": "assistant", "content": pieces[0]}]
    deltas += [{"content": piece} for piece in pieces[1:]]
    return [_frame(delta, None) for delta in deltas] + [_frame({}, "stop")]


def wire(given: list[bytes]) -> list[bytes]:
    """Return the same as the bytes of an event stream, in the pieces in which they are read."""
    stream = b"".join(b"data: " + frame + b"\n\n" for frame in given) + b"data: [DONE]\n\n"
    return [stream[at : at + READ_BYTES] for at in range(0, len(stream), READ_BYTES)]


def _frame(delta: dict[str, str], finish_reason: str | None) -> bytes:
    chunk = {
        "id": "chatcmpl-eq6r2clldfbxbzjjqq97n",
        "object": "chat.completion.chunk",
        "created": 1746572538,
        "model": "qwen/qwen3.5-9b",
        "system_fingerprint": "qwen/qwen3.5-9b",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}],
    }
    return json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode()
