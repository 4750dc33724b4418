"""The client for model servers."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.errors import InvalidRequestError
from desktop_chat.providers.http import LoopClients, checked_token, make_client


@pytest.mark.parametrize(("token", "expected"), [(None, None), (" ", None), (" a:b\n", "a:b")])
def test_checked_token_is_stripped(token, expected):
    assert checked_token(token) == expected


@pytest.mark.parametrize("token", ["é", "a b", "a\nb", "a\x00"])
def test_checked_token_no_header_can_carry_raises_without_it(token):
    with pytest.raises(InvalidRequestError) as caught:
        checked_token(token)
    assert token not in str(caught.value)


def test_make_client_has_no_reply_deadline():
    client = make_client("http://127.0.0.1:1234", "abc")
    assert (client.timeout.connect, client.timeout.read) == (5.0, None)
    assert client.headers["Authorization"] == "Bearer abc"
    assert client.headers["Accept-Encoding"] == "identity"
    assert not client.follow_redirects


def test_make_client_without_token_sends_no_authorization():
    assert "Authorization" not in make_client("http://127.0.0.1:1234").headers


@pytest.mark.parametrize(
    ("url", "is_near"),
    [("http://127.0.0.1:1", True), ("http://nas:1", True), ("https://example.org", False)],
)
def test_make_client_only_far_hosts_use_the_proxy(url, is_near, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = make_client(url)
    assert client.trust_env is not is_near
    assert bool(client._mounts) is not is_near


def test_loop_clients_each_loop_has_its_own():
    clients = LoopClients("http://127.0.0.1:1")

    async def get():
        assert clients.get() is clients.get()
        return clients.get()

    assert asyncio.run(get()) is not asyncio.run(get())


def test_loop_clients_after_close_makes_a_new_one():
    clients = LoopClients("http://127.0.0.1:1")

    async def get_close_get():
        first = clients.get()
        await clients.aclose()
        await clients.aclose()
        assert first.is_closed
        assert clients.get() is not first

    asyncio.run(get_close_get())
