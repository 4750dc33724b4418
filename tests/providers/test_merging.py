"""A streamed reply as one dict."""

from __future__ import annotations

import pytest

from desktop_chat.domain import errors
from desktop_chat.providers.dialect.merging import MergedReply
from tests.providers.replies import delta


def merge(*chunks):
    reply = MergedReply()
    for chunk in chunks:
        reply.add(chunk)
    return reply.as_response()


def test_merge_deltas_gives_a_response():
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    chunks = [delta("Hel"), delta("lo"), delta(None, "stop"), {"choices": [], "usage": usage}]
    assert merge(*chunks) == {
        "id": "c",
        "model": "m",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello"},
                "finish_reason": "stop",
            }
        ],
        "usage": usage,
    }


def test_merge_reasoning_keeps_its_field():
    message = merge(delta("", reasoning="a"), delta("b", reasoning="c"))["choices"][0]["message"]
    assert message == {"role": "assistant", "content": "b", "reasoning": "ac"}


def test_merge_tool_calls_in_pieces_gives_them_in_order():
    second = {"index": 1, "id": "2", "function": {"name": "b", "arguments": ""}}
    first = {"index": 0, "id": "1", "function": {"name": "a", "arguments": "{"}}
    more = {"index": 0, "function": {"name": "", "arguments": "}"}}
    odd = [{"id": "", "type": "function"}, 3]
    calls = [delta(None, tool_calls=part) for part in ([second], [first], [more], odd, None)]
    merged = merge(*calls)["choices"][0]["message"]["tool_calls"]
    assert [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in merged] == [
        ("1", "a", "{}"),
        ("2", "b", ""),
    ]


def test_merge_whole_response_passes_through():
    whole = {"choices": [{"message": {"content": "a"}}], "stats": {}}
    assert merge({"prompt_progress": {}}, whole) == whole
    assert merge({"choices": [{"text": "a"}]}) == {"choices": [{"text": "a"}]}


def test_merge_nothing_raises_empty_reply():
    with pytest.raises(errors.EmptyReplyError):
        merge({"usage": {}})


def test_merge_over_limit_raises():
    reply = MergedReply()
    for _ in range(8):
        reply.add(delta("x" * 4_000_000))
    with pytest.raises(errors.UnreadableReplyError):
        reply.add(delta("x" * 4_000_000))
