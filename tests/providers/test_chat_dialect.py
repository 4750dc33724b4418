"""Requests as they are sent, chunks as events."""

from __future__ import annotations

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import (
    ModelAnswered,
    PromptProgress,
    ReasoningDelta,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.chat_dialect import ReplyReader, request_body
from tests.providers.replies import delta, reasoning_of, text_of


def read(*chunks):
    reader = ReplyReader("asked")
    events = [event for chunk in chunks for event in reader.read(chunk)]
    return events + reader.end()


def test_request_body_holds_only_what_was_chosen():
    body = request_body(ChatRequest("m", (ChatTurn("user", "hi"),)))
    assert body == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_request_body_with_all_choices_puts_system_first():
    params = GenerationParams(temperature=0.0, max_tokens=-1)
    body = request_body(ChatRequest("", (ChatTurn("user", "hi"),), "be kind", params))
    assert "model" not in body
    assert body["messages"][0] == {"role": "system", "content": "be kind"}
    assert (body["temperature"], body["max_tokens"]) == (0.0, -1)


def test_read_plain_reply_gives_events_in_order():
    assert read(delta("Hel"), delta("lo"), delta(None, "stop")) == [
        ModelAnswered("m"),
        TextDelta("Hel"),
        TextDelta("lo"),
        StreamFinished("stop"),
    ]


def test_read_chunk_without_model_names_the_one_asked_for():
    assert read({"model": "", "choices": [{"delta": {"content": "a"}}]})[0] == ModelAnswered(
        "asked"
    )


@pytest.mark.parametrize(
    "more",
    [{"reasoning_content": "hm"}, {"reasoning": "hm"}, {"reasoning_content": {"text": "hm"}}],
)
def test_read_reasoning_in_any_field_is_told_apart(more):
    events = read(delta(None, **more), delta("a"), delta(None, "stop"))
    assert events[1:3] == [ReasoningDelta("hm"), TextDelta("a")]


def test_read_reasoning_in_tags_is_told_apart():
    pieces = ["<th", "ink>hm", "</thi", "nk>", "\n\n", "a", " <think>"]
    events = read(*(delta(piece) for piece in pieces))
    assert (reasoning_of(events), text_of(events)) == ("hm", "a <think>")


@pytest.mark.parametrize(
    "choice",
    [
        {"message": {"role": "assistant", "content": "a"}},
        {"text": "a"},
        {"delta": None, "message": {"content": "a"}},
        {"delta": {"content": [{"type": "text", "text": "a"}, 3, {"type": "image"}]}},
        {"index": None, "delta": {"content": "a"}},
    ],
)
def test_read_odd_choice_gives_text(choice):
    assert text_of(read({"choices": [choice]})) == "a"


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": 3},
        {"choices": [3]},
        {"choices": [{"delta": {"content": None, "tool_calls": None, "reasoning": None}}]},
        {"choices": [{"delta": {"content": 3}}]},
        {"choices": [{"message": {"role": "assistant", "content": "whole again"}}]},
        {"choices": [{"index": 1, "delta": {"content": "other"}}]},
        {"usage": {"prompt_tokens": True}, "timings": 3, "prompt_progress": 3},
        {"prompt_progress": {"processed": "a", "total": 0}},
    ],
)
def test_read_chunk_without_text_adds_nothing(chunk):
    assert text_of(read(delta("a"), chunk)) == "a"


@pytest.mark.parametrize(
    ("chunks", "usage"),
    [
        ([{"usage": {"prompt_tokens": 1, "completion_tokens": 2}}], TokenUsage(1, 2)),
        (
            [
                {"usage": {"prompt_tokens": 1, "completion_tokens": 1}},
                {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
                {"usage": None},
            ],
            TokenUsage(3, 4),
        ),
        ([{"usage": {"completion_tokens": 2, "prompt_tokens": -1}}], TokenUsage(None, 2)),
        ([{"timings": {"prompt_n": 3, "cache_n": 4, "predicted_n": 5}}], TokenUsage(7, 5)),
    ],
)
def test_read_usage_last_one_is_reported(chunks, usage):
    assert read(delta("a"), *chunks)[-2:] == [UsageReported(usage), StreamFinished(None)]


def test_read_prompt_progress_is_reported():
    chunk = {"choices": [], "prompt_progress": {"total": 10, "cache": 2, "processed": 12}}
    assert read(chunk, delta("a"))[1] == PromptProgress(10, 10)


@pytest.mark.parametrize("reason", ["stop", "length", 7])
def test_read_finish_reason_is_told(reason):
    assert read(delta("a", reason))[-1] == StreamFinished(str(reason))


def test_end_without_a_character_raises_empty_reply():
    with pytest.raises(errors.EmptyReplyError):
        read(delta(""), delta(None, "stop"))


def test_end_with_space_only_keeps_it():
    assert text_of(read(delta("\n"), delta("  ", "stop"))) == "\n  "


def test_end_with_reasoning_only_finishes():
    assert read(delta("", reasoning_content="hm"), delta("", "length"))[-1] == StreamFinished(
        "length"
    )


def test_end_with_tool_call_only_says_which():
    call = {"index": 0, "id": "1", "function": {"name": "get_weather", "arguments": ""}}
    with pytest.raises(errors.EngineFailedError, match="get_weather"):
        read(delta("", "tool_calls", tool_calls=[call, {"id": ""}, 3]))


def test_read_reply_over_limit_raises():
    reader = ReplyReader()
    chunk = delta("x" * 4_000_000)
    for _ in range(8):
        reader.read(chunk)
    with pytest.raises(errors.UnreadableReplyError):
        reader.read(chunk)
