"""How this program speaks HTTP to model servers."""

from __future__ import annotations

import asyncio
import importlib
import socket
import weakref
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop_chat.domain.errors import InvalidRequestError
from desktop_chat.providers.wire.access import (
    DIRECT,
    ServerAccess,
    checked_headers,
    checked_proxy,
    environment_proxy,
)
from desktop_chat.providers.wire.urls import is_private_host

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

CONNECT_TIMEOUT_S = 5.0
WRITE_TIMEOUT_S = 60.0
# A server that went away without a word, as a machine that sleeps does, is noticed after a
# minute: so long nothing is sent, then so many questions at such intervals are not answered.
KEEPALIVE_IDLE_S = 30
KEEPALIVE_INTERVAL_S = 10
KEEPALIVE_PROBES = 3
# What a request needs beside httpx is imported by it only then.
HTTP_MODULES = (
    "httpx",
    "httpcore",
    "anyio._backends._asyncio",
    "desktop_chat.providers.wire.network",
)


def checked_token(token: str | None) -> str | None:
    """Return the token as it can stand in a header, or None when there is none.

    Raises:
        InvalidRequestError: The token holds characters that no header can carry.
    """
    token = (token or "").strip()
    if not token:
        return None
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidRequestError(detail="the API token holds a character that no token has.")
    return token


def make_client(
    base_url: str, token: str | None = None, access: ServerAccess = DIRECT
) -> httpx.AsyncClient:
    """Make a client for one server: no reply deadline, no redirects, no proxy to near hosts.

    Every request has a connection of its own. A kept one may be closed by the server just when
    a request is on its way, and a request that may have started must not be repeated.
    """
    import httpx

    from desktop_chat.providers.wire.network import PacedBackend

    parts = urlsplit(base_url)
    is_near = is_private_host(parts.hostname or "")
    headers = {"Accept-Encoding": "identity", "User-Agent": "desktop-chat"}
    token = checked_token(token)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    headers = _with(headers, checked_headers(access.headers))
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    proxy = checked_proxy(access.proxy) or ("" if is_near else environment_proxy(base_url))
    transport = httpx.AsyncHTTPTransport(
        verify=_tls_context(access.certificate, is_https=parts.scheme == "https"),
        trust_env=False,
        limits=limits,
        retries=0,
        proxy=proxy or None,
        socket_options=_keepalive_options(),
    )
    # The library takes a backend of one's own in its pools, but has no way to hand it down.
    transport._pool._network_backend = PacedBackend()
    return httpx.AsyncClient(
        base_url=base_url,
        headers=headers,
        timeout=httpx.Timeout(
            connect=CONNECT_TIMEOUT_S, read=None, write=WRITE_TIMEOUT_S, pool=None
        ),
        trust_env=False,
        follow_redirects=False,
        transport=transport,
    )


def transport_errors() -> tuple[type[Exception], ...]:
    """Return all that a request can raise, for an `except` clause.

    A port out of range comes as an exception group, a timeout of asyncio as an OSError.
    """
    import httpx

    return (
        httpx.HTTPError,
        httpx.InvalidURL,
        httpx.StreamError,
        OSError,
        ExceptionGroup,
        UnicodeError,
    )


class LoopClients:
    """One client for each event loop, made when a loop first asks.

    A client fails in any loop but its own, and outsiders call `asyncio.run` again and again.
    No connection outlives its request, so a loop may end without its client being closed.
    """

    def __init__(
        self, base_url: str, token: str | None = None, access: ServerAccess = DIRECT
    ) -> None:
        self._base_url = base_url
        self._token = token
        self._access = access
        self._clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            weakref.WeakKeyDictionary()
        )

    async def get(self) -> httpx.AsyncClient:
        """Return the client of the running loop; the first of a process is slow to get."""
        if not _import_http.cache_info().currsize:
            await asyncio.to_thread(_import_http)
        if urlsplit(self._base_url).scheme == "https" and not self._access.certificate:
            await https_context()
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = make_client(self._base_url, self._token, self._access)
            self._clients[loop] = client
        return client

    async def aclose(self) -> None:
        """Close the client of the running loop; the next request makes a new one."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.aclose()


async def https_context() -> ssl.SSLContext:
    """Return how servers of https are checked: made once, and not on the event loop."""
    if not _make_https_context.cache_info().currsize:
        await asyncio.to_thread(_make_https_context)
    return _make_https_context()


@cache
def _make_https_context() -> ssl.SSLContext:
    import ssl

    return ssl.create_default_context()


@cache
def _import_http() -> None:
    for name in HTTP_MODULES:
        importlib.import_module(name)


def tls_context(certificate: str) -> ssl.SSLContext:
    """Return how a server of https is checked: by the one trusted certificate, if there is one.

    Raises:
        InvalidAccountError: The trusted certificate cannot be read.
    """
    if not certificate:
        return _make_https_context()
    from desktop_chat.providers.wire.certificates import pinned_context

    return pinned_context(certificate)


def _with(headers: dict[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Add headers, which take the place of those of the same name however they are written."""
    names = {name.lower() for name in more}
    return {k: v for k, v in headers.items() if k.lower() not in names} | dict(more)


def _tls_context(certificate: str, *, is_https: bool) -> ssl.SSLContext:
    if is_https:
        return tls_context(certificate)
    import ssl

    # Never used over plain http, and without any authority it trusts nobody. Loading the
    # authorities would cost more than the rest of the client.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _keepalive_options() -> list[tuple[int, int, int]]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    # macOS calls the first one TCP_KEEPALIVE.
    idle = "TCP_KEEPIDLE" if hasattr(socket, "TCP_KEEPIDLE") else "TCP_KEEPALIVE"
    wanted = {
        idle: KEEPALIVE_IDLE_S,
        "TCP_KEEPINTVL": KEEPALIVE_INTERVAL_S,
        "TCP_KEEPCNT": KEEPALIVE_PROBES,
    }
    for name, value in wanted.items():
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options
