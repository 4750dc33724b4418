"""The client for model servers."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
import threading

import httpcore
import httpx
import pytest

from desktop_chat.domain.errors import InvalidRequestError
from desktop_chat.providers.probe import probe_models
from desktop_chat.providers.wire import http
from desktop_chat.providers.wire.access import ServerAccess
from desktop_chat.providers.wire.http import LoopClients, checked_token, https_context, make_client
from desktop_chat.providers.wire.network import PacedBackend


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
    transport = make_client(url)._transport
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    pool = transport._pool
    assert isinstance(pool, httpcore.AsyncHTTPProxy) is not is_near


@pytest.mark.parametrize("proxy", ["", "http://127.0.0.1:9"])
def test_make_client_puts_the_paced_network_in_the_place_of_the_librarys(proxy):
    usual = httpx.AsyncHTTPTransport(proxy=proxy or None)._pool
    assert isinstance(usual._network_backend, httpcore.AsyncNetworkBackend)
    transport = make_client("https://example.org", access=ServerAccess(proxy=proxy))._transport
    assert isinstance(transport, httpx.AsyncHTTPTransport)
    assert type(transport._pool) is type(usual)
    assert isinstance(transport._pool._network_backend, PacedBackend)


def test_loop_clients_each_loop_has_its_own():
    clients = LoopClients("http://127.0.0.1:1")

    async def get():
        client = await clients.get()
        assert await clients.get() is client
        return client

    assert asyncio.run(get()) is not asyncio.run(get())


def test_loop_clients_after_close_makes_a_new_one():
    clients = LoopClients("http://127.0.0.1:1")

    async def get_close_get():
        first = await clients.get()
        await clients.aclose()
        await clients.aclose()
        assert first.is_closed
        assert await clients.get() is not first

    asyncio.run(get_close_get())


@pytest.fixture
def context_threads(monkeypatch):
    """The threads in which a context for https was made."""
    made = ssl.create_default_context
    threads = []

    def create_default_context():
        threads.append(threading.current_thread())
        return made()

    monkeypatch.setattr(ssl, "create_default_context", create_default_context)
    http._make_https_context.cache_clear()
    yield threads
    http._make_https_context.cache_clear()


def test_https_context_is_made_once_and_off_the_loop(context_threads, refused_url):
    async def look_and_ask():
        url = refused_url.replace("http:", "https:")
        for _ in range(2):
            assert (await probe_models(url)).error is not None
        await LoopClients(url).get()
        assert await https_context() is await https_context()

    asyncio.run(look_and_ask())
    assert len(context_threads) == 1
    assert context_threads != [threading.main_thread()]


FIRST_REQUEST = """
import asyncio, sys, threading
from desktop_chat.providers.lm_studio import LMStudioAPIProvider

SLOW = ("httpx", "httpcore", "anyio")

class Watcher:
    threads = {}

    def find_spec(self, name, path=None, target=None):
        if name in SLOW:
            self.threads[name] = threading.current_thread()

sys.meta_path.insert(0, Watcher())
provider = LMStudioAPIProvider(sys.argv[1])
assert not Watcher.threads
for _ in range(2):
    asyncio.run(provider.list_models())
assert set(Watcher.threads) == set(SLOW)
assert threading.main_thread() not in Watcher.threads.values(), Watcher.threads
"""


def test_first_request_imports_the_http_library_off_the_loop(standin_thread):
    command = [sys.executable, "-W", "error", "-c", FIRST_REQUEST, standin_thread.url]
    subprocess.run(command, check=True)
