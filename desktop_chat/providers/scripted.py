"""An engine that plays a script, for tests and for the self-check."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import ALL_PARAMS, EngineFeatures
from desktop_chat.domain.errors import EmptyReplyError
from desktop_chat.domain.model_info import ModelInfo, ModelKind

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent


SCRIPTED_MODEL = ModelInfo("scripted", "Scripted", ModelKind.CHAT, is_loaded=True)


class ScriptedProvider:
    """Plays one script for each reply, in the order they were given.

    Attributes:
        requests: What was asked, in order.
        closed_streams: How many replies have ended, in whatever way.
        is_closed: `aclose` was called.
    """

    def __init__(
        self,
        *scripts: Sequence[StreamEvent | Exception | float],
        models: Iterable[ModelInfo] = (SCRIPTED_MODEL,),
    ) -> None:
        self.requests: list[ChatRequest] = []
        self.closed_streams = 0
        self.is_closed = False
        self._scripts = list(scripts)
        self._models = list(models)

    def enqueue(self, *steps: StreamEvent | Exception | float) -> None:
        """Add the script of one more reply."""
        self._scripts.append(steps)

    @property
    def features(self) -> EngineFeatures:
        """All parameters are taken, and none matters."""
        return EngineFeatures(params=ALL_PARAMS)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """None: nothing goes over a wire."""
        return ()

    async def list_models(self) -> list[ModelInfo]:
        """Return the models given."""
        return list(self._models)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Play the next script; without one the reply is empty."""
        self.requests.append(request)
        steps = self._scripts.pop(0) if self._scripts else (EmptyReplyError(),)
        try:
            for step in steps:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, (int, float)):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.closed_streams += 1

    async def aclose(self) -> None:
        """Note that the provider was closed."""
        self.is_closed = True
