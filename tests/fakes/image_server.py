"""A web server for images on 127.0.0.1, written by hand so that it can also behave badly."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self

from tests.standin.http import Head, chunk, head_bytes, parse_head

HANG = b"\x00hang"
"""Ends a reply that never comes to its end."""
ENDLESS = b"\x00endless"
"""Ends a reply that goes on for ever."""


def image_reply(body: bytes, kind: str = "image/png", **fields: str) -> bytes:
    """A whole reply with a body."""
    more = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return (
        head_bytes(200, [("Content-Type", kind), ("Content-Length", str(len(body))), *more]) + body
    )


def redirect(target: str, status: int = 307, **fields: str) -> bytes:
    """A reply that leads elsewhere."""
    more = [(name.replace("_", "-"), value) for name, value in fields.items()]
    return head_bytes(status, [("Location", target), ("Content-Length", "0"), *more])


def endless_reply(kind: str = "image/png") -> bytes:
    """A reply whose body is sent until the client goes."""
    return head_bytes(200, [("Content-Type", kind), ("Transfer-Encoding", "chunked")]) + ENDLESS


class ImageServer:
    """`async with ImageServer() as server:`; replies by path, everything asked in `asked`."""

    def __init__(self) -> None:
        self.replies: dict[str, bytes] = {}
        self.asked: list[Head] = []
        self.sent = 0
        self._tasks: set[asyncio.Task[None] | None] = set()

    def add(self, path: str, reply: bytes) -> str:
        """Answer a path so from now on; return its address."""
        self.replies[path] = reply
        return self.url + path

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            if task is not None:
                task.cancel()
        await asyncio.wait_for(self._server.wait_closed(), 10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = parse_head((await reader.readuntil(b"\r\n\r\n"))[:-4])
        self.asked.append(head)
        missing = head_bytes(404, [("Content-Length", "0")])
        reply = self.replies.get(head.target, missing)
        writer.write(reply.removesuffix(HANG).removesuffix(ENDLESS))
        await writer.drain()
        if reply.endswith(HANG):
            await reader.read()
        while reply.endswith(ENDLESS):
            writer.write(chunk(bytes(65536)))
            self.sent += 65536
            await writer.drain()
