"""HTTP/1.1 by hand: only so can the stand-in decide where writes split and how a stream ends."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import socket
import struct
import time
from base64 import b64encode
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.recorder import RecordedRequest

LAST_CHUNK = b"0\r\n\r\n"
REASONS = {
    200: "OK",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    307: "Temporary Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class ClientGoneError(Exception):
    """The client closed the connection; nobody listens to the rest of the answer."""


class BadRequestError(Exception):
    """These bytes are not HTTP/1.x."""


@dataclass(frozen=True, slots=True)
class Head:
    """Request line and header fields."""

    method: str
    target: str
    version: str
    fields: list[tuple[str, str]]

    @property
    def headers(self) -> dict[str, str]:
        """Fields by lower-case name."""
        return {name.lower(): value for name, value in self.fields}


def parse_head(data: bytes) -> Head:
    """Parse everything before the blank line."""
    lines = data.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(lines[0])
    fields = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(line)
        fields.append((name, value.strip()))
    return Head(parts[0], parts[1], parts[2], fields)


def dump_json(value: Any, indent: int | None = None) -> str:
    """Write JSON as `JSON.stringify` does: raw Unicode, but lone surrogates escaped."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def head_bytes(status: int, fields: list[tuple[str, str]]) -> bytes:
    """Write a status line and header fields."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def cors_fields(is_on: bool) -> list[tuple[str, str]]:
    """The two fields LM Studio adds to every reply while CORS is switched on."""
    if not is_on:
        return []
    return [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*")]


def stream_head(
    *,
    cors: bool = False,
    content_type: str = "text/event-stream",
    framing: tuple[str, str] = ("Transfer-Encoding", "chunked"),
    more: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """The head of LM Studio's event streams, or one with another type or framing."""
    fields = [("X-Powered-By", "Express"), *cors_fields(cors)]
    if content_type:
        fields.append(("Content-Type", content_type))
    fields.append(("Cache-Control", "no-cache"))
    if framing[0] != "Connection":
        fields.append(("Connection", "keep-alive"))
    fields += [("Date", formatdate(usegmt=True)), framing, *more]
    return head_bytes(200, fields)


def json_reply(status: int, value: Any, *, indent: int = 2, cors: bool = False) -> bytes:
    """A whole JSON reply of Express."""
    body = dump_json(value, indent).encode()
    return body_reply(status, body, "application/json; charset=utf-8", cors=cors)


def body_reply(
    status: int,
    body: bytes,
    content_type: str,
    *,
    cors: bool = False,
    more: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A whole reply of Express with any body."""
    digest = b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()[:27]
    fields = [("X-Powered-By", "Express"), *cors_fields(cors)]
    fields += [
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
        ("ETag", f'W/"{len(body):x}-{digest}"'),
        ("Date", formatdate(usegmt=True)),
        ("Connection", "keep-alive"),
        ("Keep-Alive", "timeout=5"),
        *more,
    ]
    return head_bytes(status, fields) + body


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Wire:
    """One TCP connection: a pump that reads all the time, and writes that notice a client gone.

    The pump is what makes the client's close visible at once, also while nothing is being sent.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self.gone = asyncio.Event()
        self.record: RecordedRequest | None = None
        self.is_ended = False

    async def pump(self) -> None:
        """Read until the other side closes; then note that in the record and set `gone`."""
        how = "FIN"
        try:
            while data := await self._reader.read(65536):
                self._buffer += data
                self._arrived.set()
        except OSError:
            how = "RST"
        if self.record is not None and not self.is_ended:
            self.record.client_closed_at = time.monotonic()
            self.record.closed_by = how
        self.gone.set()
        self._arrived.set()

    async def _more(self) -> None:
        """Wait for bytes beyond those in the buffer."""
        self._arrived.clear()
        if self.gone.is_set():
            raise ClientGoneError
        await self._arrived.wait()

    async def wait_for_bytes(self, idle_s: float | None) -> bool:
        """Return False if nothing comes within `idle_s`, or nothing can come any more."""
        try:
            async with asyncio.timeout(idle_s):
                while not self._buffer:
                    await self._more()
        except (TimeoutError, ClientGoneError):
            return False
        return True

    async def read_head(self) -> Head:
        """Read up to the blank line."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if self._buffer and not 65 <= self._buffer[0] <= 90:
                raise BadRequestError(bytes(self._buffer[:40]))
            await self._more()
        head = parse_head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        return head

    async def read_body(self, headers: dict[str, str]) -> bytes:
        """Read the body of a request, by length or in chunks."""
        if headers.get("expect", "").lower() == "100-continue":
            await self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return await self._exactly(int(headers.get("content-length", "0")))
        body = b""
        while size := int((await self._line()).split(b";")[0], 16):
            body += await self._exactly(size)
            await self._line()
        while await self._line():
            pass  # trailer fields
        return body

    async def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._more()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    async def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    async def write(self, data: bytes) -> None:
        """Hand one write to TCP; raise `ClientGoneError` if nobody is there."""
        if self.gone.is_set() or self._writer.is_closing():
            raise ClientGoneError
        self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise ClientGoneError from error

    def cut(self) -> None:
        """End the connection with FIN, whatever has been sent."""
        self.is_ended = True
        self._writer.close()

    def reset(self) -> None:
        """End the connection with RST."""
        self.is_ended = True
        sock = self._writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def wait_until_gone(self) -> None:
        """Give the pump the time to see how the client went."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self.gone.wait()

    async def aclose(self) -> None:
        """Let go of the socket; what was written still goes out if the client reads it."""
        self.is_ended = True
        self._writer.close()
        try:
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
        except OSError:
            pass  # a time-out is an OSError too: nobody reads the rest
        finally:
            self._writer.transport.abort()
            await asyncio.sleep(0)  # the transport closes its socket in the next round
