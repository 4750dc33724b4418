"""The server itself: echo, the choice of scenarios, recorder, model lists, thread and process."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys

import httpx
import pytest

from tests.standin import StandIn, StandInThread, numbered_words
from tests.standin.raw import CHAT, chat, connected, get, play, post
from tests.standin.scenarios import SCENARIOS, SWITCHES, parse_spec
from tests.standin.state import ECHO

pytestmark = pytest.mark.anyio
TRAP = "Unexpected endpoint or method."
ASKED = """
plain-2026 plain-2025 usage no-usage non-stream json-despite-stream sse-despite-nonstream length
empty-stop bytes-1 glued utf8-split line-separators reasoning-content reasoning-field think-tags
think-no-open late-headers early-headers-silence stall-midway never wrong-path-200
models-wrong-path-200 no-model-400 unknown-model-400 auth-missing-401 auth-wrong-401
overflow-400-string crash-400 loading-503 html-502 event-error-first event-error-midway
data-error-object data-error-string cut-fin cut-rst cut-before-body eof-no-finish finish-no-done
done-then-open spliced crlf cr no-space multi-data null-content models-jit-on models-empty v1-only
v0-only openai-only stop-mid stop-prefill stop-before-headers quit-mid proxy-env steady
"""


async def test_echo_streamed_has_recorded_form(standin: StandIn):
    answer = await post(standin, chat(text="one two"))

    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["x-powered-by"] == "Express"
    assert answer.headers["cache-control"] == "no-cache"
    assert "content-length" not in answer.headers
    first = re.sub(r'"id":"[^"]*"|"created":\d+', "", answer.frames[0])
    assert first == (
        '{,"object":"chat.completion.chunk",,"model":"standin/echo",'
        '"system_fingerprint":"standin/echo","choices":[{"index":0,"delta":'
        '{"role":"assistant","content":"Echo:"},"logprobs":null,"finish_reason":null}]}'
    )
    assert answer.deltas() == "Echo: one two"
    assert answer.finish_reasons == ["stop"]
    assert answer.frames[-1] == "[DONE]"
    assert answer.ended == "whole"


async def test_echo_whole_has_recorded_form(standin: StandIn):
    answer = await post(standin, chat(stream=False))

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["etag"].startswith('W/"')
    assert answer.headers["keep-alive"] == "timeout=5"
    assert list(answer.json) == [
        *("id", "object", "created", "model", "choices", "usage", "stats", "system_fingerprint")
    ]
    assert answer.json["choices"][0]["message"] == {
        "role": "assistant",
        "content": "Echo: one two",
        "reasoning_content": "",
        "tool_calls": [],
    }
    assert answer.body.startswith(b'{\n  "id"')


@pytest.mark.parametrize("is_asked", [True, False])
async def test_usage_comes_only_when_asked(standin: StandIn, is_asked: bool):
    answer = await post(standin, chat(stream_options={"include_usage": is_asked}))

    last = answer.payloads[-1]
    assert (last["choices"] == [] and last["usage"]["completion_tokens"] == 3) == is_asked
    assert ("usage" in last) == is_asked


async def test_scenario_is_chosen_by_model_id_with_args(standin: StandIn):
    answer = await post(standin, chat("scn/steady?tokens=70&rate=5000"))

    assert answer.deltas() == numbered_words(70)
    assert standin.log[0].scenario == "steady"
    assert standin.log[0].tokens_sent == 70


async def test_scenario_is_chosen_by_lab_path_for_one_request(standin: StandIn):
    asked = {"name": "plain-2026", "args": {"text": "from the lab"}}

    assert (await post(standin, asked, "/__lab/next")).json == {"ok": True}

    assert (await post(standin, chat())).deltas() == "from the lab"
    assert (await post(standin, chat())).deltas() == "Echo: one two"


async def test_play_waits_for_its_method_or_path(standin: StandIn):
    standin.play("never", on="/elsewhere")
    standin.play("html-502", on="GET")

    assert (await post(standin, chat())).status == 200
    assert (await get(standin, "/v1/models")).status == 502
    assert (await get(standin, "/v1/models")).status == 200


async def test_lab_refuses_unknown_scenario(standin: StandIn):
    assert (await post(standin, {"name": "nonsense"}, "/__lab/next")).status == 400


def test_spec_splits_name_and_numbers():
    assert parse_spec("scn/steady?tokens=5&rate=0.5&text=a+b") == (
        "steady",
        {"tokens": 5, "rate": 0.5, "text": "a b"},
    )


def test_every_scenario_of_the_list_is_there():
    assert set(ASKED.split()) <= set(SCENARIOS) | set(SWITCHES)


# The recorder


async def test_recorder_keeps_request_and_answer(standin: StandIn):
    answer = await post(standin, chat(), X_Mark="7")

    record = standin.log[0]
    await standin.wait_for(lambda: record.ended)
    assert (record.method, record.path, record.status) == ("POST", "/v1/chat/completions", 200)
    assert record.headers["x-mark"] == "7"
    assert record.json == chat()
    assert record.bytes_sent == len(answer.data)
    assert record.complete
    assert "authorization" not in record.headers


async def test_recorder_counts_connections_and_reuse(standin: StandIn):
    async with connected(standin) as client:
        await client.request("GET", "/v1/models")
        await client.request("POST", CHAT, chat())
    await get(standin, "/v1/models")

    seen = [(record.connection, record.reused) for record in standin.log]
    assert seen == [(1, False), (1, True), (2, False)]
    assert standin.connection_count == 2


async def test_recorder_sees_client_close_at_once(standin: StandIn):
    standin.play("stop-mid", rate=200)
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        await client.read(until=b"w5")
    record = standin.log[0]
    await standin.wait_for(lambda: record.ended)

    assert record.closed_by in ("FIN", "RST")
    assert record.closed_after_s is not None
    assert not record.complete


async def test_recorder_sees_close_before_any_byte_was_sent(standin: StandIn):
    standin.play("stop-before-headers")
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        record = await standin.wait_for_request()
    await standin.wait_for(lambda: record.ended)

    assert (record.bytes_sent, record.closed_by, record.complete) == (0, "FIN", False)


async def test_log_is_served_as_json(standin: StandIn):
    await post(standin, chat())

    (record,) = (await get(standin, "/__lab/log")).json
    assert record["json"]["model"] == ECHO
    assert record["path"] == "/v1/chat/completions"
    assert len(standin.log) == 1


async def test_idle_connection_is_closed(standin: StandIn):
    standin.state.idle_s = 0.05
    async with connected(standin) as client:
        await client.request("GET", "/v1/models")
        assert await client.reader.read(1) == b""


# Life


async def test_comes_back_on_the_same_port(standin: StandIn):
    before = standin.url
    await standin.go_down()
    with pytest.raises(OSError, match=r".*"):
        await get(standin, "/v1/models")
    await standin.come_up()

    assert standin.url == before
    assert (await get(standin, "/v1/models")).status == 200


async def test_going_down_drops_streams(standin: StandIn):
    standin.play("stop-mid", rate=500)
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        answer = await client.read(until=b"w3")
        await standin.go_down()
        assert (await client.read(more_of=answer)).ended in ("FIN", "RST")
    assert standin.log[0].closed_by is None


async def test_garbage_is_answered_400_and_closed(standin: StandIn):
    async with connected(standin) as client:
        client.writer.write(b"\x16\x03\x01\x02\x00garbage")
        answer = await client.read()
    assert answer.data.startswith(b"HTTP/1.1 400 ")


async def test_chunked_and_large_bodies_are_read(standin: StandIn):
    body = json.dumps(chat(text="x" * 300_000)).encode()

    async def pieces():
        yield body[:1000]
        yield body[1000:]

    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        url = f"{standin.url}/v1/chat/completions"
        answer = await client.post(url, content=pieces(), timeout=20)
    assert answer.status_code == 200
    assert standin.log[0].headers["transfer-encoding"] == "chunked"
    assert standin.log[0].body == body


async def test_four_generate_at_once_and_the_fifth_waits(standin: StandIn):
    standin.play("stall-midway", times=4)
    async with asyncio.TaskGroup() as group:
        stalled = [group.create_task(post(standin, chat())) for _ in range(4)]
        await standin.wait_for(lambda: sum(r.tokens_sent for r in standin.log) == 84)
        fifth = group.create_task(post(standin, chat()))
        record = await standin.wait_for_request(5)
        assert record.bytes_sent == 0
        stalled[0].cancel()
        assert (await fifth).deltas() == "Echo: one two"
        for task in stalled:
            task.cancel()


async def test_queue_lets_one_generate_at_a_time(standin: StandIn):
    standin.play("queue")
    standin.play("stall-midway")
    async with connected(standin) as first:
        await first.send("POST", CHAT, chat())
        await first.read(until=b"w20")
        second = asyncio.gather(post(standin, chat()))
        record = await standin.wait_for_request(2)
        assert record.bytes_sent == 0
    assert (await second)[0].deltas() == "Echo: one two"


def test_thread_form_serves_and_plays(standin_thread: StandInThread):
    standin_thread.play("plain-2026", text="in a thread")
    answer = httpx.post(
        f"{standin_thread.url}/v1/chat/completions", json=chat(stream=False), trust_env=False
    )
    assert answer.json()["choices"][0]["message"]["content"] == "in a thread"
    assert standin_thread.log[0].scenario == "plain-2026"


def test_thread_form_goes_down_and_comes_up(standin_thread: StandInThread):
    standin_thread.go_down()
    with pytest.raises(httpx.ConnectError):
        httpx.get(standin_thread.url, trust_env=False)
    standin_thread.come_up()
    assert httpx.get(f"{standin_thread.url}/v1/models", trust_env=False).status_code == 200


def test_process_form_prints_its_address_and_ends_on_sigterm():
    command = [sys.executable, "-m", "tests.standin", "--port", "0", "--speed", "10"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = line.removeprefix("listening on ").strip()
        ids = [m["id"] for m in httpx.get(f"{url}/v1/models", trust_env=False).json()["data"]]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert "scn/cut-rst" in ids


async def test_proxy_records_absolute_targets(standin: StandIn, standin_proxy: StandIn):
    async with httpx.AsyncClient(proxy=standin_proxy.url, verify=False, trust_env=False) as client:
        answer = await client.get(f"{standin.url}/v1/models")
    assert answer.status_code == 502
    assert standin_proxy.log[0].target == f"{standin.url}/v1/models"
    assert standin_proxy.log[0].path == "/v1/models"
    assert standin.log == []


def test_refused_url_refuses(refused_url: str):
    with pytest.raises(httpx.ConnectError):
        httpx.get(refused_url, trust_env=False)


async def test_errors_inside_the_standin_come_out_at_its_end():
    server = StandIn()
    with pytest.raises(ValueError, match="many"):
        async with server:
            await play(server, "steady", tokens="many")
