"""LM Studio's provider as the program uses it, against the stand-in."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.domain.stream import (
    ModelAnswered,
    ModelLoading,
    ReasoningDelta,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from tests.providers.replies import ask, events_and_error, events_of, reasoning_of, text_of
from tests.standin.plays.framing import SPLIT_TEXT

pytestmark = pytest.mark.anyio

ECHO = "Echo: hi there"
TOKEN = "sk-lm-AbCdEfGh:IjKlMnOpQrStUvWxYz01"


@pytest.fixture
async def provider(standin):
    provider = LMStudioAPIProvider(standin.url)
    yield provider
    await provider.aclose()


# Good streams


async def test_stream_plain_reply_gives_events_in_order(provider):
    events = await events_of(provider, ask("scn/usage"))
    assert events == [
        ModelAnswered("scn/usage"),
        TextDelta("Echo:"),
        TextDelta(" hi"),
        TextDelta(" there"),
        UsageReported(TokenUsage(6, 3, 0)),
        StreamFinished("stop"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "plain-2026",
        "plain-2025",
        "no-usage",
        "usage-everywhere",
        "non-stream",
        "json-despite-stream",
        "sse-despite-nonstream",
        "bytes-1",
        "glued",
        "crlf",
        "cr",
        "no-space",
        "multi-data",
        "fields",
        "bom",
        "no-last-blank",
        "null-content",
        "null-content-message",
        "done-then-open",
        "finish-no-done",
        "spliced",
        "late-headers",
        "early-headers-silence?seconds=60",
        "comments?seconds=60",
        "drip",
    ],
)
async def test_stream_any_framing_gives_the_text(provider, name):
    events = await events_of(provider, ask(f"scn/{name}"))
    assert text_of(events) == ECHO
    assert events[-1] == StreamFinished("stop")
    assert sum(isinstance(event, ModelAnswered) for event in events) == 1


async def test_stream_cut_characters_come_whole(provider):
    events = await events_of(provider, ask("scn/utf8-split"))
    assert text_of(events) == SPLIT_TEXT


async def test_stream_line_separators_are_kept(provider):
    events = await events_of(provider, ask("scn/line-separators"))
    text = (
        "a\u2028b\u2029c\u0085d\u000be\u001cf\ufeffg\u0000h\ufffdi\u000cj\u001ek\u007fl \ufeffend"
    )
    assert text_of(events) == text


async def test_stream_huge_delta_comes_whole(provider):
    events = await events_of(provider, ask("scn/one-huge-delta"))
    assert len(text_of(events)) == 2_000_000


async def test_stream_usage_everywhere_reports_the_last_once(provider):
    events = await events_of(provider, ask("scn/usage-everywhere"))
    assert [e for e in events if isinstance(e, UsageReported)] == [
        UsageReported(TokenUsage(6, 3, 0))
    ]


async def test_stream_without_usage_reports_none(provider):
    events = await events_of(provider, ask("scn/no-usage"))
    assert not any(isinstance(event, UsageReported) for event in events)


@pytest.mark.parametrize(("name", "reason"), [("length", "length"), ("done-no-finish", None)])
async def test_stream_other_good_end_is_told(provider, name, reason):
    events = await events_of(provider, ask(f"scn/{name}"))
    assert events[-1] == StreamFinished(reason)


async def test_stream_by_another_model_tells_which(provider):
    events = await events_of(provider, ask("scn/substituted"))
    assert events[0] == ModelAnswered("standin/substitute")


@pytest.mark.parametrize("name", ["reasoning-content", "reasoning-field", "think-tags"])
async def test_stream_reasoning_is_told_apart(provider, name):
    events = await events_of(provider, ask(f"scn/{name}"))
    assert reasoning_of(events) == "Let me think about this.\nDone."
    assert text_of(events) == ECHO


async def test_stream_thought_without_opening_tag_loses_nothing(provider):
    events = await events_of(provider, ask("scn/think-no-open"))
    assert text_of(events).startswith("Let me think")
    assert text_of(events).endswith(ECHO)


async def test_stream_thought_that_never_closes_is_reasoning(provider):
    events = await events_of(provider, ask("scn/think-unclosed"))
    assert text_of(events) == ""
    assert isinstance(events[-3], ReasoningDelta)
    assert events[-1] == StreamFinished("length")


# Errors


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("wrong-path-200", errors.WrongPathError),
        ("no-model-400", errors.NoModelLoadedError),
        ("no-model-404", errors.NoModelLoadedError),
        ("unknown-model-400", errors.ModelNotFoundError),
        ("unknown-model-native-404", errors.ModelNotFoundError),
        ("auth-missing-401", errors.UnauthorizedError),
        ("forbidden-plain", errors.PermissionDeniedError),
        ("overflow-400-string", errors.ContextFullError),
        ("overflow-llamacpp", errors.ContextFullError),
        ("template-500", errors.TemplateFailedError),
        ("crash-400", errors.ModelCrashedError),
        ("load-fails", errors.ModelLoadFailedError),
        ("html-502", errors.ProxyAnsweredError),
        ("empty-500", errors.EngineFailedError),
        ("invalid-json-200", errors.UnreadableReplyError),
        ("cut-before-body", errors.ConnectionLostError),
        ("cut-before-body?when=status", errors.ConnectionLostError),
        ("event-error-first", errors.ContextFullError),
    ],
)
async def test_stream_failing_before_any_token_raises(provider, name, expected):
    events, error = await events_and_error(provider, ask(f"scn/{name}"))
    assert events == []
    assert type(error) is expected
    assert "<" not in str(error)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("event-error-midway", errors.EngineFailedError),
        ("data-error-object", errors.ContextFullError),
        ("data-error-string", errors.EngineFailedError),
        ("error-then-hang", errors.EngineFailedError),
        ("model-unloaded", errors.ModelUnloadedError),
        ("cut-fin", errors.ConnectionLostError),
        ("cut-rst", errors.ConnectionLostError),
        ("eof-no-finish", errors.ConnectionLostError),
        ("bad-json-many", errors.UnreadableReplyError),
    ],
)
async def test_stream_failing_midway_gives_the_text_and_raises(provider, name, expected):
    events, error = await events_and_error(provider, ask(f"scn/{name}"))
    assert text_of(events).startswith(("w0 w1", "good"))
    assert type(error) is expected
    assert not any(isinstance(event, StreamFinished) for event in events)


async def test_stream_without_any_delta_raises_empty_reply(provider):
    _, error = await events_and_error(provider, ask("scn/empty-stop"))
    assert isinstance(error, errors.EmptyReplyError)


async def test_stream_refused_token_is_not_repeated(standin):
    provider = LMStudioAPIProvider(standin.url, api_token=TOKEN)
    _, error = await events_and_error(provider, ask("scn/auth-wrong-401"))
    assert isinstance(error, errors.UnauthorizedError)
    told = f"{error}{error.fields}"
    assert "AbCd" not in told
    assert "sk-lm" not in told


async def test_stream_nothing_listens_raises_unreachable(refused_url):
    _, error = await events_and_error(LMStudioAPIProvider(refused_url), ask())
    assert isinstance(error, errors.ServerUnreachableError)
    assert refused_url in str(error)


async def test_stream_while_the_server_loads_waits_and_says_so(standin):
    provider = LMStudioAPIProvider(standin.url, loading_retry_s=0)
    events = await events_of(provider, ask("scn/loading-503"))
    assert events[:3] == [ModelLoading()] * 3
    assert text_of(events) == ECHO


# Requests and connections


async def test_stream_request_has_no_nulls_and_no_authorization(standin, provider):
    await events_of(provider, ask("standin/echo"))
    request = standin.log[0]
    assert request.path == "/v1/chat/completions"
    assert request.json == {
        "model": "standin/echo",
        "messages": [{"role": "user", "content": "hi there"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert "authorization" not in request.headers
    assert request.headers["accept-encoding"] == "identity"


async def test_stream_with_token_sends_it(standin):
    standin.state.token = TOKEN
    provider = LMStudioAPIProvider(standin.url, api_token=f" {TOKEN}\n")
    assert text_of(await events_of(provider, ask("standin/echo"))) == ECHO


async def test_stream_lone_surrogate_in_the_message_is_sent(provider):
    events = await events_of(provider, ask("standin/echo", "a\ud800b"))
    assert text_of(events) == "Echo: a?b"


@pytest.mark.parametrize("name", ["stop-mid", "error-then-hang?tokens=3"])
async def test_close_midway_closes_the_connection_at_once(standin, provider, name):
    async with aclosing(provider.stream(ask(f"scn/{name}"))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)
    assert standin.log[0].ended or standin.log[0].tokens_sent < 10


@pytest.mark.parametrize("name", ["stop-before-headers?seconds=9999", "stop-prefill", "never"])
async def test_cancel_before_any_byte_closes_the_connection(standin, provider, name):
    # The task is this test's own way to press Stop; nothing outlives it.
    task = asyncio.get_running_loop().create_task(events_of(provider, ask(f"scn/{name}")))
    await standin.wait_for_request()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)


async def test_stream_never_goes_through_a_proxy(standin, standin_proxy, provider, monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, standin_proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    assert text_of(await events_of(provider, ask("standin/echo"))) == ECHO
    assert await provider.list_models()
    assert standin_proxy.connection_count == 0


async def test_stream_after_the_server_came_back_works(standin, provider):
    await events_of(provider, ask("standin/echo"))
    await standin.go_down()
    _, error = await events_and_error(provider, ask("standin/echo"))
    assert isinstance(error, errors.ServerUnreachableError)
    await standin.come_up()
    assert text_of(await events_of(provider, ask("standin/echo"))) == ECHO


# Models


async def test_list_models_tells_kind_and_loaded(standin, provider):
    standin.play("models-jit-on")
    models = await provider.list_models()
    assert [m.id for m in models if m.is_loaded] == ["standin/model-4"]
    assert sum(m.kind is ModelKind.EMBEDDING for m in models) == 2
    assert sum(m.kind is ModelKind.CHAT for m in models) == 10
    assert next(m.context_length for m in models if m.is_loaded) == 8192


@pytest.mark.parametrize(
    ("switch", "paths"),
    [
        ("v1-only", ["/api/v1/models"]),
        ("v0-only", ["/api/v1/models", "/api/v0/models"]),
        ("openai-only", ["/api/v1/models", "/api/v0/models", "/v1/models"]),
    ],
)
async def test_list_models_falls_back_quietly(standin, provider, switch, paths):
    standin.play(switch)
    models = await provider.list_models()
    assert [request.path for request in standin.log] == paths
    assert "standin/echo" in [m.id for m in models if m.kind is not ModelKind.EMBEDDING]


@pytest.mark.parametrize("null", [False, True])
async def test_list_models_without_any_is_empty(standin, provider, null):
    standin.play("models-empty", null=null)
    assert await provider.list_models() == []


async def test_list_models_trapped_raises_wrong_path(standin, provider):
    standin.play("models-wrong-path-200")
    with pytest.raises(errors.WrongPathError):
        await provider.list_models()


async def test_list_models_without_token_asks_once(standin, provider):
    standin.state.token = TOKEN
    with pytest.raises(errors.UnauthorizedError):
        await provider.list_models()
    assert len(standin.log) == 1


async def test_stream_without_a_model_takes_the_loaded_one(standin, provider):
    standin.play("models-jit-on")
    events = await events_of(provider, ask(""))
    assert events[0] == ModelAnswered("standin/model-4")
    assert standin.log[-1].json["model"] == "standin/model-4"


async def test_stream_without_a_model_and_none_loaded_asks(standin, provider):
    standin.play("models-jit-on")
    standin.play("models-none-loaded")
    _, error = await events_and_error(provider, ask(""))
    assert isinstance(error, errors.ModelChoiceNeededError)


async def test_stream_without_a_model_takes_the_configured_one(standin):
    provider = LMStudioAPIProvider(standin.url, "standin/other-7b")
    events = await events_of(provider, ask(""))
    assert events[0] == ModelAnswered("standin/other-7b")
    assert len(standin.log) == 1
