"""Replies by LM Studio's native API, where there is a wait to explain."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import (
    ModelAnswered,
    ModelLoading,
    PromptProgress,
    StreamFinished,
    TextDelta,
    UsageReported,
)
from desktop_chat.domain.usage import TokenUsage
from desktop_chat.providers.dialect.model_lists import FoundModels, ListApi, models_of_v1
from desktop_chat.providers.lm_studio import LMStudioAPIProvider, native_decoder
from desktop_chat.providers.lm_studio.native_reader import NativeReader
from desktop_chat.providers.wire.access import ServerAccess
from desktop_chat.providers.wire.failures import Failures
from tests.providers.fault_server import OPEN_HEAD, Visit, fault_server
from tests.providers.replies import (
    ask,
    events_and_error,
    events_of,
    json_reply,
    reasoning_of,
    text_of,
)

pytestmark = pytest.mark.anyio

NOT_LOADED = "standin/other-7b"
LOADED = "standin/echo"
LONG = "word " * 600
SAID = "Native hello there."
TALK = ChatRequest(
    NOT_LOADED,
    (ChatTurn("user", "a"), ChatTurn("assistant", "b"), ChatTurn("user", "c")),
)


def known(*model_ids: str, is_loaded: bool = False) -> FoundModels:
    """What a look at a server with a native API tells of these models."""
    entries = [
        {"type": "llm", "key": key, "loaded_instances": [{"id": key}] if is_loaded else []}
        for key in model_ids
    ]
    return FoundModels(tuple(models_of_v1({"models": entries})), ListApi.NATIVE)


@pytest.fixture
async def provider(standin):
    """A provider that has looked at the stand-in."""
    provider = LMStudioAPIProvider(standin.url, loading_retry_s=0)
    await provider.list_models()
    standin.log.clear()
    yield provider
    await provider.aclose()


def paths(standin) -> list[str]:
    return [request.path for request in standin.log]


def loads_of(events) -> list[float]:
    return [event.progress or 0.0 for event in events if isinstance(event, ModelLoading)]


def reads_of(events) -> list[float]:
    return [event.fraction or 0.0 for event in events if isinstance(event, PromptProgress)]


# Which route


async def test_stream_model_not_loaded_tells_of_load_and_prompt(standin, provider):
    events = await events_of(provider, ask(NOT_LOADED))
    loads, reads = loads_of(events), reads_of(events)
    assert (loads[0], loads[-1], len(loads)) == (0.0, 1.0, 113)
    assert loads == sorted(set(loads))
    assert reads == [0.0, 0.5, 1.0]
    assert events[-6:] == [
        ModelAnswered(NOT_LOADED),
        TextDelta("Echo:"),
        TextDelta(" hi"),
        TextDelta(" there"),
        UsageReported(TokenUsage(6, 3, 0, 43.73)),
        StreamFinished("stop"),
    ]
    assert paths(standin) == ["/api/v1/chat"]


async def test_stream_natively_leaves_nothing_in_the_servers_store(standin, provider):
    params = GenerationParams(temperature=0.5, max_tokens=9, top_k=4, min_p=0.1)
    request = replace(ask(NOT_LOADED), system_prompt="Be brief.", params=params)
    await events_of(provider, request)
    assert standin.log[0].json == {
        "model": NOT_LOADED,
        "input": "hi there",
        "system_prompt": "Be brief.",
        "temperature": 0.5,
        "max_output_tokens": 9,
        "top_k": 4,
        "min_p": 0.1,
        "stream": True,
        "store": False,
    }
    assert standin.state.responses == {}


async def test_stream_loaded_model_and_short_prompt_goes_by_v1(standin, provider):
    await events_of(provider, ask(LOADED))
    assert paths(standin) == ["/v1/chat/completions"]


async def test_stream_long_prompt_tells_of_reading_it(standin, provider):
    events = await events_of(provider, ask(LOADED, LONG))
    assert reads_of(events) == [0.0, 0.5, 1.0]
    assert loads_of(events) == []
    assert paths(standin) == ["/api/v1/chat"]


async def test_stream_second_time_knows_that_the_model_is_loaded(standin, provider):
    await events_of(provider, ask(NOT_LOADED))
    await events_of(provider, ask(NOT_LOADED))
    assert paths(standin) == ["/api/v1/chat", "/v1/chat/completions"]


async def test_stream_with_history_loads_first_and_then_asks_v1(standin, provider):
    events = await events_of(provider, TALK)
    first, second = standin.log
    assert first.json == {
        "model": NOT_LOADED,
        "input": "Hi",
        "max_output_tokens": 1,
        "stream": True,
        "store": False,
    }
    assert (second.path, len(second.json["messages"])) == ("/v1/chat/completions", 3)
    assert loads_of(events)[-1] == 1.0
    assert text_of(events) == "Echo: c"
    assert [m.key for m in standin.state.instances] == [LOADED, NOT_LOADED]


async def test_stream_with_history_takes_the_loading_word_back(standin, provider):
    provider.learn(known("scn/stop-mid"))
    async with aclosing(provider.stream(replace(TALK, model_id="scn/stop-mid"))) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
        # Its endless answer was left before the real request went out.
        await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)
        assert standin.log[1].client_closed_at is None


@pytest.mark.parametrize(
    "params",
    [
        GenerationParams(stop=("x",)),
        GenerationParams(seed=1),
        GenerationParams(json_schema="{}"),
        GenerationParams(temperature=1.5),
        GenerationParams(reasoning_effort="xhigh"),
    ],
)
async def test_stream_what_the_native_api_cannot_say_goes_by_v1(standin, provider, params):
    await events_of(provider, replace(ask(NOT_LOADED), params=params))
    assert paths(standin) == ["/api/v1/chat", "/v1/chat/completions"]
    assert standin.log[0].json["input"] == "Hi"


async def test_stream_with_extra_body_never_goes_natively(standin):
    access = ServerAccess(extra_body={"ttl": 60})
    provider = LMStudioAPIProvider(standin.url, access=access)
    await provider.list_models()
    standin.log.clear()
    await events_of(provider, ask(NOT_LOADED))
    assert paths(standin) == ["/v1/chat/completions"]


@pytest.mark.parametrize("switch", ["v0-only", "openai-only"])
async def test_stream_without_native_api_goes_by_v1(standin, switch):
    standin.play(switch)
    provider = LMStudioAPIProvider(standin.url)
    await provider.list_models()
    standin.log.clear()
    assert text_of(await events_of(provider, ask(NOT_LOADED))) == "Echo: hi there"
    assert paths(standin) == ["/v1/chat/completions"]


@pytest.mark.parametrize("talk", [ask(NOT_LOADED), TALK])
async def test_stream_native_api_gone_falls_back_once(standin, provider, talk):
    standin.play("openai-only")
    assert text_of(await events_of(provider, talk)).startswith("Echo: ")
    assert paths(standin) == ["/api/v1/chat", "/v1/chat/completions"]
    standin.log.clear()
    await events_of(provider, talk)
    assert paths(standin) == ["/v1/chat/completions"]


@pytest.mark.parametrize(
    "name", ["native-unrecognized-key", "unknown-model-native-404", "wrong-path-200"]
)
async def test_stream_refused_natively_goes_by_v1_quietly(standin, provider, name):
    standin.play(name)
    events = await events_of(provider, ask(NOT_LOADED))
    assert text_of(events) == "Echo: hi there"
    assert paths(standin) == ["/api/v1/chat", "/v1/chat/completions"]


async def test_stream_natively_refused_token_is_told(standin, provider):
    standin.state.token = "sk-lm-AbCdEfGh:IjKlMnOpQrStUvWxYz01"
    _, error = await events_and_error(provider, ask(NOT_LOADED))
    assert isinstance(error, errors.UnauthorizedError)
    assert paths(standin) == ["/api/v1/chat"]


async def test_stream_load_that_fails_is_not_tried_twice(standin, provider):
    standin.play("load-fails")
    _, error = await events_and_error(provider, TALK)
    assert isinstance(error, errors.ModelLoadFailedError)
    assert paths(standin) == ["/api/v1/chat"]


# What comes back


async def test_stream_native_load_scenario_comes_whole(standin, provider):
    standin.play("native-load")
    events = await events_of(provider, ask(NOT_LOADED))
    assert len(loads_of(events)) == 113
    assert text_of(events) == SAID


async def test_stream_native_double_end_never_goes_back(standin, provider):
    standin.play("native-double-end")
    events = await events_of(provider, ask(NOT_LOADED))
    assert reads_of(events) == [0.5, 1.0]
    loads = loads_of(events)
    assert loads == sorted(set(loads))
    assert text_of(events) == SAID


async def test_stream_native_items_come_in_order(standin, provider):
    standin.play("native-multi")
    events = await events_of(provider, ask(NOT_LOADED))
    assert text_of(events) == f"Searching. \n\n{SAID}"
    assert reasoning_of(events) == "Let me search.Now the answer."
    assert events[-1] == StreamFinished("stop")


async def test_stream_native_error_then_end_is_no_success(standin, provider):
    standin.play("native-error-then-end")
    events, error = await events_and_error(provider, ask(NOT_LOADED))
    assert text_of(events) == SAID
    assert type(error) is errors.EngineFailedError
    assert "Compute error" in str(error)
    assert paths(standin) == ["/api/v1/chat"]


async def test_stream_native_end_ends_though_the_socket_stays_open(standin, provider):
    standin.play("native-end-then-open")
    events = await events_of(provider, ask(NOT_LOADED))
    assert text_of(events) == SAID
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)


async def test_stream_native_limit_reached_is_told(provider):
    request = replace(ask(NOT_LOADED), params=GenerationParams(max_tokens=3))
    assert (await events_of(provider, request))[-1] == StreamFinished("length")


@pytest.mark.parametrize("name", ["plain-2026", "json-despite-stream", "crlf", "bytes-1", "bom"])
async def test_stream_native_path_that_speaks_v1_is_read(standin, provider, name):
    provider.learn(known(f"scn/{name}"))
    events = await events_of(provider, ask(f"scn/{name}"))
    assert paths(standin) == ["/api/v1/chat"]
    assert text_of(events).startswith("Echo: ")
    assert events[-1] == StreamFinished("stop")


async def test_stream_native_reply_that_came_whole_is_read(play_bytes):
    output = [
        {"type": "reasoning", "content": "Hm."},
        {"type": "message", "content": "One."},
        {"type": "message", "content": "Two."},
    ]
    stats = {"input_tokens": 3, "total_output_tokens": 2, "reasoning_output_tokens": 1}
    body = {"model_instance_id": "m", "output": output, "stats": stats}
    async with play_bytes(json_reply(200, body)) as url:
        provider = LMStudioAPIProvider(url)
        provider.learn(known("m"))
        events = await events_of(provider, ask("m"))
    assert (reasoning_of(events), text_of(events)) == ("Hm.", "One.\n\nTwo.")
    assert events[-2:] == [UsageReported(TokenUsage(3, 2, 1)), StreamFinished("stop")]


async def test_stream_native_cut_midway_keeps_the_text_and_is_not_repeated(standin, provider):
    provider.learn(known("scn/cut-fin"))
    events, error = await events_and_error(provider, ask("scn/cut-fin"))
    assert text_of(events).startswith("w0 w1")
    assert isinstance(error, errors.ConnectionLostError)
    assert len(standin.log) == 1


@pytest.mark.parametrize("talk", [ask("scn/never"), replace(TALK, model_id="scn/never")])
async def test_stop_while_the_model_loads_closes_the_connection(standin, provider, talk):
    provider.learn(known("scn/never"))
    # The task is this test's own way to press Stop; nothing outlives it.
    task = asyncio.get_running_loop().create_task(events_of(provider, talk))
    await standin.wait_for_request()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)
    assert len(standin.log) == 1


async def test_stop_between_load_events_closes_the_connection(standin, provider):
    async with aclosing(provider.stream(ask(NOT_LOADED))) as events:
        assert isinstance(await anext(events), ModelLoading)
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)


async def test_stop_while_a_word_has_the_model_loaded_sends_nothing_more(standin, provider):
    standin.state.load_s = 60
    async with aclosing(provider.stream(TALK)) as events:
        assert isinstance(await anext(events), ModelLoading)
    await standin.wait_for(lambda: standin.log[0].client_closed_at is not None)
    assert paths(standin) == ["/api/v1/chat"]


# Who answered


async def test_stream_named_instance_is_the_model_asked_for(standin, provider):
    standin.state.set_loaded([])
    standin.state.load(LOADED)
    standin.state.instances[0].id = "my-own-name"
    await provider.list_models()
    events = await events_of(provider, ask(LOADED))
    assert events[0] == ModelAnswered(LOADED)


async def test_stream_of_another_model_tells_which_natively_too(standin, provider):
    standin.state.jit = False
    provider.learn(known("gone/model"))
    events = await events_of(provider, ask("gone/model"))
    assert ModelAnswered(LOADED) in events


async def test_reply_that_began_unreadably_is_not_asked_for_again():
    # Whatever it was, the server has done its work: a second request would have it done twice.
    async def answers(visit: Visit) -> None:
        await visit.send(OPEN_HEAD + b"data: {broken\n\n" * 30)

    async with fault_server(answers) as server:
        provider = LMStudioAPIProvider(server.url)
        provider.learn(known(NOT_LOADED))
        _, error = await events_and_error(provider, ask(NOT_LOADED))
        assert isinstance(error, errors.UnreadableReplyError)
        assert len(server.visits) == 1


def test_native_reader_numbers_beyond_all_measure_are_skipped():
    reader = NativeReader("m")
    loading = reader.read({"type": "model_load.progress", "progress": 10**400})
    assert loads_of(loading) == [1.0]
    reader.read({"type": "message.delta", "content": "Hi"})
    stats = {"tokens_per_second": 10**400, "total_output_tokens": 10**400}
    reader.read({"type": "chat.end", "result": {"stats": stats}})
    assert any(isinstance(event, StreamFinished) for event in reader.end())


def test_native_decoder_comments_without_end_are_given_up(monkeypatch):
    monkeypatch.setattr(native_decoder, "MAX_REPLY_BYTES", 1000)
    decoder = native_decoder.NativeDecoder(Failures("http://h"))
    for _ in range(60):
        assert decoder.feed(b": " + b"x" * 17 + b"\n") == []
    assert isinstance(decoder.error, errors.UnreadableReplyError)
