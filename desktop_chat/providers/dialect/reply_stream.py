"""One request for a reply, from its first byte out to the last chunk in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Protocol, Self

from desktop_chat.domain.errors import ConnectionLostError, EngineError, UnreadableReplyError
from desktop_chat.providers.wire.http import transport_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from desktop_chat.providers.dialect.chunks import Chunk
    from desktop_chat.providers.wire.connection import Wire
    from desktop_chat.providers.wire.exchange_log import ExchangeRecord
    from desktop_chat.providers.wire.failures import Failures

logger = logging.getLogger(__name__)

MAX_ERROR_BYTES = 64 * 1024
ERROR_BODY_S = 5.0
# How long the usage, or the end mark, may come after the finish reason.
AFTER_FINISH_S = 5.0


class ReplyDecoder(Protocol):
    """What makes chunks of the bytes of a reply; see `ChunkDecoder`."""

    error: EngineError | None
    is_done: bool
    has_finish: bool

    def feed(self, data: bytes) -> list[Chunk]:
        """Return the chunks that `data` completes."""
        ...

    def flush(self) -> list[Chunk]:
        """Return the last chunks at the end of the connection."""
        ...


class ReplyStream:
    """The chunks of one reply: `async with` sends the request and closes its connection.

    Not an async generator on purpose: scripts that leave a loop by `break` have only their own
    one to be finalised, and nested ones get into each other's way when the loop ends.
    """

    def __init__(
        self, wire: Wire, path: str, body: bytes, failures: Failures, decoder: ReplyDecoder
    ) -> None:
        self._wire = wire
        self._path = path
        self._body = body
        self._failures = failures
        self._decoder = decoder
        self._is_over = False
        self._response: httpx.Response
        self._record: ExchangeRecord
        self._raw: AsyncIterator[bytes]

    async def __aenter__(self) -> Self:
        self._response, self._record = await self._wire.send(
            "POST", self._path, self._body, self._failures
        )
        async with contextlib.AsyncExitStack() as unless_good:
            unless_good.push_async_callback(self._response.aclose)
            unless_good.enter_context(self._record)
            await self._check_head()
            unless_good.pop_all()
        self._raw = self._response.aiter_raw()
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        # The connection first, which closes before this waits for anything: a script that left
        # its loop by `break` ends without ever waiting again.
        self._record.end(error)
        connection = self._response.extensions.get("network_stream")
        if connection is not None:
            await connection.aclose()
        await self._response.aclose()

    async def next_batch(self) -> list[Chunk] | None:
        """Return the chunks that came in next, or None after a good end.

        There is no deadline: a server may read a long prompt for minutes.

        Raises:
            EngineError: After all chunks that arrived before it were returned.
        """
        decoder = self._decoder
        while True:
            if decoder.error is not None:
                raise decoder.error
            if self._is_over:
                return None
            try:
                data = await self._next_data()
            except transport_errors() as error:
                if decoder.has_finish:
                    logger.debug("The connection ended roughly after the finish reason")
                    return None
                raise self._failures.of_exception(error, has_answered=True) from error
            if data is None:
                batch = self._flush()
            else:
                self._record.add(data)
                batch = decoder.feed(data)
            self._is_over = self._is_over or decoder.is_done
            if batch:
                return batch

    async def _next_data(self) -> bytes | None:
        """Return what comes next, or None at the end; once the reply has ended, do not wait."""
        try:
            if not self._decoder.has_finish:
                return await anext(self._raw)
            async with asyncio.timeout(AFTER_FINISH_S):
                return await anext(self._raw)
        except (StopAsyncIteration, TimeoutError):
            return None

    def _flush(self) -> list[Chunk]:
        self._is_over = True
        decoder = self._decoder
        batch = decoder.flush()
        if decoder.error is None and not (decoder.is_done or decoder.has_finish):
            decoder.error = ConnectionLostError(url=self._failures.url)
        return batch

    async def _check_head(self) -> None:
        response = self._response
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise UnreadableReplyError(detail="It is compressed, which was not asked for.")
        if not 200 <= response.status_code < 300:
            body = await self._read_error_body()
            raise self._failures.of_response(response.status_code, response.headers, body)

    async def _read_error_body(self) -> bytes:
        """Return as much of the body as an error can need; the status tells enough without it."""
        body = bytearray()
        try:
            async with asyncio.timeout(ERROR_BODY_S):
                async for data in self._response.aiter_raw():
                    self._record.add(data)
                    body += data
                    if len(body) > MAX_ERROR_BYTES:
                        break
        except transport_errors():
            logger.debug("The body of an error was cut")
        return bytes(body)
