"""LM Studio's own API and the scenarios of its stream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.standin import StandIn
from tests.standin.raw import CHAT, chat, connected, get, play, post
from tests.standin.state import Model

pytestmark = pytest.mark.anyio
NATIVE = "/api/v1/chat"


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The payloads of native frames, whose event lines must agree with them."""
    events = []
    for frame in body.decode().removesuffix("\n\n").split("\n\n"):
        kind, data = frame.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert kind == f"event: {events[-1]['type']}"
    return events


def asked(**more: Any) -> dict[str, Any]:
    return {"model": "standin/echo", "input": "one two", **more}


async def test_native_echo_whole(standin: StandIn):
    answer = await post(standin, asked(), NATIVE)
    assert answer.json["output"] == [{"type": "message", "content": "Echo: one two"}]
    assert answer.json["response_id"] in standin.state.responses


async def test_native_echo_streamed_of_a_model_that_must_load(standin: StandIn):
    items = [{"type": "text", "content": "one two"}]
    body = asked(model="standin/other-7b", input=items, stream=True)
    answer = await post(standin, body, NATIVE)

    events = events_of(answer.body)
    kinds = [event["type"] for event in events]
    assert kinds.count("model_load.progress") == 113
    assert (kinds[0], kinds[-1]) == ("chat.start", "chat.end")
    deltas = [event["content"] for event in events if event["type"] == "message.delta"]
    assert "".join(deltas) == "Echo: one two"


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"ttl": 5}, 400, "unrecognized_keys"),
        ({"input": [{"type": "message", "content": "x"}]}, 400, "invalid_union"),
        ({"previous_response_id": "resp_none"}, 400, "invalid_value"),
    ],
)
async def test_native_refuses(standin: StandIn, more: dict[str, Any], status: int, code: str):
    answer = await post(standin, asked(**more), NATIVE)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)


async def test_native_unknown_model_is_404(standin: StandIn):
    standin.play("models-none-loaded")
    answer = await post(standin, asked(model="nope"), NATIVE)
    assert (answer.status, answer.json["error"]["type"]) == (404, "invalid_request")


async def test_load_twice_and_unload_by_instance(standin: StandIn):
    body = {"model": "standin/echo", "context_length": 1024, "echo_load_config": True}
    loaded = (await post(standin, body, "/api/v1/models/load")).json
    assert loaded["instance_id"] == "standin/echo:2"
    assert loaded["load_config"]["context_length"] == 1024

    gone = {"instance_id": "standin/echo:2"}
    assert (await post(standin, gone, "/api/v1/models/unload")).json == gone
    assert (await post(standin, gone, "/api/v1/models/unload")).status == 404


async def test_native_paths_are_trapped_before_0_4(standin: StandIn):
    standin.play("openai-only")
    for path in (NATIVE, "/api/v1/models/load"):
        assert "Unexpected endpoint" in (await post(standin, asked(), path)).json["error"]


async def test_native_error_is_followed_by_chat_end(standin: StandIn):
    standin.play("native-error-then-end")
    kinds = [e["type"] for e in events_of((await post(standin, asked(stream=True), NATIVE)).body)]
    assert kinds[-2:] == ["error", "chat.end"]


async def test_native_load_and_double_end(standin: StandIn):
    for name in ("native-load", "native-double-end"):
        standin.play(name)
        answer = await post(standin, asked(stream=True), NATIVE)
        assert events_of(answer.body)[-1]["result"]["output"][0]["content"].startswith("Native")


async def test_native_end_then_open_stays_open(standin: StandIn):
    standin.play("native-end-then-open")
    async with connected(standin) as client:
        await client.send("POST", NATIVE, asked(stream=True))
        answer = await client.read(until=b"event: chat.end")
    assert not answer.is_whole
    await standin.wait_for(lambda: standin.log[0].closed_by)


@pytest.mark.parametrize("name", ["tool-call", "tool-parallel", "tool-broken"])
async def test_tool_calls_end_with_tool_calls(standin: StandIn, name: str):
    assert (await play(standin, name)).finish_reasons == ["tool_calls"]


async def test_eviction_ends_the_stream_of_the_evicted_model(standin: StandIn):
    async with connected(standin) as client:
        standin.state.rate = 20
        await client.send("POST", CHAT, chat("standin/other-7b", "word " * 500))
        answer = await client.read(until=b"Echo")
        standin.state.models.append(Model("standin/third"))
        standin.state.rate = None
        assert (await post(standin, chat("standin/third"))).status == 200
        answer = await client.read(more_of=answer)
    assert b'event: error\ndata: {"error":{"message":"Model unloaded"}' in answer.data
    assert answer.data.endswith(b"0\r\n\r\n")


async def test_embeddings_have_zero_usage(standin: StandIn):
    body = {"model": "text-embedding-standin-embed-v1.5", "input": ["a", "b"]}
    answer = await post(standin, body, "/v1/embeddings")
    assert len(answer.json["data"]) == 2
    assert answer.json["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


async def test_one_model_by_v0(standin: StandIn):
    assert (await get(standin, "/api/v0/models/standin%2Fecho")).json["state"] == "loaded"
    assert (await get(standin, "/api/v0/models/nope")).status == 404
