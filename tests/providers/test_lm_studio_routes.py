"""The words of the native API and of `/v1` for the same wish, and native streams cut anywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.model_info import ModelInfo, is_same_model
from desktop_chat.domain.params import GenerationParams
from desktop_chat.providers.dialect.model_lists import FoundModels, ListApi
from desktop_chat.providers.lm_studio.known import KnownServer
from desktop_chat.providers.lm_studio.native_decoder import NativeDecoder
from desktop_chat.providers.lm_studio.routes import Route, choose_route, for_v1, native_body
from desktop_chat.providers.wire.failures import Failures
from tests.providers.replies import ask

START = b'event: chat.start\ndata: {"type":"chat.start","model_instance_id":"m"}\n\n'
DELTA = 'event: message.delta\ndata: {"type":"message.delta","content":"\u00e4\u2028b"}\n\n'
END = b'event: chat.end\ndata: {"type":"chat.end","result":{}}\n\n'
STREAM = START + DELTA.encode() + END


def known(model: ModelInfo, api: ListApi = ListApi.NATIVE) -> KnownServer:
    server = KnownServer()
    server.learn(FoundModels((model,), api))
    return server


def thinker(*options: str, default: str | None = None) -> ModelInfo:
    return ModelInfo(
        "m", "m", is_loaded=False, reasoning_options=options, reasoning_default=default
    )


def wanting(effort: str):
    return replace(ask("m"), params=GenerationParams(reasoning_effort=effort))


@pytest.mark.parametrize(
    ("options", "effort", "native", "v1"),
    [
        (("off", "on"), "off", "off", "none"),
        (("off", "on"), "on", "on", "medium"),
        (("off", "on"), "none", "off", "none"),
        (("low", "medium", "high"), "low", "low", "low"),
        (("low", "xhigh"), "xhigh", "xhigh", "xhigh"),
        (("none", "low"), "none", "none", "none"),
    ],
)
def test_reasoning_effort_is_said_in_the_words_of_each_api(options, effort, native, v1):
    model = thinker(*options, default="off")
    server = known(model)
    assert choose_route(wanting(effort), server) is Route.NATIVE
    assert native_body(wanting(effort), model)["reasoning"] == native
    assert for_v1(wanting(effort), server).params.reasoning_effort == v1


def test_reasoning_that_is_on_anyway_is_not_sent_to_v1():
    server = known(thinker("off", "on", default="on"))
    assert for_v1(wanting("on"), server).params == GenerationParams()


@pytest.mark.parametrize("effort", ["high", "off"])
def test_reasoning_effort_that_the_model_lacks_is_not_asked_natively(effort):
    assert choose_route(wanting(effort), known(thinker("low"))) is Route.LOADED_FIRST


@pytest.mark.parametrize("limit", [-1, None])
def test_native_body_without_limit_sends_none(limit):
    request = replace(ask("m"), params=GenerationParams(max_tokens=limit))
    assert "max_output_tokens" not in native_body(request, None)


@pytest.mark.parametrize("model_id", ["m", "M", "m@q4_k_m"])
def test_choose_route_finds_the_model_as_the_server_does(model_id):
    assert choose_route(ask(model_id), known(thinker())) is Route.NATIVE
    assert choose_route(ask("other"), known(thinker())) is Route.PLAIN
    assert choose_route(ask(model_id), known(thinker(), ListApi.OLD_NATIVE)) is Route.PLAIN


@pytest.mark.parametrize(
    ("answered", "is_same"),
    [
        ("qwen/qwen3-8b", True),
        ("Qwen/Qwen3-8B", True),
        ("qwen/qwen3-8b:2", True),
        ("qwen/qwen3-8b@q4_k_m", True),
        ("qwen/qwen3-8b@q4_k_m:3", True),
        ("qwen/qwen3-14b", False),
        ("qwen/qwen3-8b:latest", True),
        ("my-qwen", False),
    ],
)
def test_is_same_model_sees_through_variants_and_instances(answered, is_same):
    assert is_same_model("qwen/qwen3-8b", answered) is is_same


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_native_decoder_any_cut_gives_the_same_events(size, ending):
    decoder = NativeDecoder(Failures("u"))
    data = STREAM.replace(b"\n", ending)
    chunks = []
    for start in range(0, len(data), size):
        chunks += decoder.feed(data[start : start + size])
    chunks += decoder.flush()
    assert [chunk["type"] for chunk in chunks] == ["chat.start", "message.delta", "chat.end"]
    assert chunks[1]["content"] == "\u00e4\u2028b"
    assert (decoder.is_done, decoder.has_finish, decoder.error) == (True, True, None)


def test_native_decoder_last_event_without_blank_line_counts():
    decoder = NativeDecoder(Failures("u"))
    chunks = decoder.feed(STREAM[:-1]) + decoder.flush()
    assert chunks[-1]["type"] == "chat.end"
    assert decoder.is_done


def test_native_decoder_reads_nothing_after_the_end():
    decoder = NativeDecoder(Failures("u"))
    assert len(decoder.feed(STREAM + START)) == 3


def test_native_decoder_type_may_stand_in_the_event_line_alone():
    decoder = NativeDecoder(Failures("u"))
    chunks = decoder.feed(b'event: message.delta\ndata: {"content":"a"}\n\n')
    assert chunks == [{"type": "message.delta", "content": "a"}]


def test_native_decoder_skips_some_bad_events_and_gives_up_at_many():
    decoder = NativeDecoder(Failures("u"))
    decoder.feed(START)
    assert decoder.feed(b"data: {oops\n\n" * 20) == []
    assert decoder.error is None
    decoder.feed(b"data: {oops\n\n")
    assert isinstance(decoder.error, errors.UnreadableReplyError)


@pytest.mark.parametrize(
    "frame",
    [
        b'event: error\ndata: {"error":{"message":"Model unloaded"}}\n\n',
        b'data: {"type":"error","error":{"type":"unknown","message":"Model unloaded"}}\n\n',
        b'data: {"error":"Model unloaded"}\n\n',
    ],
)
@pytest.mark.parametrize("before", [b"", START])
def test_native_decoder_error_in_any_shape_ends_the_reply(before, frame):
    decoder = NativeDecoder(Failures("u", "m"))
    chunks = decoder.feed(before + frame + END)
    assert len(chunks) == bool(before)
    assert isinstance(decoder.error, errors.ModelUnloadedError)
