"""The network below the HTTP library: reads in steps of a frame, and no endless preludes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

MAX_INTERIM_REPLIES = 100
PROTOCOL = b"HTTP/"
# A head of a reply that is longer than this without an end is none.
MAX_PRELUDE_BYTES = 128 * 1024
# What comes within one frame of a screen is read at one go: waking up costs more than a token.
READ_GAP_S = 0.014
# With many replies at once the loop gets late; then each is read in longer steps.
MAX_READ_GAP_S = 0.05
LATENESS_FACTOR = 4.0
# The first words are never kept waiting, nor is what comes in bulk.
UNPACED_READS = 32
BULK_BYTES = 8 * 1024


class PacedBackend(httpcore.AnyIOBackend):
    """Connects as the library does, with streams of our own."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> PacedStream:
        """Connect to `host`."""
        stream = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return PacedStream(stream)


class PacedStream(httpcore.AsyncNetworkStream):
    """One connection, which serves one request.

    A server may send any number of interim replies before its answer, and the library would
    read them for ever.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._prelude: bytearray | None = bytearray()
        self._interim_replies = 0
        self._reads = 0
        self._next_read = 0.0
        self._gap_s = READ_GAP_S

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came since the last call, at least one byte but at the end."""
        if self._reads >= UNPACED_READS:
            await self._pause()
        data = await self._stream.read(max_bytes, timeout)
        self._reads += 1
        if self._reads >= UNPACED_READS and len(data) < BULK_BYTES:
            self._next_read = asyncio.get_running_loop().time() + self._gap_s
        if self._prelude is not None:
            self._check_prelude(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send `buffer`."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> PacedStream:
        """Go on encrypted."""
        return PacedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """Return what the library knows of the connection."""
        return self._stream.get_extra_info(info)

    async def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        delay = self._next_read - loop.time()
        if delay > 0:
            await asyncio.sleep(delay)
            late = loop.time() - self._next_read
            wanted = min(READ_GAP_S + LATENESS_FACTOR * max(late, 0.0), MAX_READ_GAP_S)
            self._gap_s = (self._gap_s + wanted) / 2

    def _check_prelude(self, data: bytes) -> None:
        prelude = self._prelude
        if prelude is None:
            return
        prelude += data
        if not PROTOCOL.startswith(prelude[:5]) and not prelude.startswith(PROTOCOL):
            raise httpcore.RemoteProtocolError("illegal first line of a reply")
        while prelude[:7] == b"HTTP/1." and prelude[9:10] == b"1":
            end = prelude.find(b"\r\n\r\n")
            if end < 0:
                break
            del prelude[: end + 4]
            self._interim_replies += 1
        else:
            if len(prelude) >= 10:
                self._prelude = None
        if self._interim_replies > MAX_INTERIM_REPLIES or len(prelude) > MAX_PRELUDE_BYTES:
            raise httpcore.RemoteProtocolError("illegal number of interim replies")
