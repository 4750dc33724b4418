"""The bytes of the rarer streams, and what befalls the whole server."""

from __future__ import annotations

import asyncio
import json
import zlib

import pytest

from tests.standin import StandIn
from tests.standin.raw import CHAT, RawAnswer, chat, connected, get, play, post

pytestmark = pytest.mark.anyio
ECHO = "Echo: one two"


async def test_interleaved_thought_comes_in_two_parts(standin: StandIn):
    answer = await play(standin, "reasoning-interleaved")
    kinds = [next(iter(p["choices"][0]["delta"]), "") for p in answer.payloads]
    assert answer.deltas() == ECHO
    assert answer.deltas("reasoning_content") == "First. Second."
    assert kinds.count("reasoning_content") + kinds.count("role") == 2


async def test_object_thought_is_an_object(standin: StandIn):
    first = (await play(standin, "reasoning-object")).payloads[0]
    assert isinstance(first["choices"][0]["delta"]["reasoning_content"], dict)


async def test_long_fast_has_so_many_pieces_of_markdown(standin: StandIn):
    answer = await play(standin, "long-fast", tokens=500, rate=100_000)
    assert standin.log[0].tokens_sent == 500
    assert "```python" in answer.deltas()


async def test_markup_attack_has_depth_and_an_open_fence(standin: StandIn):
    text = (await play(standin, "markup-attack", depth=300)).deltas()
    assert ">" * 300 in text
    assert "[" * 300 in text
    assert text.count("```") == 1


@pytest.mark.parametrize(
    ("wanted", "sent"), [("text/plain", "text/plain"), ("", None), ("X/Y; z=1", "X/Y; z=1")]
)
async def test_content_type_is_what_was_asked(standin: StandIn, wanted: str, sent: str | None):
    answer = await play(standin, "content-type", type=wanted)
    assert answer.headers.get("content-type") == sent
    assert answer.deltas() == ECHO


async def test_close_delimited_has_neither_chunks_nor_length(standin: StandIn):
    standin.play("close-delimited")
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        data = await client.reader.read()
    answer = RawAnswer([data])
    assert not {"transfer-encoding", "content-length"} & set(answer.headers)
    assert answer.headers["connection"] == "close"
    assert answer.deltas() == ECHO


