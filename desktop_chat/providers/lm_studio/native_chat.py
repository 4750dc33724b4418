"""Replies by LM Studio's native API, which tells of loading the model and reading the prompt."""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import (
    EngineError,
    EngineFailedError,
    ModelCrashedError,
    ModelLoadFailedError,
    ModelNotFoundError,
    NoModelLoadedError,
    NotAServerError,
    OutOfMemoryError,
    ParameterRefusedError,
    ServerBusyError,
    ServerUnreachableError,
    UnauthorizedError,
    WrongPathError,
)
from desktop_chat.providers.lm_studio.native_decoder import NativeDecoder
from desktop_chat.providers.lm_studio.native_reader import NativeReader
from desktop_chat.providers.lm_studio.routes import for_v1, loading_body, native_body

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent
    from desktop_chat.providers.dialect.v1_server import V1Server
    from desktop_chat.providers.lm_studio.known import KnownServer

logger = logging.getLogger(__name__)

NATIVE_CHAT_PATH = "/api/v1/chat"
# What the native API does not take, `/v1` may.
REFUSALS = (
    WrongPathError,
    NotAServerError,
    ParameterRefusedError,
    ModelNotFoundError,
    ServerBusyError,
)
# Why there is no model in memory now; asking again would only take as long again.
NO_LOAD = (
    ServerUnreachableError,
    UnauthorizedError,
    NoModelLoadedError,
    ModelLoadFailedError,
    ModelCrashedError,
    OutOfMemoryError,
)
REFUSING_STATUS = (400, 404, 405, 422, 501)


class NativeChat:
    """The native chat of one server, with `/v1` where it does not take a request."""

    def __init__(self, server: V1Server, known: KnownServer) -> None:
        self._server = server
        self._known = known

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; a request that is refused at once goes to `/v1` instead."""
        model_id = request.model_id
        reader = NativeReader(model_id, request.params.max_tokens)
        body = native_body(request, self._known.model(model_id))
        try:
            async with self._server.open(NATIVE_CHAT_PATH, body, NativeDecoder) as reply:
                while (batch := await reply.next_batch()) is not None:
                    for event in reader.read_all(batch):
                        yield event
            self._known.note_loaded(model_id)
        except EngineError as error:
            if reader.has_begun or not self._is_refusal(error):
                raise
        else:
            for event in reader.end():
                yield event
            return
        async with aclosing(self._server.stream(for_v1(request, self._known))) as events:
            async for event in events:
                yield event

    async def stream_once_loaded(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Have the model loaded, which only the native API tells about, then ask `/v1`.

        The word that does it is sent as any request, so the server loads, evicts and forgets as
        it is set to; it is taken back as soon as the model is there.
        """
        reader = NativeReader(request.model_id)
        try:
            body = loading_body(request.model_id)
            async with self._server.open(NATIVE_CHAT_PATH, body, NativeDecoder) as reply:
                while not reader.is_loaded and (batch := await reply.next_batch()) is not None:
                    for chunk in batch:
                        events = reader.read(chunk)
                        if reader.is_loaded:
                            break
                        for event in events:
                            yield event
            self._known.note_loaded(request.model_id)
        except NO_LOAD:
            raise
        except EngineError as error:
            # The request itself will tell, if it is more than this API's own trouble.
            self._is_refusal(error)
        async with aclosing(self._server.stream(for_v1(request, self._known))) as replies:
            async for event in replies:
                yield event

    def _is_refusal(self, error: EngineError) -> bool:
        if isinstance(error, WrongPathError):
            self._known.note_no_native_chat()
        if isinstance(error, EngineFailedError):
            is_refusal = error.fields.get("status") in REFUSING_STATUS
        else:
            is_refusal = isinstance(error, REFUSALS)
        if is_refusal:
            logger.debug("The native API does not take the request: %s", error.code)
        return is_refusal
