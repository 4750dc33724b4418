"""Servers that speak the /v1 dialect: llama.cpp, vLLM, Ollama and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.providers.model_lists import models_of_openai
from desktop_chat.providers.v1_server import LOADING_RETRY_S, V1Server

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent


class OpenAICompatibleProvider:
    """A `Provider` for one server.

    Args:
        base_url: With or without `/v1`.
        token: Sent as bearer token.
        has_prompt_progress: Ask for llama.cpp's reports on reading the prompt; servers that
            do not know the key may refuse it.
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
        has_prompt_progress: bool = False,
        loading_retry_s: float = LOADING_RETRY_S,
    ) -> None:
        self._server = V1Server(
            base_url,
            token,
            extra_body={"return_progress": True} if has_prompt_progress else None,
            loading_retry_s=loading_retry_s,
        )

    async def list_models(self) -> list[ModelInfo]:
        """Return the server's models; whether one is loaded is not told there."""
        return models_of_openai(await self._server.get_json("/v1/models"))

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; see `Provider.stream`."""
        return self._server.stream(request)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._server.aclose()
