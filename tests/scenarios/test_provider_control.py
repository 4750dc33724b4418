"""Stop, connections, keys, addresses: scenarios that are played by more than one request."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.errors import (
    ChatError,
    InvalidRequestError,
    InvalidServerUrlError,
    ServerUnreachableError,
)
from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import RetryScheduled, StreamFinished, TextDelta
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from tests.providers.replies import ask, events_and_error, events_of, text_of
from tests.standin import StandIn
from tests.standin.state import Model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio
ECHO = "Echo: hi there"
TOKEN = "sk-lm-AbCdEfGh:0123456789"
STOP_LIMIT_S = 0.2


@pytest.fixture
async def provider(standin: StandIn) -> AsyncIterator[LMStudioAPIProvider]:
    provider = LMStudioAPIProvider(standin.url, loading_retry_s=0)
    yield provider
    await provider.aclose()


async def code_of(provider: LMStudioAPIProvider, model: str) -> str:
    _, error = await events_and_error(provider, ask(model))
    return error.code if error else ""


async def read_until(provider: LMStudioAPIProvider, model: str, tokens: int) -> None:
    """Read so many pieces of a reply, then go away, which is how Stop works."""
    seen = 0
    async with aclosing(provider.stream(ask(model))) as events:
        async for event in events:
            seen += isinstance(event, TextDelta)
            if seen >= tokens:
                return


# Stop


@pytest.mark.parametrize("name", ["stop-mid", "stall-midway", "quit-mid", "never", "stop-prefill"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_close_is_seen_by_the_server(
    standin: StandIn, provider: LMStudioAPIProvider, name: str, is_first: bool
):
    if not is_first:
        await events_of(provider, ask())
    # The task is this test's own way to press Stop; nothing outlives it.
    task = asyncio.get_running_loop().create_task(events_of(provider, ask(f"scn/{name}")))
    request = await standin.wait_for_request(1 if is_first else 2)
    if name in ("stop-mid", "stall-midway", "quit-mid"):
        await standin.wait_for(lambda: request.tokens_sent >= 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await standin.wait_for(lambda: request.client_closed_at is not None, STOP_LIMIT_S * 10)
    assert not request.complete


async def test_server_that_goes_on_does_not_matter(standin: StandIn, provider: LMStudioAPIProvider):
    await read_until(provider, "scn/ignores-disconnect?tokens=30&rate=200", 3)
    assert text_of(await events_of(provider, ask())) == ECHO
    await standin.wait_for(lambda: standin.log[0].tokens_sent == 30)


async def test_queued_request_starts_after_the_first_is_stopped(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("queue")
    loop = asyncio.get_running_loop()
    first = loop.create_task(events_of(provider, ask("scn/stall-midway")))
    await standin.wait_for(lambda: standin.log and standin.log[0].tokens_sent == 21)
    second = loop.create_task(events_of(provider, ask("scn/echo")))
    waiting = await standin.wait_for_request(2)
    assert waiting.bytes_sent == 0
    first.cancel()
    assert text_of(await second) == ECHO
    await asyncio.gather(first, return_exceptions=True)


async def test_two_streams_go_on_side_by_side(provider: LMStudioAPIProvider):
    model = "scn/two-chats?tokens=30&rate=500"
    first, second = await asyncio.gather(
        events_of(provider, ask(model)), events_of(provider, ask(model))
    )
    assert text_of(first) == text_of(second)
    assert first[-1] == second[-1] == StreamFinished("stop")


# Connections


async def test_nothing_listens_is_told(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("refused")
    await standin.wait_for(lambda: not standin.is_listening)
    _, error = await events_and_error(provider, ask())
    assert isinstance(error, ServerUnreachableError)
    assert standin.url in str(error)


async def test_full_backlog_ends_after_the_connect_limit(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("accept-not")
    await standin.wait_for(lambda: not standin.is_listening)
    await asyncio.sleep(0.05)  # the queue of the kernel has to be full
    async with asyncio.timeout(8):
        assert await code_of(provider, "scn/echo") == "server_unreachable"


async def test_next_request_works_after_the_server_came_back(
    standin: StandIn, provider: LMStudioAPIProvider
):
    assert await code_of(provider, "scn/server-quits") == "connection_lost"
    await standin.wait_for(lambda: standin.is_settled)
    assert text_of(await events_of(provider, ask())) == ECHO


@pytest.mark.parametrize("pause_s", [0.08, 0.1, 0.12])
async def test_requests_around_the_idle_limit_work(
    standin: StandIn, provider: LMStudioAPIProvider, pause_s: float
):
    standin.play("keepalive-5s", seconds=0.1)
    for _ in range(4):
        assert text_of(await events_of(provider, ask())) == ECHO
        await asyncio.sleep(pause_s)
    assert len(standin.log) == 4


async def test_stale_connection_makes_no_duplicate(standin: StandIn, provider: LMStudioAPIProvider):
    await events_of(provider, ask())
    standin.play("stale-socket")
    events, error = await events_and_error(provider, ask())
    assert error is None or error.code == "connection_lost"
    assert text_of(events) == ("" if error else ECHO)
    assert len(standin.log) == (1 if error else 2)


@pytest.mark.parametrize("when", ["headers", "status"])
async def test_post_is_not_repeated(standin: StandIn, provider: LMStudioAPIProvider, when: str):
    assert await code_of(provider, f"scn/cut-before-body?when={when}") == "connection_lost"
    assert len(standin.log) == 1


async def test_proxy_of_the_environment_is_not_used(
    standin: StandIn, standin_proxy: StandIn, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, standin_proxy.url)
    provider = LMStudioAPIProvider(standin.url)
    assert text_of(await events_of(provider, ask())) == ECHO
    await provider.aclose()
    assert standin_proxy.connection_count == 0


# Waiting for the server


async def test_loading_server_is_asked_again(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("loading-503")
    assert text_of(await events_of(provider, ask())) == ECHO
    assert [request.status for request in standin.log] == [503, 503, 503, 200]


@pytest.mark.parametrize("name", ["busy-503", "429"])
@pytest.mark.parametrize("wait", ["0", formatdate(0, usegmt=True)])
async def test_busy_server_is_asked_again_as_it_says(
    standin: StandIn, provider: LMStudioAPIProvider, name: str, wait: str
):
    standin.play(name, retry_after=wait)
    events = await events_of(provider, ask())
    assert text_of(events) == ECHO
    assert [event.reason for event in events if isinstance(event, RetryScheduled)] == ["busy"]
    assert len(standin.log) == 2


async def test_busy_server_that_names_no_time_is_not_hammered(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("busy-503", retry_after="")
    assert await code_of(provider, "") in ("server_busy", "")
    assert len([request for request in standin.log if request.method == "POST"]) <= 2


async def test_evicted_model_ends_the_other_reply(standin: StandIn, provider: LMStudioAPIProvider):
    standin.state.models.append(Model("standin/third"))
    standin.play("jit-evict")
    standin.state.rate = 20
    long = ask("standin/echo", "word " * 500)
    task = asyncio.get_running_loop().create_task(events_and_error(provider, long))
    await standin.wait_for(lambda: standin.log and standin.log[-1].tokens_sent > 1)
    standin.state.rate = None
    assert text_of(await events_of(provider, ask("standin/third"))) == ECHO
    events, error = await task
    assert text_of(events).startswith("Echo: word")
    assert error is not None
    assert error.code == "model_unloaded"


async def test_expired_model_is_loaded_again(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("ttl-expire")
    assert text_of(await events_of(provider, ask("standin/echo"))) == ECHO
    assert [instance.key for instance in standin.state.instances] == ["standin/echo"]


# Keys and addresses


async def test_token_demanded_later_is_told_and_then_works(standin: StandIn):
    standin.play("auth-toggle", token=TOKEN)
    without = LMStudioAPIProvider(standin.url)
    assert text_of(await events_of(without, ask())) == ECHO
    assert await code_of(without, "scn/echo") == "unauthorized"
    await without.aclose()
    provider = LMStudioAPIProvider(standin.url, api_token=TOKEN)
    assert text_of(await events_of(provider, ask())) == ECHO
    await provider.aclose()


@pytest.mark.parametrize("key", ["", "   ", "\n"])
async def test_odd_key_is_stripped_or_refused(standin: StandIn, key: str):
    provider = LMStudioAPIProvider(standin.url, api_token=key)
    await events_of(provider, ask())
    await provider.aclose()
    assert "authorization" not in standin.log[0].headers
    padded = LMStudioAPIProvider(standin.url, api_token=f" {TOKEN}\n")
    standin.play("bad-key", token=TOKEN)
    assert text_of(await events_of(padded, ask())) == ECHO
    await padded.aclose()
    with pytest.raises(InvalidRequestError):
        LMStudioAPIProvider(standin.url, api_token="sk-\u00e9")


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "  "])
async def test_bad_url_is_put_right_or_refused(standin: StandIn, tail: str):
    provider = LMStudioAPIProvider(f" 127.0.0.1:{standin.port}{tail}")
    assert text_of(await events_of(provider, ask())) == ECHO
    await provider.aclose()
    assert standin.log[0].path == "/v1/chat/completions"
    for bad in ("http://127.0.0.1:99999", "ftp://x", "http://", "http://a b"):
        with pytest.raises(InvalidServerUrlError):
            LMStudioAPIProvider(bad)


async def test_https_to_a_plain_port_is_told(standin: StandIn):
    provider = LMStudioAPIProvider(f"https://127.0.0.1:{standin.port}")
    _, error = await events_and_error(provider, ask())
    await provider.aclose()
    assert error is not None
    assert error.code in ("not_a_server", "certificate_untrusted", "server_unreachable")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_ipv6_and_localhost_work(standin: StandIn, host: str):
    standin.play("ipv6-only" if host == "::1" else "localhost")
    await standin.wait_for(lambda: standin.is_settled)
    # Whether `localhost` is IPv6 too depends on the machine.
    for name in ("[::1]",) if host == "::1" else (host, "localhost"):
        provider = LMStudioAPIProvider(f"http://{name}:{standin.port}")
        assert text_of(await events_of(provider, ask())) == ECHO
        await provider.aclose()


# What is sent


async def test_no_options_and_no_odd_keys_are_sent(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("request-shape")
    standin.play("cors-options")
    turns = (ChatTurn("user", "one"), ChatTurn("assistant", "two"), ChatTurn("user", "three"))
    request = ChatRequest("standin/echo", turns, "Be brief.")
    assert text_of(await events_of(provider, request)) == "Echo: three"
    assert {request.method for request in standin.log} == {"POST"}


async def test_strict_server_refuses_two_user_turns(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("request-shape")
    request = ChatRequest("standin/echo", (ChatTurn("user", "one"), ChatTurn("user", "two")))
    events, error = await events_and_error(provider, request)
    # Either the provider joins them, or the server says what is wrong; the window never sends it.
    assert text_of(events) or isinstance(error, ChatError)
