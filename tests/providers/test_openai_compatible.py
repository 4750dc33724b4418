"""Servers like llama.cpp's, on bytes played by hand."""

from __future__ import annotations

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.domain.stream import (
    ModelAnswered,
    ModelLoading,
    PromptProgress,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from tests.providers.replies import (
    ask,
    delta,
    events_and_error,
    events_of,
    http_reply,
    json_reply,
    sse_reply,
)

pytestmark = pytest.mark.anyio

LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}


async def test_stream_llama_cpp_reply_gives_progress_text_and_usage(play_bytes):
    reply = sse_reply(
        delta(None, role="assistant"),
        delta(None) | {"prompt_progress": {"total": 8, "cache": 0, "processed": 4}},
        delta("Hi"),
        delta(None, "stop") | {"timings": {"prompt_n": 8, "cache_n": 0, "predicted_n": 1}},
        "[DONE]",
    )
    async with play_bytes(reply) as url:
        provider = OpenAICompatibleProvider(url, kind=AccountKind.LLAMA_SERVER)
        assert await events_of(provider, ask("m")) == [
            ModelAnswered("m"),
            PromptProgress(4, 8),
            TextDelta("Hi"),
            UsageReported(TokenUsage(8, 1)),
            StreamFinished("stop"),
        ]


async def test_stream_while_loading_says_so_and_tries_again(play_bytes):
    replies = [json_reply(503, LOADING)] * 2 + [sse_reply(delta("Hi"), "[DONE]")]
    async with play_bytes(*replies) as url:
        provider = OpenAICompatibleProvider(url, loading_retry_s=0)
        assert (await events_of(provider, ask("m")))[:4] == [
            ModelLoading(),
            ModelLoading(),
            ModelAnswered("m"),
            TextDelta("Hi"),
        ]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (
            http_reply(200, b"\x1f\x8b").replace(b"X\r\n", b"X\r\nContent-Encoding: gzip\r\n"),
            "comp",
        ),
        (http_reply(400, b"x" * 5_000_000, "text/plain"), "xxx"),
        (json_reply(422, {"detail": [{"loc": ["body", "top_k"], "msg": "bad"}]}), "top_k: bad"),
        (b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\n", ""),
        (b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n", ""),
        (http_reply(200, b'{"model":"x"}\n{"done":true}', "application/x-ndjson"), ""),
        (http_reply(200, b'{"message":{},"done":true}', "application/x-ndjson"), "Ollama"),
    ],
)
async def test_stream_odd_reply_gives_one_clear_error(play_bytes, reply, expected):
    async with play_bytes(reply) as url:
        events, error = await events_and_error(OpenAICompatibleProvider(url), ask("m"))
    assert events == []
    assert isinstance(error, errors.EngineError)
    assert expected in error.fields["detail"]
    assert len(str(error)) < 1000


async def test_stream_connection_cut_before_the_reply_is_lost(play_bytes):
    async with play_bytes(b"") as url:
        _, error = await events_and_error(OpenAICompatibleProvider(url), ask("m"))
    assert isinstance(error, errors.ConnectionLostError)


async def test_stream_cut_after_finish_reason_is_complete(play_bytes):
    body = sse_reply(delta("Hi", "stop")).replace(b"OK\r\n", b"OK\r\nContent-Length: 9999\r\n")
    async with play_bytes(body) as url:
        events = await events_of(OpenAICompatibleProvider(url), ask("m"))
    assert events[-1] == StreamFinished("stop")


async def test_list_models_gives_ids(play_bytes):
    reply = json_reply(200, {"data": [{"id": "a.gguf", "owned_by": "llamacpp", "meta": {}}]})
    async with play_bytes(reply) as url:
        provider = OpenAICompatibleProvider(f"{url}/v1/")
        models = await provider.list_models()
        await provider.aclose()
    assert [(m.id, m.kind) for m in models] == [("a.gguf", ModelKind.UNKNOWN)]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"", errors.ConnectionLostError),
        (http_reply(200, b"<html>", "text/html"), errors.NotAServerError),
        (http_reply(200, b'{"data":[', "application/json"), errors.UnreadableReplyError),
        (http_reply(200, b'{"data":[' + b" " * 17_000_000), errors.UnreadableReplyError),
        (http_reply(200, b"{}").replace(b": 2", b": 9"), errors.ConnectionLostError),
    ],
)
async def test_list_models_bad_reply_raises(play_bytes, reply, expected):
    async with play_bytes(reply) as url:
        with pytest.raises(expected):
            await OpenAICompatibleProvider(url).list_models()
