"""LM Studio: for the program, and with `lm_studio_provider` for scripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.engine_features import ALL_PARAMS, EngineFeatures
from desktop_chat.providers.access import DIRECT, ServerAccess
from desktop_chat.providers.chat_dialect import completion_body
from desktop_chat.providers.merging import MergedReply
from desktop_chat.providers.model_lists import choose_loaded, find_models, models_of_openai
from desktop_chat.providers.v1_server import CHAT_PATH, LOADING_RETRY_S, V1Server

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent

DEFAULT_URL = "http://127.0.0.1:1234"
COMPLETION_PATH = "/v1/completions"

# Made at first access, by `__getattr__` below.
lm_studio_provider: LMStudioAPIProvider


class LMStudioAPIProvider:
    """A `Provider` for LM Studio's server, and its OpenAI endpoints as plain functions.

    One object serves any number of `asyncio.run` calls, one after the other. All functions
    raise the errors of `domain.errors`.

    Args:
        base_url: With or without `/v1`.
        model: Model for requests that name none; when empty, the loaded model is used.
        api_token: Needed only where LM Studio's authentication is on.
        access: Headers, certificate and proxy.
        loading_retry_s: Pause before a server that still loads its model is asked again.

    Raises:
        InvalidServerUrlError: The address cannot be used.
        InvalidRequestError: The token cannot be sent.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        model: str = "",
        api_token: str | None = None,
        *,
        access: ServerAccess = DIRECT,
        loading_retry_s: float = LOADING_RETRY_S,
    ) -> None:
        self._server = V1Server(
            base_url,
            api_token,
            extra_body=access.extra_body,
            access=access,
            loading_retry_s=loading_retry_s,
        )
        self._model_id = model.strip()

    @property
    def features(self) -> EngineFeatures:
        """What LM Studio understands."""
        return EngineFeatures(params=ALL_PARAMS)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The last exchanges with the server."""
        return self._server.exchanges

    @property
    def base_url(self) -> str:
        """The address in use, without `/v1`."""
        return self._server.base_url

    async def get_available_models(self) -> dict[str, Any]:
        """Return the reply of `/v1/models`: `{"data": [{"id": …}, …], "object": "list"}`."""
        reply: dict[str, Any] = await self._server.get_json("/v1/models")
        models_of_openai(reply)
        return reply

    async def chat_completion(
        self,
        messages: Sequence[dict[str, Any]],
        system_message: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        stream: bool = False,
    ) -> dict[str, Any]:
        """Return a reply as OpenAI's response dict.

        Args:
            messages: `{"role", "content"}` each, oldest first.
            system_message: Put before the messages.
            temperature: None leaves the server's own value, as does None for `max_tokens`.
            max_tokens: Longest reply.
            stream: Whether the reply travels in pieces; the result is the same. To see the
                pieces use `chat_completion_stream`.
        """
        body = await self._chat_body(
            messages, system_message, temperature, max_tokens, is_streamed=stream
        )
        return await self._whole_reply(CHAT_PATH, body)

    async def chat_completion_stream(
        self,
        messages: Sequence[dict[str, Any]],
        system_message: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Generate the chunks of a reply as dicts; the arguments are those of `chat_completion`.

        Ends after the last chunk, and raises if the reply ended without a finish reason or an
        end mark. Closing the generator stops LM Studio.
        """
        body = await self._chat_body(
            messages, system_message, temperature, max_tokens, is_streamed=True
        )
        async with self._server.open(CHAT_PATH, body) as reply:
            while (batch := await reply.next_batch()) is not None:
                for chunk in batch:
                    yield chunk

    async def simple_completion(
        self, prompt: str, temperature: float | None = None, max_tokens: int | None = None
    ) -> dict[str, Any]:
        """Continue `prompt` without a chat template, by `/v1/completions`.

        Returns:
            OpenAI's response dict; the text stands at `["choices"][0]["text"]`.
        """
        model_id = await self._default_model()
        body = completion_body(model_id, temperature, max_tokens, prompt=prompt)
        return await self._whole_reply(COMPLETION_PATH, body)

    async def list_models(self) -> list[ModelInfo]:
        """Return all models, with what the newest of the three lists tells of them."""
        return await find_models(self._server.get_json)

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; see `Provider.stream`. An empty model id means the loaded model."""
        return self._server.stream(request, self._default_model)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._server.aclose()

    async def _default_model(self) -> str:
        return self._model_id or choose_loaded(await self.list_models(), self.base_url)

    async def _chat_body(
        self,
        messages: Sequence[dict[str, Any]],
        system_message: str | None,
        temperature: float | None,
        max_tokens: int | None,
        *,
        is_streamed: bool,
    ) -> dict[str, Any]:
        model_id = await self._default_model()
        return completion_body(
            model_id,
            temperature,
            max_tokens,
            messages=_with_system_message(messages, system_message),
            stream=is_streamed,
        )

    async def _whole_reply(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        merged = MergedReply()
        async with self._server.open(path, body) as reply:
            while (batch := await reply.next_batch()) is not None:
                for chunk in batch:
                    merged.add(chunk)
        return merged.as_response()


def _with_system_message(
    messages: Sequence[dict[str, Any]], system_message: str | None
) -> list[dict[str, Any]]:
    """Put the system message first; many templates allow only one."""
    turns = [dict(message) for message in messages]
    if not system_message:
        return turns
    if turns and turns[0].get("role") == "system":
        turns[0]["content"] = f"{system_message}\n\n{turns[0].get('content') or ''}".rstrip()
        return turns
    return [{"role": "system", "content": system_message}, *turns]


def _provider_from_environment() -> LMStudioAPIProvider:
    """Read the environment, and `.env` of the working directory for what it lacks."""
    from dotenv import dotenv_values

    values = dict(dotenv_values(Path(".env")))
    values.update((key, value) for key, value in os.environ.items() if value)
    return LMStudioAPIProvider(
        base_url=values.get("LM_STUDIO_URL") or DEFAULT_URL,
        model=values.get("LM_STUDIO_MODEL") or "",
        api_token=values.get("LM_STUDIO_API_TOKEN"),
    )


def __getattr__(name: str) -> Any:
    if name != "lm_studio_provider":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    provider = globals()[name] = _provider_from_environment()
    return provider
