"""Servers that speak the /v1 dialect: llama.cpp, vLLM, Ollama and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.engine_features import ALL_PARAMS, OPENAI_PARAMS, EngineFeatures
from desktop_chat.providers.access import DIRECT, ServerAccess
from desktop_chat.providers.model_lists import models_of_openai
from desktop_chat.providers.v1_server import LOADING_RETRY_S, V1Server

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent


class OpenAICompatibleProvider:
    """A `Provider` for one server.

    Args:
        base_url: With or without `/v1`.
        token: Sent as bearer token.
        kind: What speaks there; some servers know more than the dialect.
        access: Headers, certificate and proxy.
        loading_retry_s: Pause before a server that still loads its model is asked again.

    Raises:
        InvalidServerUrlError: The address cannot be used.
        InvalidRequestError: The token cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        kind: AccountKind = AccountKind.OTHER,
        access: ServerAccess = DIRECT,
        loading_retry_s: float = LOADING_RETRY_S,
    ) -> None:
        is_llama = kind is AccountKind.LLAMA_SERVER
        # Reports on reading the prompt; servers that do not know the key may refuse it.
        progress = {"return_progress": True} if is_llama else {}
        self._params = ALL_PARAMS if is_llama else OPENAI_PARAMS
        self._server = V1Server(
            base_url,
            token,
            extra_body=progress | dict(access.extra_body),
            access=access,
            loading_retry_s=loading_retry_s,
        )

    @property
    def features(self) -> EngineFeatures:
        """What the kind of server is known to understand."""
        return EngineFeatures(params=self._params)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges with the server."""
        return self._server.exchanges

    async def list_models(self) -> list[ModelInfo]:
        """Return the server's models; whether one is loaded is not told there."""
        return models_of_openai(await self._server.get_json("/v1/models"))

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; see `Provider.stream`."""
        return self._server.stream(request)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._server.aclose()
