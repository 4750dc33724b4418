"""The last exchanges, kept without secrets."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.errors import ConnectionLostError
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from desktop_chat.providers.wire.access import ServerAccess
from desktop_chat.providers.wire.exchange_log import (
    HEAD_BYTES,
    MAX_EXCHANGES,
    TAIL_BYTES,
    ExchangeLog,
)
from tests.providers.fault_server import OPEN_HEAD, Visit, fault_server, frame, words
from tests.providers.replies import ask, events_and_error, events_of, json_reply

KEY = "sk-lm-AbCdEfGh:IjKlMnOpQrStUvWxYz01"


@pytest.mark.anyio
async def test_exchange_holds_request_and_reply_and_no_key():
    async def answers(visit: Visit) -> None:
        await visit.send(OPEN_HEAD + words("Hi", f"your key is {KEY}") + frame("[DONE]"))

    async with fault_server(answers) as server:
        access = ServerAccess(headers={"X-Own": "Geheim123"}, extra_body={"note": "Geheim123"})
        provider = OpenAICompatibleProvider(server.url, KEY, access=access)
        await events_of(provider, ask("m", "hello"))
    (told,) = provider.exchanges
    assert (told.method, told.status, told.error) == ("POST", 200, "")
    assert told.url == f"{server.url}/v1/chat/completions"
    assert '"hello"' in told.request_body
    assert "[DONE]" in told.response_body
    assert told.response_bytes == len(told.response_body.replace("***", KEY))
    headers = dict(told.request_headers)
    assert headers["authorization"] == "***"
    for part in (KEY, "AbCd", "IjKl", "Geheim"):
        assert part not in repr(told)


@pytest.mark.anyio
async def test_exchange_of_a_failure_says_what_ended_it(refused_url):
    async def refuses(visit: Visit) -> None:
        await visit.send(json_reply(401, {"error": f"Malformed token: {KEY[:10]}********"}))

    async with fault_server(refuses) as server:
        provider = OpenAICompatibleProvider(server.url, KEY)
        await events_and_error(provider, ask("m"))
        assert provider.exchanges[0].status == 401
        assert "token" in provider.exchanges[0].error
        assert "sk-lm" not in repr(provider.exchanges)
    gone = OpenAICompatibleProvider(refused_url)
    await events_and_error(gone, ask("m"))
    assert gone.exchanges[0].status is None
    assert "No server answers" in gone.exchanges[0].error


def test_log_keeps_the_last_ones():
    log = ExchangeLog()
    for number in range(MAX_EXCHANGES + 3):
        log.begin("GET", f"http://x/{number}", {}).end()
    assert [exchange.url[-2:] for exchange in log.exchanges][:2] == ["/3", "/4"]
    assert len(log.exchanges) == MAX_EXCHANGES


@pytest.mark.parametrize("piece", [1, 7, 4096, 100_000])
def test_log_of_a_long_reply_keeps_its_beginning_and_its_end(piece):
    body = bytes(65 + number % 26 for number in range(50_000))
    record = ExchangeLog().begin("POST", "http://x", {}, body)
    for at in range(0, len(body), piece):
        record.add(body[at : at + piece])
    told = record.exchange()
    text = body.decode()
    gap = len(body) - HEAD_BYTES - TAIL_BYTES
    assert told.response_body == (
        f"{text[:HEAD_BYTES]}\n… {gap} bytes left out …\n{text[-TAIL_BYTES:]}"
    )
    assert told.response_bytes == 50_000
    assert told.request_body.startswith(text[:HEAD_BYTES])
    assert len(told.request_body) < HEAD_BYTES + 100


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, ""),
        (asyncio.CancelledError(), "stopped by this program"),
        (GeneratorExit(), "stopped by this program"),
        (ConnectionLostError(), str(ConnectionLostError())),
        (OSError(), "OSError"),
    ],
)
def test_log_says_how_it_ended(error, expected):
    log = ExchangeLog()
    record = log.begin("GET", "http://me:pw@x/", {"Cookie": "a", "X": "Bearer abc"})
    assert log.exchanges[0].duration_s >= 0
    record.end(error)
    record.end(ValueError("too late"))
    told = log.exchanges[0]
    assert told.error == expected
    assert told.url == "http://***@x/"
    assert told.request_headers == (("Cookie", "***"), ("X", "***"))


@pytest.mark.anyio
async def test_exchange_hides_own_headers_in_every_form():
    async def refuses(visit: Visit) -> None:
        said = 'no such key: geheim/12"34 or geheim%2F12%2234'
        await visit.send(json_reply(400, {"error": said}))

    headers = {"X-Team": "ab", "X-Own": 'Token geheim/12"34'}
    async with fault_server(refuses) as server:
        provider = OpenAICompatibleProvider(server.url, access=ServerAccess(headers=headers))
        _, error = await events_and_error(provider, ask("m"))
    (told,) = provider.exchanges
    sent = {name.lower(): value for name, value in told.request_headers}
    assert (sent["x-team"], sent["x-own"]) == ("***", "***")
    assert "geheim" not in f"{told!r} {error}"
