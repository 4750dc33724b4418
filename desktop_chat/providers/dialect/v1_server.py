"""One server that speaks the /v1 dialect: requests go out, chunks and events come in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    ConnectionLostError,
    ServerBusyError,
    ServerUnreachableError,
    UnreadableReplyError,
)
from desktop_chat.providers.dialect.chat_dialect import (
    USUAL_WORDING,
    ReplyReader,
    Wording,
    request_body,
)
from desktop_chat.providers.dialect.chunks import ChunkDecoder
from desktop_chat.providers.dialect.reply_stream import ReplyStream
from desktop_chat.providers.wire.access import DIRECT, ServerAccess
from desktop_chat.providers.wire.connection import Wire
from desktop_chat.providers.wire.http import transport_errors
from desktop_chat.providers.wire.json_reply import checked_json
from desktop_chat.providers.wire.retries import Retries

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    import httpx

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent
    from desktop_chat.providers.dialect.reply_stream import ReplyDecoder
    from desktop_chat.providers.wire.exchange_log import ExchangeRecord
    from desktop_chat.providers.wire.failures import Failures

logger = logging.getLogger(__name__)

CHAT_PATH = "/v1/chat/completions"

MAX_BODY_BYTES = 16 * 1024 * 1024
# For all but replies, which may take as long as they take.
SHORT_REQUEST_S = 30.0
LOADING_RETRY_S = 0.5


class V1Server:
    """The /v1 endpoints of one server.

    Args:
        base_url: As the user typed it.
        token: Sent as bearer token, if there is one.
        access: Headers, certificate and proxy.
        extra_body: Keys for every chat request, beside those of the dialect.
        wording: How this kind of server names parameters.
        loading_retry_s: First pause before a server that still loads its model is asked again.

    Raises:
        InvalidServerUrlError: The address cannot be used.
        InvalidRequestError: The token cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        extra_body: Mapping[str, Any] | None = None,
        access: ServerAccess = DIRECT,
        wording: Wording = USUAL_WORDING,
        loading_retry_s: float = LOADING_RETRY_S,
    ) -> None:
        self._wire = Wire(base_url, token, access)
        self.base_url = self._wire.url
        self._extra_body = dict(extra_body or {})
        self._wording = wording
        self._loading_retry_s = loading_retry_s

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges, oldest first."""
        return self._wire.log.exchanges

    async def get_json(self, path: str) -> Any:
        """Return the JSON that a GET brings; every failure is an `EngineError`."""
        try:
            return await self._request_json("GET", path, None, SHORT_REQUEST_S)
        except ConnectionLostError:
            # A server that is just starting drops its first connections; looking is harmless.
            return await self._request_json("GET", path, None, SHORT_REQUEST_S)

    async def post_json(
        self, path: str, body: dict[str, Any], *, limit_s: float | None = SHORT_REQUEST_S
    ) -> Any:
        """Return the JSON that a POST brings; every failure is an `EngineError`.

        `limit_s` is None where the server works for as long as it takes before it answers.
        """
        return await self._request_json("POST", path, body, limit_s)

    async def _request_json(
        self, method: str, path: str, body: dict[str, Any] | None, limit_s: float | None
    ) -> Any:
        failures = self._wire.failures(str(body.get("model", "")) if body else "")
        content = None if body is None else _encoded(body)
        has_answered = False
        try:
            async with asyncio.timeout(limit_s):
                response, record = await self._wire.send(method, path, content, failures)
                has_answered = True
                reply = await _read_all(response, record)
        except transport_errors() as error:
            raise failures.of_exception(error, has_answered=has_answered) from error
        return checked_json(failures, response.status_code, response.headers, reply)

    async def stream(
        self, request: ChatRequest, default_model: Callable[[], Awaitable[str]] | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; waits, and says so, while the server loads its model or is busy.

        `default_model` is asked when the request names no model.
        """
        if default_model is not None and not request.model_id:
            request = replace(request, model_id=await default_model())
        body = request_body(request, self._wording) | self._extra_body
        reader = ReplyReader(request.model_id)
        retries = Retries(self._loading_retry_s)
        has_begun = False
        while True:
            try:
                async with self.open(CHAT_PATH, body) as reply:
                    while (batch := await reply.next_batch()) is not None:
                        has_begun = True
                        for event in reader.read_all(batch):
                            yield event
                break
            except (ServerBusyError, ServerUnreachableError) as error:
                retry = None if has_begun else retries.after(error)
                if retry is None:
                    raise
                logger.debug("Nothing was started (%s): the request is sent again", error.code)
            yield retry.event
            await asyncio.sleep(retry.delay_s)
        for event in reader.end():
            yield event

    def open(
        self,
        path: str,
        body: dict[str, Any],
        make_decoder: Callable[[Failures], ReplyDecoder] = ChunkDecoder,
    ) -> ReplyStream:
        """Post `body` when entered; the chunks come by `next_batch`.

        `make_decoder` gives the decoder for the form in which this path answers.
        """
        failures = self._wire.failures(str(body.get("model", "")))
        return ReplyStream(self._wire, path, _encoded(body), failures, make_decoder(failures))

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._wire.aclose()


async def _read_all(response: httpx.Response, record: ExchangeRecord) -> bytes:
    body = bytearray()
    async with contextlib.aclosing(response):
        with record:
            async for data in response.aiter_raw():
                record.add(data)
                body += data
                if len(body) > MAX_BODY_BYTES:
                    raise UnreadableReplyError(detail="It is too long.")
        record.end()
    return bytes(body)


def _encoded(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half of a surrogate pair, which a paste can bring, has no UTF-8.
    return text.encode("utf-8", "replace")
