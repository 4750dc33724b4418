"""Scenarios of silence, of errors, and of connections that end badly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.standin import StandIn, numbered_words
from tests.standin.raw import CHAT, RawAnswer, chat, connected, play, post

pytestmark = pytest.mark.anyio


async def read_some(standin: StandIn, until: bytes) -> RawAnswer:
    """Read an answer that would go on, up to these bytes, then close."""
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        return await client.read(until=until)


async def has_more(standin: StandIn, until: bytes) -> bool:
    """Whether anything, be it the end, comes within a moment after these bytes."""
    async with connected(standin) as client:
        await client.send("POST", CHAT, chat())
        if until:
            await client.read(until=until)
        try:
            async with asyncio.timeout(0.1):
                await client.reader.read(1)
        except TimeoutError:
            return False
        return True


# Silence


async def test_late_headers_sends_nothing_first(standin: StandIn):
    standin.play("late-headers", seconds=1_000_000)
    assert not await has_more(standin, b"")
    answer = await play(standin, "late-headers", seconds=20)
    assert answer.deltas() == "Echo: one two"


async def test_early_headers_silence_sends_the_head_only(standin: StandIn):
    standin.play("early-headers-silence", seconds=1_000_000)
    assert not await has_more(standin, b"chunked\r\n\r\n")
    answer = await play(standin, "early-headers-silence", seconds=20)
    assert answer.deltas() == "Echo: one two"


async def test_stall_midway_stops_after_some_tokens(standin: StandIn):
    standin.play("stall-midway")
    assert not await has_more(standin, b'" w20"},"logprobs":null,"finish_reason":null}]}\n\n\r\n')


async def test_never_sends_nothing_and_sees_the_close(standin: StandIn):
    standin.play("never")
    assert not await has_more(standin, b"")
    await standin.wait_for(lambda: standin.log[0].ended)
    assert (standin.log[0].closed_by, standin.log[0].bytes_sent) == ("FIN", 0)


async def test_stop_prefill_keeps_the_next_request_waiting(standin: StandIn):
    standin.play("stop-prefill", seconds=1_000_000)
    assert not await has_more(standin, b"")
    await standin.wait_for(lambda: standin.log[0].closed_by)

    assert not await has_more(standin, b"")

    assert not standin.log[0].ended
    assert standin.log[1].bytes_sent == 0


async def test_after_stop_prefill_the_next_request_is_answered(standin: StandIn):
    standin.play("stop-prefill", seconds=20)
    assert not await has_more(standin, b"")
    assert (await post(standin, chat())).deltas() == "Echo: one two"
    assert standin.log[0].ended


# Errors before any token

SIMPLE_ERRORS: list[tuple[str, int, str]] = [
    ("wrong-path-200", 200, "Unexpected endpoint or method. (POST /v1/chat/completions)"),
    ("no-model-400", 400, "No models loaded. Please load a model in the developer page"),
    ("no-model-404", 404, "or use the `lms load` command."),
    ("unknown-model-400", 400, 'Invalid model identifier "standin/echo".'),
    ("auth-missing-401", 401, "An LM Studio API token is required"),
    ("auth-wrong-401", 401, "provided: sk-lm-AbCd**************. Ensure"),
    ("overflow-400-string", 400, "(n_keep: 13055>= n_ctx: 4096)"),
    ("overflow-llamacpp", 400, "exceeds the available context size (8192 tokens)"),
    ("crash-400", 400, "(Exit code: 18446744072635812000)"),
    ("load-fails", 400, "Engine protocol startup was aborted."),
    ("loading-503", 503, "Loading model"),
]


def message_of(body: dict[str, Any]) -> str:
    """The message, be `error` a string or an object."""
    error = body["error"]
    return str(error["message"] if isinstance(error, dict) else error)


@pytest.mark.parametrize(("name", "status", "text"), SIMPLE_ERRORS)
async def test_error_has_its_status_and_words(standin: StandIn, name: str, status: int, text: str):
    answer = await play(standin, name)
    assert answer.status == status
    assert text in message_of(answer.json)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_unknown_model_is_indented_by_four(standin: StandIn):
    assert (await play(standin, "unknown-model-400")).body.startswith(b'{\n    "error"')


async def test_loading_answers_three_times_when_played(standin: StandIn):
    standin.play("loading-503")
    statuses = [(await post(standin, chat())).status for _ in range(4)]
    assert statuses == [503, 503, 503, 200]


async def test_loading_answers_the_fourth_time_as_a_model(standin: StandIn):
    statuses = [(await post(standin, chat("scn/loading-503"))).status for _ in range(5)]
    assert statuses == [503, 503, 503, 200, 503]


async def test_html_502_is_a_page_of_30_kb(standin: StandIn):
    answer = await play(standin, "html-502")
    assert (answer.status, answer.headers["content-type"]) == (502, "text/html")
    assert 25_000 < len(answer.body) < 35_000


# Errors after the stream began


async def test_event_error_first_is_a_good_stream_without_done(standin: StandIn):
    answer = await play(standin, "event-error-first")
    text = answer.body.decode()
    assert text.startswith('event: error\ndata: {"error":{"message":"Input does not fit')
    assert answer.status == 200
    assert "[DONE]" not in text
    assert answer.ended == "whole"


async def test_event_error_midway_follows_the_text(standin: StandIn):
    answer = await play(standin, "event-error-midway")
    *good, last = answer.body.decode().removesuffix("\n\n").split("\n\n")
    assert len(good) == 31
    assert last == (
        'event: error\ndata: {"error":{"message":"Compute error."},"message":"Compute error."}'
    )


@pytest.mark.parametrize("name", ["data-error-object", "data-error-string"])
async def test_data_error_is_a_plain_frame_before_done(standin: StandIn, name: str):
    answer = await play(standin, name)
    error = answer.payloads[-1]["error"]
    assert isinstance(error, dict) == name.endswith("object")
    assert answer.deltas() == numbered_words(10)
    assert answer.frames[-1] == "[DONE]"


async def test_cut_fin_lacks_the_terminator(standin: StandIn):
    answer = await play(standin, "cut-fin")
    assert answer.ended == "FIN"
    assert answer.deltas() == numbered_words(10)
    assert b"\r\n0\r\n" not in answer.raw_body
    await standin.wait_for(lambda: standin.log[0].ended)
    assert (standin.log[0].complete, standin.log[0].closed_by) == (False, None)


async def test_cut_rst_resets(standin: StandIn):
    answer = await play(standin, "cut-rst")
    assert answer.ended == "RST"
    assert answer.deltas() == numbered_words(10)


async def test_cut_before_body_has_a_head_or_nothing(standin: StandIn):
    head = await play(standin, "cut-before-body")
    nothing = await play(standin, "cut-before-body", when="status")
    assert (head.status, head.raw_body, head.ended) == (200, b"", "FIN")
    assert (nothing.data, nothing.ended) == (b"", "FIN")


async def test_eof_no_finish_is_whole_without_marks(standin: StandIn):
    answer = await play(standin, "eof-no-finish")
    assert answer.ended == "whole"
    assert answer.finish_reasons == []
    assert answer.frames[-1] != "[DONE]"


async def test_done_then_open_never_ends(standin: StandIn):
    standin.play("done-then-open")
    assert not await has_more(standin, b"data: [DONE]\n\n\r\n")
    await standin.wait_for(lambda: standin.log[0].ended)
    assert standin.log[0].closed_by == "FIN"


async def test_stop_mid_goes_on_until_the_client_closes(standin: StandIn):
    standin.play("stop-mid", rate=1000)
    answer = await read_some(standin, b'" w90"')
    record = standin.log[0]
    await standin.wait_for(lambda: record.ended)
    assert answer.ended == ""
    assert record.closed_by in ("FIN", "RST")
    assert record.tokens_sent >= 90
