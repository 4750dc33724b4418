"""Fixtures for every test that needs an engine; `tests/conftest.py` loads them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.standin.server import StandIn
from tests.standin.thread import StandInThread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

# Minutes of silence pass in tenths of a second; rates are not changed by it.
SPEED = 200.0


@pytest.fixture
async def standin(anyio_backend: str) -> AsyncIterator[StandIn]:
    """A played LM Studio on the loop of the test."""
    async with StandIn(speed=SPEED) as server:
        yield server


@pytest.fixture
def standin_thread() -> Iterator[StandInThread]:
    """A played LM Studio on a loop and thread of its own."""
    with StandInThread(speed=SPEED) as server:
        yield server


@pytest.fixture
async def standin_proxy(anyio_backend: str) -> AsyncIterator[StandIn]:
    """A proxy that leads nowhere and records who came."""
    async with StandIn(always="proxy-env") as server:
        yield server


@pytest.fixture
def refused_url() -> Iterator[str]:
    """An address where nothing listens, and nothing else can start to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
