"""Requests as they are sent, chunks as events."""

from __future__ import annotations

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.params import GenerationParams, ParamName
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
from desktop_chat.providers.dialect.chat_dialect import (
    USUAL_WORDING,
    ReplyReader,
    Wording,
    request_body,
)
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


def body_of(wording=USUAL_WORDING, **params):
    return request_body(
        ChatRequest("m", (ChatTurn("user", "hi"),), "", GenerationParams(**params)), wording
    )


def test_request_body_says_every_parameter():
    body = body_of(
        temperature=0.5,
        max_tokens=9,
        top_p=0.9,
        top_k=40,
        min_p=0.1,
        repeat_penalty=1.1,
        stop=("a", "b"),
        seed=0,
        reasoning_effort="low",
        json_schema='{"type": "object"}',
    )
    schema = {"name": "reply", "strict": True, "schema": {"type": "object"}}
    assert body.pop("messages")
    assert body == {
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 9,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.1,
        "repeat_penalty": 1.1,
        "stop": ["a", "b"],
        "seed": 0,
        "reasoning_effort": "low",
        "response_format": {"type": "json_schema", "json_schema": schema},
    }


def test_request_body_in_other_words_names_them_so():
    wording = Wording({ParamName.REPEAT_PENALTY: "repetition_penalty"}, takes_no_limit=False)
    body = body_of(wording, repeat_penalty=1.1, max_tokens=-1)
    assert body["repetition_penalty"] == 1.1
    assert "max_tokens" not in body
    assert body_of(max_tokens=-1)["max_tokens"] == -1


@pytest.mark.parametrize(("chosen", "sent"), [("off", "none"), ("on", None), ("high", "high")])
def test_request_body_reasoning_is_in_the_words_of_the_dialect(chosen, sent):
    assert body_of(reasoning_effort=chosen).get("reasoning_effort") == sent


@pytest.mark.parametrize("schema", ["{", "[]", "3"])
def test_request_body_schema_that_is_none_raises(schema):
    with pytest.raises(errors.ParameterRefusedError):
        body_of(json_schema=schema)


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
        (
            [
                {"usage": {"prompt_tokens": 9, "completion_tokens": 8}},
                {"timings": {"prompt_n": 3, "predicted_n": 5, "predicted_per_second": 34.5}},
            ],
            TokenUsage(9, 8, tokens_per_second=34.5),
        ),
        (
            [
                {
                    "usage": {
                        "completion_tokens": 8,
                        "completion_tokens_details": {"reasoning_tokens": 6},
                    },
                    "stats": {"tokens_per_second": 12},
                }
            ],
            TokenUsage(None, 8, 6, 12.0),
        ),
        ([{"timings": {"predicted_n": 5, "predicted_per_second": 1e9}}], TokenUsage(None, 5)),
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
    with pytest.raises(errors.ToolRequestedError, match="get_weather"):
        read(delta("", "tool_calls", tool_calls=[call, {"id": ""}, 3]))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (
            [
                [{"index": 1, "id": "b", "function": {"name": "two", "arguments": ""}}],
                [{"index": 0, "id": "a", "function": {"name": "o", "arguments": '{"x":'}}],
                [{"index": 0, "function": {"name": "ne", "arguments": "1}"}}],
            ],
            'one({"x":1}), two()',
        ),
        ([[{"id": "", "type": "function"}], [{"function": {"name": "a"}}]], "a()"),
        (
            [[{"id": 1, "function": {"name": "a"}}, {"id": 2, "function": {"name": "b"}}]],
            "a(), b()",
        ),
        ([[{"function": {"name": "x" * 5000, "arguments": "y" * 5000}}]], "x" * 100),
    ],
)
def test_end_with_tools_only_tells_them_in_order(pieces, expected):
    chunks = [delta("", reasoning_content="hm", tool_calls=calls) for calls in pieces]
    with pytest.raises(errors.ToolRequestedError) as caught:
        read(*chunks, delta("", "tool_calls"))
    assert caught.value.fields["tools"].startswith(expected)
    assert len(caught.value.fields["tools"]) < 500


def test_end_with_text_and_a_tool_finishes():
    call = {"index": 0, "function": {"name": "a"}}
    events = read(delta("Let me see."), delta("", "tool_calls", tool_calls=[call]))
    assert events[-1] == StreamFinished("tool_calls")


def test_read_all_gives_what_one_by_one_gives():
    chunks = [
        delta(None, role="assistant"),
        *(delta(text) for text in ("<think>", "hm", "</think>", "a", "b")),
        delta("c", usage=None) | {"usage": {"prompt_tokens": 1, "completion_tokens": 2}},
        delta("d", reasoning_content="e"),
        delta("x") | {"choices": [{"index": 1, "delta": {"content": "x"}}]},
        delta("f", tool_calls=[]),
        delta(["g"]),
        delta("h", "stop") | {"timings": {"prompt_n": 1}},
    ]
    reader = ReplyReader("asked")
    assert reader.read_all(chunks) + reader.end() == read(*chunks)


def test_read_reply_over_limit_raises():
    reader = ReplyReader()
    chunk = delta("x" * 4_000_000)
    for _ in range(8):
        reader.read(chunk)
    with pytest.raises(errors.UnreadableReplyError):
        reader.read(chunk)
