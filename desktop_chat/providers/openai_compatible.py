"""Servers that speak the /v1 dialect: llama.cpp, vLLM, Ollama and others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.engine_features import (
    ALL_PARAMS,
    BASIC_PARAMS,
    OPENAI_PARAMS,
    EngineFeatures,
)
from desktop_chat.domain.params import ParamName
from desktop_chat.providers.dialect.chat_dialect import Wording
from desktop_chat.providers.dialect.model_lists import models_of_openai
from desktop_chat.providers.dialect.server_details import (
    with_llama_server_details,
    with_ollama_details,
)
from desktop_chat.providers.dialect.v1_server import LOADING_RETRY_S, V1Server
from desktop_chat.providers.wire.access import DIRECT, ServerAccess

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from desktop_chat.domain.exchange import Exchange
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.domain.stream import StreamEvent


@dataclass(frozen=True)
class Dialect:
    """What one kind of server adds to the common dialect.

    Attributes:
        params: What it understands.
        extra_body: Keys that make it tell more; others may refuse them.
        wording: How it names parameters.
        has_model_loaded: Whether the models that it lists are in memory.
    """

    params: frozenset[ParamName] = OPENAI_PARAMS
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    wording: Wording = field(default_factory=lambda: Wording(takes_no_limit=False))
    has_model_loaded: bool = False


REASONED = OPENAI_PARAMS | {ParamName.REASONING_EFFORT, ParamName.JSON_SCHEMA}
PLAIN = Dialect()
DIALECTS = {
    # Reports on reading the prompt.
    AccountKind.LLAMA_SERVER: Dialect(
        ALL_PARAMS, {"return_progress": True}, Wording(), has_model_loaded=True
    ),
    AccountKind.OLLAMA: Dialect(REASONED),
    AccountKind.VLLM: Dialect(
        ALL_PARAMS,
        wording=Wording({ParamName.REPEAT_PENALTY: "repetition_penalty"}, takes_no_limit=False),
        has_model_loaded=True,
    ),
    AccountKind.JAN: Dialect(ALL_PARAMS - {ParamName.REASONING_EFFORT}),
    AccountKind.KOBOLDCPP: Dialect(
        ALL_PARAMS - {ParamName.REASONING_EFFORT}, has_model_loaded=True
    ),
    AccountKind.GPT4ALL: Dialect(BASIC_PARAMS | {ParamName.TOP_P}),
    AccountKind.LITELLM: Dialect(REASONED),
}

# More requests, of which none may fail the look at the models.
DETAILS = {
    AccountKind.LLAMA_SERVER: with_llama_server_details,
    AccountKind.OLLAMA: with_ollama_details,
}


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
        self._kind = kind
        dialect = DIALECTS.get(kind, PLAIN)
        self._params = dialect.params
        self._server = V1Server(
            base_url,
            token,
            extra_body=dict(dialect.extra_body) | dict(access.extra_body),
            access=access,
            wording=dialect.wording,
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
        """Return the server's models, with what this kind of server tells beside its list."""
        payload = await self._server.get_json("/v1/models")
        models = models_of_openai(payload)
        if DIALECTS.get(self._kind, PLAIN).has_model_loaded:
            # A router lists what it could load as well; it then says so itself.
            models = [
                replace(model, is_loaded=True) if model.is_loaded is None else model
                for model in models
            ]
        add_details = DETAILS.get(self._kind)
        return models if add_details is None else await add_details(models, self._server.get_json)

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Generate one reply; see `Provider.stream`."""
        return self._server.stream(request)

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._server.aclose()