async def test_gzip_is_sent_only_to_those_who_take_it(standin: StandIn):
    assert (await play(standin, "gzip")).deltas() == ECHO
    standin.play("gzip")
    answer = await post(standin, chat(), Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert zlib.decompress(answer.body, wbits=31).endswith(b"data: [DONE]\n\n")


async def test_content_length_stream_is_as_long_as_it_says(standin: StandIn):
    answer = await play(standin, "content-length-stream")
    assert len(answer.body) == int(answer.headers["content-length"])
    assert answer.deltas() == ECHO


async def test_two_choices_have_both_indexes(standin: StandIn):
    choices = [c for p in (await play(standin, "two-choices")).payloads for c in p["choices"]]
    assert {choice["index"] for choice in choices} == {0, 1}


async def test_timings_stand_in_the_last_chunk(standin: StandIn):
    payloads = (await play(standin, "timings")).payloads
    assert payloads[-1]["timings"]["predicted_n"] == 3
    assert payloads[0]["prompt_progress"]["total"] == 1024


async def test_ndjson_has_no_frames(standin: StandIn):
    lines = (await play(standin, "ndjson")).body.splitlines()
    assert json.loads(lines[-1])["done"] is True


@pytest.mark.parametrize("reason", ["error", "null", "content_filter", 7])
async def test_odd_finish_reason_is_sent_as_it_is(standin: StandIn, reason: object):
    assert (await play(standin, "finish-odd", reason=reason)).finish_reasons == [reason]


async def test_error_field_line_is_no_data(standin: StandIn):
    assert b'\n\nerror: {"code":500' in (await play(standin, "error-field-line")).body


async def test_after_done_more_frames_come(standin: StandIn):
    assert b"too late" in (await play(standin, "after-done")).body.partition(b"[DONE]")[2]


@pytest.mark.parametrize(
    ("name", "status"), [("redirect", 307), ("fastapi-422", 422), ("429", 429), ("busy-503", 503)]
)
async def test_refusal_has_its_status(standin: StandIn, name: str, status: int):
    answer = await play(standin, name)
    assert answer.status == status
    assert answer.headers.get("retry-after") == ("2" if status in (429, 503) else None)


@pytest.mark.parametrize(("kind", "size"), [("text", 5_000_000), ("binary", 1_000_000)])
async def test_huge_error_is_huge(standin: StandIn, kind: str, size: int):
    answer = await play(standin, "huge-error", kind=kind, size=size)
    assert abs(len(answer.body) - size) < 1000


# The whole server


async def test_refused_server_comes_back(standin: StandIn):
    standin.play("refused", seconds=20)
    await standin.wait_for(lambda: not standin.is_listening)
    with pytest.raises(OSError, match=r".*"):
        await get(standin, "/v1/models")
    await standin.wait_for(lambda: standin.is_settled)
    assert (await get(standin, "/v1/models")).status == 200


async def test_full_backlog_accepts_nobody(standin: StandIn):
    standin.play("accept-not")
    await standin.wait_for(lambda: not standin.is_listening)
    await asyncio.sleep(0.05)  # the queue of the kernel has to be full
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await asyncio.open_connection(standin.host, standin.port)


async def test_server_quits_in_mid_stream_and_returns(standin: StandIn):
    answer = await play(standin, "server-quits", seconds=20)
    assert answer.ended in ("FIN", "RST")
    await standin.wait_for(lambda: standin.is_settled)
    assert (await get(standin, "/v1/models")).status == 200


async def test_ipv6_only_leaves_127_0_0_1(standin: StandIn):
    port = standin.port
    standin.play("ipv6-only")
    await standin.wait_for(lambda: standin.is_settled)
    assert standin.url == f"http://[::1]:{port}"
    assert (await get(standin, "/v1/models")).status == 200
    with pytest.raises(OSError, match=r".*"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_stale_socket_is_reset_at_its_second_request(standin: StandIn):
    standin.play("stale-socket")
    async with connected(standin) as client:
        assert (await client.request("GET", "/v1/models")).status == 200
        await client.send("GET", "/v1/models")
        assert (await client.read()).ended == "RST"
    assert len(standin.log) == 1


async def test_auth_toggle_demands_the_token_from_the_second_request_on(standin: StandIn):
    standin.play("auth-toggle", token="sk-lm-x:y")
    statuses = [(await post(standin, chat())).status for _ in range(2)]
    statuses.append((await post(standin, chat(), Authorization="Bearer sk-lm-x:y")).status)
    assert statuses == [200, 401, 200]


async def test_ignored_disconnect_is_recorded_and_the_work_goes_on(standin: StandIn):
    standin.play("ignores-disconnect", tokens=40, rate=500)
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        await client.read(until=b"w3")
    record = standin.log[0]
    await standin.wait_for(lambda: record.ended)
    assert record.tokens_sent == 40
    assert record.closed_by


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"temperature": None}, "a null value"),
        ({"chat_template_kwargs": {}}, "unknown keys"),
        ({"messages": [{"role": "user", "content": " "}]}, "an empty message"),
        ({"messages": [{"role": "user", "content": "a"}] * 2}, "roles must alternate"),
        ({"messages": [{"role": "user", "content": "a", "name": "x"}]}, "keys of a message"),
    ],
)
async def test_strict_server_names_the_fault(standin: StandIn, more: dict[str, object], fault: str):
    standin.play("request-shape")
    assert (await post(standin, chat())).status == 200
    answer = await post(standin, chat() | more)
    assert answer.status == 400
    assert fault in answer.json["error"]
