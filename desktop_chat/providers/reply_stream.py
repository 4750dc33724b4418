"""One request for a reply, from its first byte out to the last chunk in."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Self

from desktop_chat.domain.errors import ConnectionLostError, UnreadableReplyError
from desktop_chat.providers.chunks import ChunkDecoder
from desktop_chat.providers.http import transport_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from desktop_chat.providers.chunks import Chunk
    from desktop_chat.providers.failures import Failures
    from desktop_chat.providers.http import LoopClients

logger = logging.getLogger(__name__)

MAX_ERROR_BYTES = 64 * 1024
ERROR_BODY_S = 5.0
# How long the usage, or the end mark, may come after the finish reason.
AFTER_FINISH_S = 5.0


class ReplyStream:
    """The chunks of one reply: `async with` sends the request and closes its connection.

    Not an async generator on purpose: scripts that leave a loop by `break` have only their own
    one to be finalised, and nested ones get into each other's way when the loop ends.
    """

    def __init__(self, clients: LoopClients, path: str, body: bytes, failures: Failures):
        self._clients = clients
        self._path = path
        self._body = body
        self._failures = failures
        self._decoder = ChunkDecoder(failures)
        self._is_over = False
        self._response: httpx.Response
        self._raw: AsyncIterator[bytes]

    async def __aenter__(self) -> Self:
        headers = {"Content-Type": "application/json"}
        client = await self._clients.get()
        try:
            request = client.build_request("POST", self._path, content=self._body, headers=headers)
            self._response = await client.send(request, stream=True)
        except transport_errors() as error:
            raise self._failures.of_exception(error) from error
        try:
            await _check_head(self._response, self._failures)
        except BaseException:
            await self._response.aclose()
            raise
        self._raw = self._response.aiter_raw()
        return self

    async def __aexit__(self, *_: object) -> None:
        # The connection first, which closes before this waits for anything: a script that left
        # its loop by `break` ends without ever waiting again.
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
            batch = self._flush() if data is None else decoder.feed(data)
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


async def _check_head(response: httpx.Response, failures: Failures) -> None:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise UnreadableReplyError(detail="It is compressed, which was not asked for.")
    if not 200 <= response.status_code < 300:
        body = await _read_error_body(response)
        raise failures.of_response(response.status_code, response.headers, body)


async def _read_error_body(response: httpx.Response) -> bytes:
    """Return as much of the body as an error can need; the status tells enough without it."""
    body = bytearray()
    try:
        async with asyncio.timeout(ERROR_BODY_S):
            async for data in response.aiter_raw():
                body += data
                if len(body) > MAX_ERROR_BYTES:
                    break
    except transport_errors():
        logger.debug("The body of an error was cut")
    return bytes(body)
