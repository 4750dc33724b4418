"""The provider for LM Studio's server, and its OpenAI endpoints as plain functions."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.stream import ModelAnswered
from desktop_chat.providers.dialect.chat_dialect import completion_body
from desktop_chat.providers.dialect.merging import MergedReply
from desktop_chat.providers.dialect.model_lists import (
    choose_loaded,
    lm_studio_features,
    look_for_models,
    models_of_openai,
)
from desktop_chat.providers.dialect.v1_server import CHAT_PATH, LOADING_RETRY_S, V1Server
from desktop_chat.providers.lm_studio.known import KnownServer
from desktop_chat.providers.lm_studio.model_control import POLL_S, NativeModels
from desktop_chat.providers.lm_studio.native_chat import NativeChat
from desktop_chat.providers.lm_studio.routes import Route, choose_route, for_v1
from desktop_chat.providers.wire.access import DIRECT, ServerAccess

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from desktop_chat.domain.engine_features import DownloadProgress, EngineFeatures, LoadOptions
    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo, ModelInstance
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent
    from desktop_chat.providers.dialect.model_lists import FoundModels

DEFAULT_URL = "http://127.0.0.1:1234"
COMPLETION_PATH = "/v1/completions"


class LMStudioAPIProvider:
    """A `Provider` with `ModelControl` for LM Studio, and its OpenAI endpoints as functions.

    Replies come by `/v1`, which takes everything. Where there is a wait to explain, because a
    model is loaded first or a long prompt is read, the native API tells of it; for that the
    provider has to know what is loaded, by `list_models` or `learn`.

    One object serves any number of `asyncio.run` calls, one after the other. All functions
    raise the errors of `domain.errors`.

    Args:
        base_url: With or without `/v1`.
        model: Model for requests that name none; when empty, the loaded model is used.
        api_token: Needed only where LM Studio's authentication is on.
        access: Headers, certificate and proxy.
        loading_retry_s: Pause before a server that still loads its model is asked again.
        poll_s: Pause between two questions for the state of a download.

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
        poll_s: float = POLL_S,
    ) -> None:
        self._server = V1Server(
            base_url,
            api_token,
            extra_body=access.extra_body,
            access=access,
            loading_retry_s=loading_retry_s,
        )
        self._model_id = model.strip()
        # The native API would refuse what the user wants added to each request.
        self._is_plain = bool(access.extra_body)
        self._known = KnownServer()
        self._native_chat = NativeChat(self._server, self._known)
        self._native_models = NativeModels(self._server, poll_s)

    @property
    def features(self) -> EngineFeatures:
        """What LM Studio understands; with its native API, once that is known, it can more."""
        return lm_studio_features(self._known.api)

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
        found = await look_for_models(self._server.get_json)
        self.learn(found)
        return list(found.models)

    def learn(self, found: FoundModels) -> None:
        """Take what somebody else's look at this server brought."""
        self._known.learn(found)

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; see `Provider.stream`. An empty model id means the loaded model."""
        route = Route.PLAIN if self._is_plain else choose_route(request, self._known)
        if route is Route.NATIVE:
            events = self._native_chat.stream(request)
        elif route is Route.LOADED_FIRST:
            events = self._native_chat.stream_once_loaded(request)
        else:
            plain = for_v1(request, self._known)
            events = self._server.stream(plain, self._default_model)
        if self._known.has_named_instance(request.model_id):
            return self._named_as_asked(request.model_id, events)
        return events

    async def load_model(self, model_id: str, options: LoadOptions) -> ModelInstance:
        """Load a model with the options given; see `ModelControl`."""
        return await self._native_models.load(model_id, options)

    async def unload_model(self, instance_id: str) -> None:
        """Take one instance out of memory; see `ModelControl`."""
        await self._native_models.unload(instance_id)

    def download_model(
        self, source: str, *, checksum: str = ""
    ) -> AsyncGenerator[DownloadProgress, None]:
        """Have LM Studio fetch a model, which checks the file itself; see `ModelControl`."""
        return self._native_models.download(source.strip())

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._server.aclose()

    async def _named_as_asked(
        self, model_id: str, events: AsyncGenerator[StreamEvent, None]
    ) -> AsyncGenerator[StreamEvent, None]:
        """Tell the model asked for where a name that the user gave its instance answers."""
        async with aclosing(events):
            async for event in events:
                is_name = isinstance(event, ModelAnswered) and self._known.has_instance(
                    model_id, event.model_id
                )
                yield ModelAnswered(model_id) if is_name else event

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
