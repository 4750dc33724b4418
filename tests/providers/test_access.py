"""What accounts add to their requests."""

from __future__ import annotations

import json

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.account import Account, AccountKind, AccountSecrets
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from desktop_chat.providers.probe import probe_models
from desktop_chat.providers.registry import extra_body_of, make_provider
from desktop_chat.providers.wire.access import (
    ServerAccess,
    checked_headers,
    checked_proxy,
    environment_proxy,
)
from tests.providers.fault_server import OPEN_HEAD, Visit, fault_server, frame, words
from tests.providers.replies import ask, events_and_error, events_of, http_reply, json_reply


async def answers(visit: Visit) -> None:
    if b"GET " in visit.request[:4]:
        await visit.send(json_reply(200, {"data": [{"id": "m"}]}))
    else:
        await visit.send(OPEN_HEAD + words("a") + frame("[DONE]"))


@pytest.mark.parametrize(
    "headers",
    [{"Host": "x"}, {"content-length": "1"}, {"a b": "x"}, {"": "x"}, {"X": "é"}, {"X": "a\r\nb"}],
)
def test_checked_headers_that_cannot_be_sent_raise(headers):
    with pytest.raises(errors.InvalidAccountError) as caught:
        checked_headers(headers)
    assert caught.value.fields["field"] == "headers"


def test_checked_headers_are_stripped_and_empty_ones_left_out():
    assert checked_headers({" X-Key ": " a b ", "X-None": " "}) == {"X-Key": "a b"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("", ""), (" proxy:3128 ", "http://proxy:3128"), ("https://p", "https://p")],
)
def test_checked_proxy_is_completed(typed, expected):
    assert checked_proxy(typed) == expected


@pytest.mark.parametrize("typed", ["socks5://p:1", "http://", "http://p:99999", "http://a b", "é"])
def test_checked_proxy_of_another_kind_raises(typed):
    with pytest.raises(errors.InvalidAccountError) as caught:
        checked_proxy(typed)
    assert caught.value.fields["field"] == "proxy"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HTTPS_PROXY", "http://p:1", "http://p:1"),
        ("ALL_PROXY", "p:1", "http://p:1"),
        ("ALL_PROXY", "socks5://p:1", ""),
        ("HTTP_PROXY", "http://p:1", ""),
    ],
)
def test_environment_proxy_is_that_of_the_scheme(name, value, expected, monkeypatch):
    monkeypatch.setenv(name, value)
    assert environment_proxy("https://llm.example.org") == expected
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert environment_proxy("https://llm.example.org") == ""


@pytest.mark.anyio
async def test_headers_and_extra_body_go_with_each_request():
    async with fault_server(answers) as server:
        account = Account(
            1, "a", AccountKind.OTHER, server.url, ("X-Key", "authorization"), '{"ttl": 60}'
        )
        secrets = AccountSecrets("sk-key", {"X-Key": "k1", "authorization": "Token t"})
        provider = make_provider(account, secrets)
        await provider.list_models()
        await events_of(provider, ask("m"))
        await probe_models(
            server.url, "sk-key", access=ServerAccess(headers=secrets.headers), has_native=False
        )
        requests = [visit.request for visit in server.visits]
    for request in requests:
        assert b"X-Key: k1\r\n" in request
        assert b"authorization: Token t\r\n" in request
        assert b"sk-key" not in request
    assert json.loads(requests[1].partition(b"\r\n\r\n")[2])["ttl"] == 60


@pytest.mark.parametrize("text", ["[1]", "{", "3", "null"])
def test_extra_body_that_is_no_object_raises(text):
    with pytest.raises(errors.InvalidAccountError):
        extra_body_of(text)


@pytest.mark.anyio
async def test_proxy_of_an_account_is_asked_with_its_login():
    async with fault_server(answers) as proxy:
        access = ServerAccess(proxy=proxy.url.replace("//", "//me:pw@"))
        provider = OpenAICompatibleProvider("http://llm.example.org", access=access)
        await events_of(provider, ask("m"))
        result = await probe_models("http://llm.example.org", access=access, has_native=False)
    assert [model.id for model in result.models] == ["m"]
    for visit in proxy.visits:
        assert b" http://llm.example.org/v1/" in visit.request
        assert b"Proxy-Authorization: Basic bWU6cHc=" in visit.request
    assert len(proxy.visits) == 2


@pytest.mark.anyio
async def test_proxy_that_wants_a_login_is_named():
    async def refuses(visit: Visit) -> None:
        await visit.send(http_reply(407, b"login"))

    async with fault_server(refuses) as proxy:
        access = ServerAccess(proxy=proxy.url)
        for url in ("http://llm.example.org", "https://llm.example.org"):
            provider = OpenAICompatibleProvider(url, access=access)
            _, error = await events_and_error(provider, ask("m"))
            assert isinstance(error, errors.ProxyAnsweredError)
            assert error.fields["status"] == 407


@pytest.mark.parametrize("kind", list(AccountKind))
def test_make_provider_of_every_kind_has_features(kind):
    provider = make_provider(Account(1, "a", kind, "http://127.0.0.1:1"), AccountSecrets())
    assert provider.features.params
    assert provider.exchanges == ()
