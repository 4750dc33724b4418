"""The little of HTTP/1.1 that a short JSON reply needs, on plain asyncio streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

MAX_BODY_BYTES = 16 * 1024 * 1024
MAX_HEADERS = 100
MAX_INTERIM_REPLIES = 100


class HeadError(Exception):
    """What came is no HTTP, or more of it than any server sends."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of a reply; header names in lower case."""

    status: int
    headers: dict[str, str]


def get_request(target: str, host: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Return the bytes of a GET that asks for JSON.

    Args:
        target: The path.
        host: With the port, as the header of that name has it.
        headers: Sent besides.
    """
    # Without "Connection: close": some servers then never end the reply.
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {host}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "User-Agent: desktop-chat",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii", "replace")


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Read up to the end of the headers, past interim replies.

    Raises:
        HeadError: It is no HTTP.
        EOFError: The connection ended.
    """
    for _ in range(MAX_INTERIM_REPLIES):
        line = await _line(reader)
        protocol, _, rest = line.partition(" ")
        status = rest[:3]
        if not protocol.startswith("HTTP/1.") or not (status.isascii() and status.isdigit()):
            raise HeadError
        headers = await _headers(reader)
        if int(status) >= 200:
            return Head(int(status), headers)
    raise HeadError


async def read_body(reader: asyncio.StreamReader, head: Head) -> bytes:
    """Read the body by its length, by its chunks, or up to the end of the connection.

    Raises:
        HeadError: It is not framed as HTTP, or too long.
        EOFError: The connection ended before the body did.
    """
    if head.status in (204, 304):
        return b""
    if head.headers.get("transfer-encoding", "").lower() == "chunked":
        return await _chunked_body(reader)
    length = head.headers.get("content-length")
    if length is not None:
        return await reader.readexactly(_size(length, 10))
    body = bytearray()
    while data := await reader.read(65536):
        body += data
        if len(body) > MAX_BODY_BYTES:
            raise HeadError
    return bytes(body)


async def _chunked_body(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := _size((await _line(reader)).partition(";")[0], 16):
        if len(body) + size > MAX_BODY_BYTES:
            raise HeadError
        body += await reader.readexactly(size)
        await _line(reader)
    return bytes(body)


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MAX_HEADERS):
        line = await _line(reader)
        if not line:
            return headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    raise HeadError


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        line = await reader.readline()
    except ValueError as error:
        raise HeadError from error
    if not line.endswith(b"\n"):
        if line:
            raise HeadError
        raise EOFError
    return line.decode("latin-1").rstrip("\r\n")


def _size(text: str, base: int) -> int:
    try:
        size = int(text, base)
    except ValueError as error:
        raise HeadError from error
    if not 0 <= size <= MAX_BODY_BYTES:
        raise HeadError
    return size
