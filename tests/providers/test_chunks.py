"""From the bytes of a reply to its chunks."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.domain import errors
from desktop_chat.providers.dialect.chunks import MAX_REPLY_BYTES, ChunkDecoder
from desktop_chat.providers.wire.failures import Failures
from desktop_chat.providers.wire.json_reply import decode_json
from tests.providers.replies import delta


def decode(*pieces: bytes):
    decoder = ChunkDecoder(Failures("http://127.0.0.1:1"))
    chunks = [chunk for piece in pieces for chunk in decoder.feed(piece)]
    return chunks + decoder.flush(), decoder


def frames(*payloads) -> bytes:
    texts = [p if isinstance(p, str) else json.dumps(p, ensure_ascii=False) for p in payloads]
    return "".join(f"data: {text}\n\n" for text in texts).encode()


PARTS = [
    frames(delta("é😀\u2028")),
    frames(delta("", "stop")),
    frames("[DONE]"),
    frames("{bad"),
    frames({"error": "x"}),
    b"event: error\ndata: no\n\n",
    b": ping\n\n",
    b'{"choices":[{"message":{"content":"a"}}]}',
    b"\r\n",
    b"\xef\xbb\xbf",
    b"<html>",
    b"\xff",
]


@given(st.lists(st.sampled_from(PARTS), max_size=8).map(b"".join), st.data())
def test_decode_any_stream_cut_anywhere_gives_the_same(data, draw):
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=6))
    marks = sorted({0, *cuts, len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(marks)]
    chunks, decoder = decode(*pieces)
    whole_chunks, whole = decode(data)
    assert chunks == whole_chunks
    assert type(decoder.error) is type(whole.error)
    assert (decoder.is_done, decoder.has_finish) == (whole.is_done, whole.has_finish)


def test_decode_after_done_reads_nothing():
    chunks, decoder = decode(frames(delta("a"), "[DONE]", delta("b"), {"error": "x"}))
    assert chunks == [delta("a")]
    assert decoder.is_done
    assert decoder.error is None


@pytest.mark.parametrize("body", [{"choices": [{"message": {}}]}, {"choices": [{"text": "a"}]}])
@pytest.mark.parametrize("tail", [b"", b"\n\ndata: [DONE]\n\n"])
def test_decode_json_body_is_one_finished_chunk(body, tail):
    chunks, decoder = decode(b"\xef\xbb\xbf\n", json.dumps(body, indent=2).encode() + tail)
    assert chunks == [body]
    assert decoder.is_json
    assert decoder.has_finish


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"error":"Unexpected endpoint or method. (POST /x)"}', errors.WrongPathError),
        (b'{"choices":[{"in', errors.UnreadableReplyError),
        (b'{"choices":[]}', errors.EmptyReplyError),
        (b'{"a":1}', errors.UnreadableReplyError),
        (b"[]", errors.UnreadableReplyError),
        (b'{"message":{"content":"a"},"done":false}\n{"done":true}', errors.UnreadableReplyError),
        (b"<html>", errors.NotAServerError),
        (frames("Number of choices must be 1"), errors.UnreadableReplyError),
        (b"event: error\ndata: plain words\n\n", errors.EngineFailedError),
        (b'event: error\ndata: "quoted"\n\n', errors.EngineFailedError),
        (frames({"object": "error", "message": "x", "code": 400}), errors.EngineFailedError),
        (frames({"message": "x", "error": None}), errors.EngineFailedError),
        (frames(delta("", "error")), errors.EngineFailedError),
        (b"data: " + b"x" * 5_000_000 + b"\n\n", errors.UnreadableReplyError),
    ],
)
def test_decode_bad_reply_has_error(body, expected):
    assert type(decode(body)[1].error) is expected


def test_decode_json_body_over_limit_stops():
    decoder = ChunkDecoder(Failures("http://127.0.0.1:1"))
    for _ in range(MAX_REPLY_BYTES // 8_000_000 + 1):
        decoder.feed(b"{" + b" " * 8_000_000)
    assert type(decoder.error) is errors.UnreadableReplyError


@pytest.mark.parametrize("bad", ["{bad", "3", "[1]", "null", "[" * 100_000])
def test_decode_bad_frames_up_to_the_limit_are_skipped(bad):
    chunks, decoder = decode(frames(delta("a"), *[bad] * 20, delta("b")))
    assert chunks == [delta("a"), delta("b")]
    assert decoder.error is None
    chunks, decoder = decode(frames(delta("a"), *[bad] * 21, delta("b")))
    assert chunks == [delta("a")]
    assert type(decoder.error) is errors.UnreadableReplyError


@pytest.mark.parametrize(
    ("reason", "has_finish"),
    [("stop", True), ("length", True), (7, True), ("", False), ("null", False), (None, False)],
)
def test_decode_finish_reason_is_seen(reason, has_finish):
    assert decode(frames(delta("a", reason)))[1].has_finish is has_finish


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":NaN,"b":-Infinity}', {"a": None, "b": None}),
        (r'["\ud800x", {"\uDC00": "\ud83d\ude00"}]', ["\ufffdx", {"\ufffd": "😀"}]),
        (r'["\ud800"]', ["\ufffd"]),
        (r'"\\ud800 é"', "\\ud800 é"),
    ],
)
def test_decode_json_gives_only_storable_values(text, value):
    assert decode_json(text) == value


USUAL = [
    delta("a"),
    delta("é😀\u2028 }\\n\\ndata: {"),
    delta("", "stop"),
    delta("b", "error"),
    delta(None, role="assistant"),
    {"choices": [], "usage": {"prompt_tokens": 1}},
    {"error": {"message": "no"}},
    {"choices": [3]},
]


@given(st.lists(st.sampled_from(USUAL), max_size=12), st.data())
def test_decode_in_bulk_gives_what_it_gives_byte_by_byte(payloads, draw):
    data = frames(*payloads, "[DONE]")
    size = draw.draw(st.integers(1, len(data)))
    chunks, decoder = decode(*(data[at : at + size] for at in range(0, len(data), size)))
    slow_chunks, slow = decode(*(data[at : at + 1] for at in range(len(data))))
    assert chunks == slow_chunks
    assert (type(decoder.error), decoder.is_done) == (type(slow.error), slow.is_done)
    assert decoder.has_finish == slow.has_finish


def test_decode_two_objects_in_one_frame_is_no_chunk():
    bad = '{"choices":[{"delta":{}}]},{"choices":[{"delta":{}}]}'
    chunks, _ = decode(frames(delta("a")), frames(delta("b"), bad, delta("c")))
    assert chunks == [delta("a"), delta("b"), delta("c")]


def test_decode_lines_of_another_protocol_end_at_the_first():
    decoder = ChunkDecoder(Failures("http://127.0.0.1:1"))
    decoder.feed(b'{"model":"a","message":{"content":"b"},"do')
    decoder.feed(b'ne":false}\n')
    assert isinstance(decoder.error, errors.UnreadableReplyError)
    assert "Ollama" in decoder.error.fields["detail"]


def test_decode_words_in_place_of_a_reply_end_it_at_once():
    decoder = ChunkDecoder(Failures("http://127.0.0.1:1"))
    decoder.feed(b"data: Number of choices must be 1\n\n")
    assert isinstance(decoder.error, errors.UnreadableReplyError)
    assert decoder.error.fields["detail"] == "Number of choices must be 1"
