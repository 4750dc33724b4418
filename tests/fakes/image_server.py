"""A web server for images on 127.0.0.1, written by hand so that it can also behave badly."""

from __future__ import annotations

import asyncio

from tests.fakes.played_server import PlayedServer
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


class ImageServer(PlayedServer):
    """`async with ImageServer() as server:`; replies by path, everything asked in `asked`."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: dict[str, bytes] = {}
        self.asked: list[Head] = []
        self.sent = 0

    def add(self, path: str, reply: bytes) -> str:
        """Answer a path so from now on; return its address."""
        self.replies[path] = reply
        return self.url + path

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
