"""A server that does whatever a test scripts with its connections."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.providers.replies import delta

if TYPE_CHECKING:
    import ssl

SSE_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
OPEN_HEAD = SSE_HEAD + b"\r\n"
CHUNKED_HEAD = SSE_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@dataclass
class Visit:
    """One connection and what came in on it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: bytes = b""
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def until_gone(self) -> None:
        """Wait until the client closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass
        self.gone.set()

    def reset(self) -> None:
        """Break the connection as a machine does that goes down."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


Script = Callable[[Visit], Awaitable[None]]


@dataclass
class FaultServer:
    """Its address, and who came."""

    url: str
    visits: list[Visit] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def fault_server(
    script: Script, *, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[FaultServer]:
    """Play `script` on each connection, after its request came in, and close it then."""
    played = FaultServer("")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = Visit(reader, writer)
        played.visits.append(visit)
        try:
            visit.request = await _request(reader)
            played.came.set()
            await script(visit)
        except (asyncio.IncompleteReadError, ConnectionError):
            visit.gone.set()
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port, ssl=tls)
    scheme = "http" if tls is None else "https"
    async with server:
        played.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield played
        for visit in played.visits:
            visit.writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head


def frame(payload: object) -> bytes:
    text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    return f"data: {text}\n\n".encode()


def chunk(data: bytes) -> bytes:
    """One piece of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def words(*texts: str) -> bytes:
    return b"".join(frame(delta(text)) for text in texts)
