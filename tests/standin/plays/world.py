"""What befalls the whole server, and switches that are not about lists."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from tests.standin.scenarios import event, switch

if TYPE_CHECKING:
    from tests.standin.server import StandIn
    from tests.standin.state import State

# More than the kernel keeps of connections that nobody accepts.
FILLERS = 4


@event("refused")
async def refused(server: StandIn, seconds: float = 0) -> None:
    """Nothing listens any more; after `seconds` it does again, 0 for never."""
    await server.go_down()
    if seconds:
        await asyncio.sleep(seconds / server.state.speed)
        await server.come_up()


@event("accept-not")
async def accept_not(server: StandIn) -> None:
    """The port is bound, its queue is full, and nobody accepts: a connection never comes about."""
    await server.go_down()
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((server.host, server.port))
        listener.listen(0)
        for _ in range(FILLERS):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((server.host, server.port))
        await loop.create_future()


@event("ipv6-only")
async def ipv6_only(server: StandIn) -> None:
    """The same port, on the loopback of IPv6 only."""
    await listen_on(server, "::1")


@event("localhost")
async def ipv4_only(server: StandIn) -> None:
    """The same port, on 127.0.0.1 only: for a client that says `localhost`."""
    await listen_on(server, "127.0.0.1")


async def listen_on(server: StandIn, host: str) -> None:
    """Move to another address."""
    await server.go_down()
    server.host = host
    await server.come_up()


@switch("auth-toggle")
def auth_toggle(state: State, *, token: str = "sk-lm-AbCdEfGh:0123456789", free: int = 1) -> None:
    """The first chat request (`free` of them) needs no token, all later ones do."""
    state.token = token
    state.free_requests = int(free)


@switch("bad-key")
def bad_key(state: State, *, token: str = "sk-lm-AbCdEfGh:0123456789") -> None:
    """A token is required: what a client sends for an odd key shows in the recorder."""
    state.token = token


@switch("keepalive-5s")
def keepalive(state: State, *, seconds: float = 5.0) -> None:
    """Idle connections are closed after `seconds`, which no speed divides."""
    state.idle_s = float(seconds)


@switch("stale-socket")
def stale_socket(state: State, *, count: int = 1) -> None:
    """A connection is reset just when its next request arrives, `count` times."""
    state.stale_resets = int(count)


@switch("cors-options")
def cors_off(state: State) -> None:
    """CORS is off: OPTIONS gets the answer of any unknown path."""
    state.cors = False


@switch("bad-url")
def bad_url(state: State) -> None:
    """Every list answers like a wrong path, as for a client with a wrong URL."""
    state.lists_trapped = True


@switch("request-shape")
def strict(state: State) -> None:
    """Refuse what no careful client sends: nulls, keys nobody meant, roles out of turn …"""
    state.strict = True


@switch("other-server")
def other_server(state: State, *, role: str = "llama-server") -> None:
    """Play another server; "" is LM Studio again."""
    state.role = role


@switch("server-loading")
def server_loading(state: State, *, count: int = 3) -> None:
    """A role's "Loading model" for so many requests, on every path."""
    state.loading_left = int(count)
