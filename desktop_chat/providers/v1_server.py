"""One server that speaks the /v1 dialect: requests go out, chunks and events come in."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import UnreadableReplyError
from desktop_chat.domain.stream import ModelLoading
from desktop_chat.providers.access import DIRECT, ServerAccess
from desktop_chat.providers.chat_dialect import ReplyReader, request_body
from desktop_chat.providers.failures import Failures, ModelStillLoadingError
from desktop_chat.providers.http import LoopClients, checked_token, transport_errors
from desktop_chat.providers.json_reply import checked_json
from desktop_chat.providers.reply_stream import ReplyStream
from desktop_chat.providers.urls import normalise_base_url

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

    import httpx

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent

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
        loading_retry_s: Pause between two requests to a server that still loads its model.

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
        loading_retry_s: float = LOADING_RETRY_S,
    ) -> None:
        self.base_url = normalise_base_url(base_url)
        self._token = checked_token(token)
        self._extra_body = dict(extra_body or {})
        self._access = access
        self._loading_retry_s = loading_retry_s
        self._clients = LoopClients(self.base_url, self._token)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges, oldest first."""
        return ()

    async def get_json(self, path: str) -> Any:
        """Return the JSON that a GET brings; every failure is an `EngineError`."""
        failures = Failures(self.base_url, token=self._token)
        has_answered = False
        try:
            client = await self._clients.get()
            async with (
                asyncio.timeout(SHORT_REQUEST_S),
                client.stream("GET", path) as response,
            ):
                has_answered = True
                body = await _read_up_to(response, MAX_BODY_BYTES)
        except transport_errors() as error:
            raise failures.of_exception(error, has_answered=has_answered) from error
        return checked_json(failures, response.status_code, response.headers, body)

    async def stream(
        self, request: ChatRequest, default_model: Callable[[], Awaitable[str]] | None = None
    ) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; waits, and says so, while the server loads its model.

        `default_model` is asked when the request names no model.
        """
        if default_model is not None and not request.model_id:
            request = replace(request, model_id=await default_model())
        body = request_body(request) | self._extra_body
        reader = ReplyReader(request.model_id)
        while True:
            try:
                async with self.open(CHAT_PATH, body) as reply:
                    while (batch := await reply.next_batch()) is not None:
                        for chunk in batch:
                            for event in reader.read(chunk):
                                yield event
                break
            except ModelStillLoadingError:
                # Nothing was started, so the request may be sent again.
                logger.debug("The server still loads its model")
            yield ModelLoading()
            await asyncio.sleep(self._loading_retry_s)
        for event in reader.end():
            yield event

    def open(self, path: str, body: dict[str, Any]) -> ReplyStream:
        """Post `body` when entered; the chunks come by `next_batch`."""
        failures = Failures(self.base_url, str(body.get("model", "")), self._token)
        return ReplyStream(self._clients, path, _encoded(body), failures)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._clients.aclose()


async def _read_up_to(response: httpx.Response, limit: int) -> bytes:
    body = bytearray()
    async for data in response.aiter_raw():
        body += data
        if len(body) > limit:
            raise UnreadableReplyError(detail="It is too long.")
    return bytes(body)


def _encoded(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half of a surrogate pair, which a paste can bring, has no UTF-8.
    return text.encode("utf-8", "replace")
