"""When a request may be sent again."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import (
    ConnectionLostError,
    EngineError,
    EngineFailedError,
    ServerBusyError,
    ServerUnreachableError,
)
from desktop_chat.domain.stream import ModelLoading, RetryScheduled
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from desktop_chat.providers.wire.failures import ModelStillLoadingError
from desktop_chat.providers.wire.retries import (
    MAX_BUSY_RETRIES,
    MAX_LOADING_DELAY_S,
    MAX_UNREACHABLE_RETRIES,
    Retries,
    Retry,
)
from tests.providers.fault_server import OPEN_HEAD, Visit, fault_server, frame, words
from tests.providers.replies import ask, events_and_error, events_of, http_reply, text_of


def retry_after(retries: Retries, error: EngineError) -> Retry:
    retry = retries.after(error)
    assert retry is not None
    return retry


def test_after_loading_waits_longer_each_time_and_for_ever():
    retries = Retries(0.5)
    told = [retry_after(retries, ModelStillLoadingError()) for _ in range(100)]
    assert all(retry.event == ModelLoading() for retry in told)
    assert [retry.delay_s for retry in told[:3]] == [0.5, 0.75, 1.125]
    assert told[-1].delay_s == MAX_LOADING_DELAY_S


def test_after_busy_comes_back_when_the_server_says():
    retries = Retries(0.5)
    retry = retries.after(ServerBusyError(retry_after_s=2))
    assert retry == (RetryScheduled("busy", 2.0), 2.0)
    for _ in range(MAX_BUSY_RETRIES - 1):
        assert retry_after(retries, ServerBusyError(retry_after_s=0)).delay_s > 0
    assert retries.after(ServerBusyError(retry_after_s=0)) is None


@pytest.mark.parametrize(
    "error",
    [
        ServerBusyError(retry_after_s=None),
        ServerBusyError(retry_after_s=3600),
        ServerUnreachableError(),
        ConnectionLostError(),
        EngineFailedError(),
    ],
)
def test_after_anything_else_nothing_is_sent_again(error):
    assert Retries(0.5).after(error) is None


def test_after_refused_while_loading_comes_back_some_times():
    retries = Retries(0.5)
    retries.after(ModelStillLoadingError())
    for _ in range(MAX_UNREACHABLE_RETRIES):
        event = retry_after(retries, ServerUnreachableError()).event
        assert isinstance(event, RetryScheduled)
        assert event.reason == "unreachable"
    assert retries.after(ServerUnreachableError()) is None


def busy(status: int, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers).encode()
    return http_reply(status, b"slow down", "text/plain").replace(b"X\r\n", b"X\r\n" + lines)


@pytest.mark.anyio
async def test_stream_busy_server_is_asked_again_when_it_says():
    async def script(visit: Visit) -> None:
        is_first = len(server.visits) == 1
        reply = OPEN_HEAD + words("a") + frame("[DONE]")
        await visit.send(busy(429, "Retry-After: 0") if is_first else reply)

    async with fault_server(script) as server:
        events = await events_of(OpenAICompatibleProvider(server.url), ask("m"))
    assert events[0] == RetryScheduled("busy", 0.5)
    assert text_of(events) == "a"


@pytest.mark.anyio
@pytest.mark.parametrize("status", [429, 503])
async def test_stream_busy_server_that_says_nothing_is_asked_once(status):
    async def script(visit: Visit) -> None:
        await visit.send(busy(status))

    async with fault_server(script) as server:
        events, error = await events_and_error(OpenAICompatibleProvider(server.url), ask("m"))
        assert len(server.visits) == 1
    assert events == []
    assert isinstance(error, ServerBusyError)


@pytest.mark.anyio
async def test_get_dropped_before_its_first_byte_is_sent_once_more():
    async def script(visit: Visit) -> None:
        is_first = len(server.visits) == 1
        await visit.send(b"" if is_first else http_reply(200, b'{"data":[]}'))

    async with fault_server(script) as server:
        assert await OpenAICompatibleProvider(server.url).list_models() == []
        assert len(server.visits) == 2


@pytest.mark.anyio
async def test_post_dropped_before_its_first_byte_is_never_repeated():
    async def script(visit: Visit) -> None:
        visit.reset()

    async with fault_server(script) as server:
        _, error = await events_and_error(OpenAICompatibleProvider(server.url), ask("m"))
        assert len(server.visits) == 1
    assert isinstance(error, ConnectionLostError)
