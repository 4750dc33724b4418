"""Scenarios that end well: what the bytes say, and how they are framed."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.standin import StandIn, numbered_words
from tests.standin.http import LAST_CHUNK
from tests.standin.plays.framing import SPLIT_TEXT
from tests.standin.plays.plain import LINE_SEPARATORS
from tests.standin.raw import RawAnswer, chat, play, post

pytestmark = pytest.mark.anyio
THOUGHT = "Let me think about this.\nDone."


@pytest.mark.parametrize("name", ["plain-2026", "no-usage", "sse-despite-nonstream", "usage"])
async def test_plain_has_one_role_a_finish_and_done(standin: StandIn, name: str):
    answer = await play(standin, name, text="Hello there, friend")

    assert answer.deltas() == "Hello there, friend"
    assert answer.deltas("role") == "assistant"
    assert answer.finish_reasons == ["stop"]
    assert answer.frames[-1] == "[DONE]"
    assert len(answer.chunks) == len(answer.frames)
    assert answer.data.endswith(b"[DONE]\n\n\r\n" + LAST_CHUNK)


async def test_plain_2025_repeats_the_role(standin: StandIn):
    answer = await play(standin, "plain-2025", text="a b c")
    assert answer.deltas("role") == "assistant" * 3


async def test_no_usage_keeps_silent_when_asked(standin: StandIn):
    standin.play("no-usage")
    answer = await post(standin, chat(stream_options={"include_usage": True}))
    assert all("usage" not in payload for payload in answer.payloads)


@pytest.mark.parametrize("name", ["non-stream", "json-despite-stream"])
async def test_json_comes_though_a_stream_was_asked(standin: StandIn, name: str):
    answer = await play(standin, name)
    assert answer.json["choices"][0]["message"]["content"] == "Echo: one two"


async def test_stream_comes_though_json_was_asked(standin: StandIn):
    standin.play("sse-despite-nonstream")
    assert (await post(standin, chat(stream=False))).deltas() == "Echo: one two"


async def test_length_ends_with_length(standin: StandIn):
    assert (await play(standin, "length")).finish_reasons == ["length"]


async def test_empty_stop_has_no_delta(standin: StandIn):
    answer = await play(standin, "empty-stop")
    assert (answer.deltas(), answer.finish_reasons) == ("", ["stop"])


@pytest.mark.parametrize("rate", [200, 1000])
async def test_steady_keeps_its_rate(standin: StandIn, rate: int):
    before = time.monotonic()
    answer = await play(standin, "steady", tokens=rate // 4, rate=rate)
    assert answer.deltas() == numbered_words(rate // 4)
    # Never faster than asked; a slow machine may be late.
    assert time.monotonic() - before >= 0.24


def test_numbered_words_have_paragraphs_and_prefixes():
    assert numbered_words(61).endswith("w59\n\nw60")
    assert numbered_words(500).startswith(numbered_words(77))


# Reasoning


async def test_reasoning_comes_before_the_content(standin: StandIn):
    answer = await play(standin, "reasoning-content")
    assert answer.deltas("reasoning_content") == THOUGHT
    assert answer.deltas() == "Echo: one two"
    assert answer.payloads[0]["choices"][0]["delta"]["role"] == "assistant"


async def test_reasoning_comes_in_the_other_field(standin: StandIn):
    answer = await play(standin, "reasoning-field")
    assert (answer.deltas("reasoning"), answer.deltas()) == (THOUGHT, "Echo: one two")


async def test_think_tags_are_split_over_chunks(standin: StandIn):
    answer = await play(standin, "think-tags")
    assert answer.deltas() == f"<think>{THOUGHT}</think>\n\nEcho: one two"
    assert not any("<think>" in frame or "</think>" in frame for frame in answer.frames)


async def test_think_no_open_has_only_the_end(standin: StandIn):
    text = (await play(standin, "think-no-open")).deltas()
    assert text == f"{THOUGHT}\n</think>\n\nEcho: one two"


async def test_line_separators_are_raw_in_the_frames(standin: StandIn):
    answer = await play(standin, "line-separators")
    body = answer.body.decode()
    assert answer.deltas() == LINE_SEPARATORS
    assert all(mark in body for mark in ("\u2028", "\u2029", "\x85", "\ufeff", "\x7f"))
    assert all(mark in body for mark in ("\\u000b", "\\u001c", "\\u0000", "\\ud800"))


# Framing


async def test_bytes_1_makes_one_write_per_byte(standin: StandIn):
    answer = await play(standin, "bytes-1")
    assert answer.deltas() == "Echo: one two"
    assert standin.log[0].writes == len(answer.data)


async def test_glued_makes_a_single_write(standin: StandIn):
    answer = await play(standin, "glued")
    assert answer.deltas() == "Echo: one two"
    assert standin.log[0].writes == 1


async def test_utf8_split_cuts_characters_crlf_and_field_names(standin: StandIn):
    answer = await play(standin, "utf8-split")
    chunks = answer.chunks

    assert RawAnswer([b"\r\n\r\n" + answer.body.replace(b"\r\n", b"\n")]).deltas() == SPLIT_TEXT
    assert any(chunk[-1] >= 0xC0 for chunk in chunks)
    assert any(chunk[-1:] == b"\r" for chunk in chunks)
    assert any(chunk.endswith(b"\nda") for chunk in chunks)


@pytest.mark.parametrize(("name", "end"), [("crlf", b"\r\n"), ("cr", b"\r")])
async def test_line_ends_are_all_of_one_kind(standin: StandIn, name: str, end: bytes):
    body = (await play(standin, name)).body
    assert body.endswith(b"data: [DONE]" + end + end)
    assert body.count(b"\n") == body.count(b"\r\n")
    assert RawAnswer([b"\r\n\r\n" + body.replace(end, b"\n")]).deltas() == "Echo: one two"


async def test_no_space_has_none_and_two(standin: StandIn):
    body = (await play(standin, "no-space")).body.decode()
    lines = [line for line in body.split("\n") if line]
    assert lines[0].startswith("data:{")
    assert lines[1].startswith("data:  {")
    assert lines[-1] == "data:[DONE]"


async def test_multi_data_joins_to_json(standin: StandIn):
    body = (await play(standin, "multi-data")).body.decode()
    first = body.split("\n\n")[0]
    lines = [line.removeprefix("data: ") for line in first.split("\n")]
    assert len(lines) > 10
    assert json.loads("\n".join(lines))["choices"][0]["delta"]["content"] == "Echo:"


async def test_null_content_has_every_kind_of_nothing(standin: StandIn):
    answer = await play(standin, "null-content", text="kept text")
    payloads = answer.payloads
    choices = [p["choices"][0] for p in payloads if p.get("choices")]
    contents = [c["delta"].get("content") for c in choices if c.get("delta")]

    assert contents == [None, "", "kept", [{"type": "text", "text": " text"}]]
    assert any(choice.get("delta", 0) is None for choice in choices)
    assert any("delta" not in choice for choice in choices)
    assert any("choices" not in payload for payload in payloads)
    assert any(payload.get("choices", 0) is None for payload in payloads)


async def test_null_content_message_has_no_delta(standin: StandIn):
    (payload,) = (await play(standin, "null-content-message", text="all of it")).payloads
    assert payload["choices"][0]["message"]["content"] == "all of it"


async def test_spliced_has_one_unreadable_line(standin: StandIn):
    answer = await play(standin, "spliced", text="good text here")
    broken = answer.frames.pop(1)
    assert re.search(r'"logprodata: \{"id":"chatcmpl-', broken)
    good = [json.loads(frame) for n, frame in enumerate(answer.frames[:-1]) if n != 1]
    assert "".join(p["choices"][0]["delta"].get("content", "") for p in good) == "good text here"


async def test_finish_no_done_ends_with_the_finish_chunk(standin: StandIn):
    answer = await play(standin, "finish-no-done")
    assert "[DONE]" not in answer.frames
    assert (answer.finish_reasons, answer.ended) == (["stop"], "whole")
