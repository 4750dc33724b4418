"""The event-stream decoder."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.providers.dialect.sse import MAX_EVENT_BYTES, SseDecoder, SseEvent


def decode(*pieces: bytes, limit: int = MAX_EVENT_BYTES) -> list[SseEvent]:
    decoder = SseDecoder(limit)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.flush()


def decode_by_the_book(data: bytes) -> list[SseEvent]:
    """The standard's algorithm on the whole stream, but keeping a last event."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    events: list[SseEvent] = []
    lines: list[str] = []
    kind = ""
    for line in [*re.split("\r\n|\n|\r", text), ""]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if lines:
                events.append(SseEvent(kind, "\n".join(lines)))
            kind, lines = "", []
        elif name == "event":
            kind = value
        elif name in ("data", "error"):
            kind = "error" if name == "error" else kind
            lines.append(value)
    return events


ALPHABET = [b"data", b"event", b"error", b": ", b":", b"\n", b"\r", b"\r\n", b"\n\n", b" x", b"{}"]
ODD = ["é".encode(), "😀".encode(), "\u2028".encode(), b"\x85", b"\xff", b"\xef\xbb\xbf", b"\0"]
streams = st.lists(st.sampled_from(ALPHABET + ODD), max_size=40).map(b"".join)


@given(streams, st.lists(st.integers(0, 200), max_size=12))
def test_decode_any_stream_cut_anywhere_equals_the_standard(data, cuts):
    marks = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(marks)]
    assert decode(*pieces) == decode_by_the_book(data)


@given(streams)
def test_decode_byte_by_byte_equals_the_standard(data):
    assert decode(*(data[at : at + 1] for at in range(len(data)))) == decode_by_the_book(data)


@settings(max_examples=60)
@given(streams, st.lists(st.integers(0, 200), max_size=12), st.integers(1, 12))
def test_decode_with_a_small_limit_cut_anywhere_gives_the_same(data, cuts, limit):
    marks = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    pieces = [data[a:b] for a, b in itertools.pairwise(marks)]
    assert decode(*pieces, limit=limit) == decode(data, limit=limit)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'data: {"a":1}\n\n', [("", '{"a":1}')]),
        (b"data:x\n\ndata:  y\n\n", [("", "x"), ("", " y")]),
        (b"data: a\ndata: b\n\n", [("", "a\nb")]),
        (b": ping\n\ndata: a\n\n", [("", "a")]),
        (b"id: 7\nretry: 9\nevent: message\nlonely\ndata: a\n\n", [("message", "a")]),
        (b"event: error\ndata: no\n\ndata: a\n\n", [("error", "no"), ("", "a")]),
        (b'error: {"code":500}\n\n', [("error", '{"code":500}')]),
        (b"data\n\n", [("", "")]),
        (b"data: no last blank", [("", "no last blank")]),
        ("data: a\u2028b\u2029c\u0085d\n\n".encode(), [("", "a\u2028b\u2029c\u0085d")]),
        (b"data: a\x0bb\x0cc\x1cd\n\n", [("", "a\x0bb\x0cc\x1cd")]),
        (b"data: \xff\n\n", [("", "\ufffd")]),
        (b"event: lost\n\ndata: a\n\n", [("", "a")]),
    ],
)
def test_decode_frame_gives_event(data, expected):
    assert decode(data) == [SseEvent(*event) for event in expected]


def test_decode_event_over_limit_stops_there():
    decoder = SseDecoder(100)
    assert decoder.feed(b"data: a\n\ndata: " + b"x" * 200) == [("", "a")]
    assert decoder.is_overflowed
    assert decoder.feed(b"\n\ndata: b\n\n") == []
    assert decoder.flush() == []


def test_decode_many_lines_over_limit_stops_there():
    decoder = SseDecoder(100)
    assert decoder.feed(b"data: 0123456789\n" * 10 + b"\n") == []
    assert decoder.is_overflowed


def test_decode_huge_line_in_small_pieces_is_linear():
    assert len(decode(b"data: ", *([b"x" * 16] * 100_000))[0].data) == 1_600_000
