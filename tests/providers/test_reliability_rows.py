"""What the network can do to a reply: rows 35 to 53 of the list of faults."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
import zlib
from contextlib import aclosing

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.domain.stream import ModelLoading, StreamFinished
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from desktop_chat.providers.registry import make_provider
from tests.providers.fault_server import (
    CHUNKED_HEAD,
    OPEN_HEAD,
    SSE_HEAD,
    Visit,
    chunk,
    fault_server,
    frame,
    words,
)
from tests.providers.replies import (
    ask,
    delta,
    events_and_error,
    events_of,
    http_reply,
    json_reply,
    text_of,
)

pytestmark = pytest.mark.anyio


async def outcome(script, **access):
    """Play `script` for one reply: its text, its last event, its error."""
    async with fault_server(script) as server:
        provider = OpenAICompatibleProvider(server.url, **access)
        events, error = await events_and_error(provider, ask("m"))
    return text_of(events), error, server


def sends(data: bytes):
    async def script(visit: Visit) -> None:
        await visit.send(data)

    return script


async def read_and_tell(url: str, until: str, is_read: asyncio.Event, got: list[str]) -> None:
    """Read a reply into `got`, and tell when all of `until` is there."""
    async with aclosing(OpenAICompatibleProvider(url).stream(ask("m"))) as events:
        async for event in events:
            got.append(text_of([event]))
            if "".join(got) == until:
                is_read.set()


async def test_row_35_reset_in_mid_stream_keeps_the_text():
    is_read = asyncio.Event()

    async def script(visit: Visit) -> None:
        await visit.send(CHUNKED_HEAD + chunk(words("Hel", "lo")))
        await is_read.wait()
        visit.reset()

    async with fault_server(script) as server:
        got: list[str] = []
        with pytest.raises(errors.ConnectionLostError):
            await read_and_tell(server.url, "Hello", is_read, got)
        assert len(server.visits) == 1  # never sent again
    assert "".join(got) == "Hello"


@pytest.mark.parametrize(
    "reply",
    [
        CHUNKED_HEAD + chunk(words("Hel")) + b"fff\r\ndata: {",
        SSE_HEAD + b"Content-Length: 9999\r\n\r\n" + words("Hel"),
    ],
)
async def test_row_36_end_before_the_announced_end_is_lost(reply):
    text, error, _ = await outcome(sends(reply))
    assert text == "Hel"
    assert isinstance(error, errors.ConnectionLostError)


async def test_row_37_end_without_any_mark_is_lost():
    text, error, _ = await outcome(sends(OPEN_HEAD + words("Hel", "lo")))
    assert text == "Hello"
    assert isinstance(error, errors.ConnectionLostError)


@pytest.mark.parametrize("begin", [b"", OPEN_HEAD, OPEN_HEAD + words("Hel")])
async def test_row_38_stall_waits_and_stop_closes_at_once(begin):
    async def script(visit: Visit) -> None:
        await visit.send(begin)
        await visit.until_gone()

    async with fault_server(script) as server:
        provider = OpenAICompatibleProvider(server.url)
        reading = asyncio.get_running_loop().create_task(events_of(provider, ask("m")))
        await server.came.wait()
        async with asyncio.timeout(5):
            while provider.exchanges[0].response_bytes < len(begin.partition(OPEN_HEAD)[2]):
                await asyncio.sleep(0)
        assert not reading.done()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        async with asyncio.timeout(5):
            await server.visits[0].gone.wait()
        assert provider.exchanges[0].error == "stopped by this program"


async def test_row_39_endless_interim_replies_end():
    async def script(visit: Visit) -> None:
        while not visit.gone.is_set():
            await visit.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 50)
            await asyncio.sleep(0)
            if visit.writer.is_closing() or visit.reader.at_eof():
                return

    _, error, _ = await outcome(script)
    assert isinstance(error, errors.NotAServerError)


async def test_row_39_some_interim_replies_are_passed():
    hints = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 99
    text, error, _ = await outcome(sends(hints + OPEN_HEAD + words("a") + frame("[DONE]")))
    assert (text, error) == ("a", None)


async def test_row_40_bytes_that_make_no_event_keep_waiting():
    async def script(visit: Visit) -> None:
        await visit.send(OPEN_HEAD)
        for byte in words("a") + frame("[DONE]"):
            await visit.send(bytes([byte]))
            await asyncio.sleep(0)

    text, error, _ = await outcome(script)
    assert (text, error) == ("a", None)


async def test_row_41_connections_notice_a_silent_death():
    import socket

    async def script(visit: Visit) -> None:
        await visit.send(OPEN_HEAD + words("a") + frame("[DONE]"))

    async with fault_server(script) as server:
        provider = OpenAICompatibleProvider(server.url)
        async with provider._server.open("/v1/chat/completions", {"model": "m"}) as reply:
            stream = reply._response.extensions["network_stream"]
            connection = stream.get_extra_info("socket")
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            if hasattr(socket, "TCP_KEEPCNT"):
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3


async def test_row_43_key_over_plain_http_to_a_public_host_is_not_sent():
    account = Account(1, "far", AccountKind.OTHER, "http://llm.example.org")
    provider = make_provider(account, AccountSecrets("sk-key"))
    _, error = await events_and_error(provider, ask("m"))
    assert isinstance(error, errors.PlainKeyError)
    with pytest.raises(errors.PlainKeyError):
        await provider.list_models()
    assert provider.exchanges == ()


async def test_row_43_key_over_plain_http_nearby_is_sent():
    async with fault_server(sends(json_reply(200, {"data": []}))) as server:
        account = Account(1, "near", AccountKind.OTHER, server.url)
        await make_provider(account, AccountSecrets("sk-key")).list_models()
    assert b"Authorization: Bearer sk-key" in server.visits[0].request


@pytest.mark.parametrize("encoding", [b"gzip", b", ".join([b"gzip"] * 200), b"deflate, gzip"])
async def test_row_44_compressed_reply_is_refused_unread(encoding):
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    head = SSE_HEAD + b"Content-Encoding: %s\r\n\r\n" % encoding
    tracemalloc.start()
    try:
        text, error, _ = await outcome(sends(head + bomb))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (text, type(error)) == ("", errors.UnreadableReplyError)
    assert peak < 10_000_000


async def test_row_45_endless_stream_stops_at_the_cap_with_its_text():
    piece = words("x" * 1_000_000)

    async def script(visit: Visit) -> None:
        await visit.send(OPEN_HEAD)
        while not visit.writer.is_closing():
            await visit.send(piece)

    text, error, _ = await outcome(script)
    assert isinstance(error, errors.UnreadableReplyError)
    assert 31_000_000 < len(text) <= 33_600_000


async def test_row_45_endless_line_stops_at_the_cap():
    async def script(visit: Visit) -> None:
        await visit.send(OPEN_HEAD + words("a") + b"data: ")
        while not visit.writer.is_closing():
            await visit.send(b"x" * 100_000)

    text, error, _ = await outcome(script)
    assert text == "a"
    assert isinstance(error, errors.UnreadableReplyError)


async def test_row_46_characters_cut_at_every_byte_are_whole():
    told = "é😀漢\u0301"

    async def script(visit: Visit) -> None:
        await visit.send(b"".join((OPEN_HEAD, b"\xef\xbb\xbf")))
        for byte in words(told) + b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n':
            await visit.send(bytes([byte]))
            await asyncio.sleep(0)
        await visit.send(frame("[DONE]"))

    text, error, _ = await outcome(script)
    assert (text, error) == (told + "\ufffd", None)


async def test_row_47_line_separators_inside_json_are_text():
    told = "a\u2028b\u2029c\u0085d\u007fe"
    raw = words(told) + frame(delta("\x0b\x1c")) + frame("[DONE]")
    assert told.encode() in raw
    text, error, _ = await outcome(sends(OPEN_HEAD + raw))
    assert (text, error) == (told + "\x0b\x1c", None)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (words("a", "b").replace(b"\n", b"\r") + b"data: [DONE]\r\r", "ab"),
        (words("a", "b").replace(b": {", b":{") + frame("[DONE]"), "ab"),
        (b": hi\n\n" + words("a") + b": ping\n\n" + words("b") + frame("[DONE]"), "ab"),
        (b'data: {"choices":\ndata: [{"delta":{"content":"ab"}}]}\n\n' + frame("[DONE]"), "ab"),
        (frame([1]) + words("ab") + frame("[DONE]"), "ab"),
        (frame({"choices": []}) + words("ab") + frame({"x": 1}) + frame("[DONE]"), "ab"),
        (frame(delta(None, role="assistant")) + words("ab") + frame("[DONE]"), "ab"),
    ],
)
async def test_row_48_odd_frames_give_the_text(body, expected):
    text, error, _ = await outcome(sends(OPEN_HEAD + body))
    assert (text, error) == (expected, None)


@pytest.mark.parametrize(
    ("reply", "words_of_it"),
    [
        (OPEN_HEAD + b'event: error\ndata: {"error":{"message":"Compute error."}}\n\n', "Comp"),
        (http_reply(200, b"<html><b>x</b>", "text/html"), "web page"),
        (OPEN_HEAD + frame("Number of <b>choices</b> must be 1"), "Number of <b>choices</b>"),
    ],
)
async def test_row_48_what_is_no_reply_gives_one_error_in_plain_words(reply, words_of_it):
    _, error, _ = await outcome(sends(reply))
    assert words_of_it in error.fields["detail"]
    assert len(error.fields["detail"]) <= 500


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html><a href='http://evil'>x</a>", "text/html"),
        (b"y" * 5_000_000, "text/plain"),
        (json.dumps({"error": {"message": "<a href='http://evil'>x</a>\n" * 99}}).encode(), ""),
    ],
)
async def test_row_49_error_body_is_short_and_plain(status, body, kind):
    _, error, _ = await outcome(sends(http_reply(status, body, kind or "application/json")))
    assert isinstance(error, errors.EngineError)
    assert len(str(error)) < 900


async def test_row_50_redirect_is_told_and_not_followed():
    async with fault_server(sends(b"")) as other:
        target = f"{other.url}/v1/chat/completions"
        head = f"HTTP/1.1 307 X\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        _, error, _ = await outcome(sends(head.encode()), token="sk-key")
        assert isinstance(error, errors.RedirectedError)
        assert error.fields["target"] == target
        assert other.visits == []


async def test_row_51_proxy_of_the_environment_is_not_asked_for_this_machine(monkeypatch):
    async with fault_server(sends(b"")) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        reply = sends(OPEN_HEAD + words("a") + frame("[DONE]"))
        text, error, _ = await outcome(reply)
        assert (text, error) == ("a", None)
        assert proxy.visits == []


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1",
        "http://user:pw@127.0.0.1",
        "http://127.0.0.1/a b",
        "http://127.0.0.1\r\nX: y",
        "http://[fe80::1%25eth0]:1",
        "",
    ],
)
async def test_row_52_odd_address_is_refused_in_words(url):
    with pytest.raises(errors.InvalidServerUrlError) as caught:
        OpenAICompatibleProvider(url)
    assert "pw" not in str(caught.value)


async def test_row_53_server_that_loads_is_asked_until_it_answers():
    loading = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
    visits = 0

    async def script(visit: Visit) -> None:
        nonlocal visits
        visits += 1
        busy = json_reply(503, loading)
        await visit.send(busy if visits < 3 else OPEN_HEAD + words("a") + frame("[DONE]"))

    async with fault_server(script) as server:
        provider = OpenAICompatibleProvider(server.url, loading_retry_s=0)
        events = await events_of(provider, ask("m"))
    assert events[:2] == [ModelLoading(), ModelLoading()]
    assert text_of(events) == "a"


async def test_row_53_server_that_restarts_between_replies_is_found_again():
    reply = sends(OPEN_HEAD + words("a") + frame("[DONE]"))
    async with fault_server(reply) as server:
        provider = OpenAICompatibleProvider(server.url)
        assert text_of(await events_of(provider, ask("m"))) == "a"
    _, error = await events_and_error(provider, ask("m"))
    assert isinstance(error, errors.ServerUnreachableError)
    async with fault_server(reply, port=int(server.url.rpartition(":")[2])):
        assert text_of(await events_of(provider, ask("m"))) == "a"


async def test_row_53_model_unloaded_in_mid_stream_is_named_and_the_text_kept():
    unloaded = b'event: error\ndata: {"error":{"message":"Model unloaded"}}\n\n'
    text, error, server = await outcome(sends(OPEN_HEAD + words("a") + unloaded))
    assert (text, type(error)) == ("a", errors.ModelUnloadedError)
    assert len(server.visits) == 1


async def test_row_53_fifty_replies_at_once_leave_nothing_behind():
    async def script(visit: Visit) -> None:
        await visit.send(OPEN_HEAD)
        for _ in range(5):
            await visit.send(words("a"))
            await asyncio.sleep(0)
        await visit.send(frame(delta("", "stop")) + frame("[DONE]"))
        await visit.until_gone()

    before = asyncio.all_tasks()
    async with fault_server(script) as server:
        provider = OpenAICompatibleProvider(server.url)
        replies = await asyncio.gather(*(events_of(provider, ask("m")) for _ in range(50)))
        assert all(text_of(r) == "aaaaa" and r[-1] == StreamFinished("stop") for r in replies)
        async with asyncio.timeout(10):
            for visit in server.visits:
                await visit.gone.wait()
        await provider.aclose()
    async with asyncio.timeout(5):
        while not asyncio.all_tasks() <= before:
            await asyncio.sleep(0)
