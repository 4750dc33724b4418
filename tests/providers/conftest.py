"""A server that plays any bytes; the stand-in comes from `tests/conftest.py`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager


@asynccontextmanager
async def _play_bytes(*replies: bytes) -> AsyncIterator[str]:
    """Answer the n-th connection with the n-th reply and close; yield the address."""
    left = list(replies)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        # Not drained: the client may go before it has read all.
        writer.write(left.pop(0) if left else b"")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
def play_bytes() -> Callable[..., AbstractAsyncContextManager[str]]:
    return _play_bytes
