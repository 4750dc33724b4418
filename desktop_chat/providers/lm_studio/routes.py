"""How a reply is asked for: by `/v1`, or by `/api/v1/chat`, which refuses keys it does not know."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.params import ParamName

if TYPE_CHECKING:
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.domain.params import GenerationParams
    from desktop_chat.domain.request import ChatRequest
    from desktop_chat.providers.lm_studio.known import KnownServer

NATIVE_NAMES = {
    ParamName.TEMPERATURE: "temperature",
    ParamName.TOP_P: "top_p",
    ParamName.TOP_K: "top_k",
    ParamName.MIN_P: "min_p",
    ParamName.REPEAT_PENALTY: "repeat_penalty",
    ParamName.MAX_TOKENS: "max_output_tokens",
    ParamName.REASONING_EFFORT: "reasoning",
}
MAX_TEMPERATURE = 1.0
# From here on reading the prompt is a wait worth explaining: about 500 tokens of four characters.
LONG_PROMPT_CHARACTERS = 2000


class Route(Enum):
    """How a reply is asked for.

    PLAIN: by `/v1`, which takes everything. NATIVE: by the native API, which reports on loading
    the model and reading the prompt. LOADED_FIRST: by `/v1`, after a word to the native API
    that has the model loaded.
    """

    PLAIN = auto()
    NATIVE = auto()
    LOADED_FIRST = auto()


def choose_route(request: ChatRequest, known: KnownServer) -> Route:
    """Choose the native API only where it can say the request and there is a wait to explain."""
    model = known.model(request.model_id)
    if model is None or not known.has_native_chat:
        return Route.PLAIN
    is_native = _is_one_question(request) and _are_native(request.params, model)
    if model.is_loaded is False:
        return Route.NATIVE if is_native else Route.LOADED_FIRST
    length = len(request.system_prompt) + sum(len(turn.content) for turn in request.turns)
    return Route.NATIVE if is_native and length >= LONG_PROMPT_CHARACTERS else Route.PLAIN


def native_body(request: ChatRequest, model: ModelInfo | None) -> dict[str, Any]:
    """Return the body of a streamed request, of which LM Studio is to keep nothing."""
    body: dict[str, Any] = {"model": request.model_id, "input": request.turns[-1].content}
    if request.system_prompt:
        body["system_prompt"] = request.system_prompt
    chosen = request.params.chosen
    if (effort := request.params.reasoning_effort) and model is not None:
        chosen[ParamName.REASONING_EFFORT] = _native_effort(effort, model)
    if chosen.get(ParamName.MAX_TOKENS) == -1:
        del chosen[ParamName.MAX_TOKENS]
    body.update((NATIVE_NAMES[name], value) for name, value in chosen.items())
    return body | {"stream": True, "store": False}


def loading_body(model_id: str) -> dict[str, Any]:
    """Return the smallest request that has a model loaded as any other request would."""
    body = {"model": model_id, "input": "Hi", "max_output_tokens": 1}
    return body | {"stream": True, "store": False}


def for_v1(request: ChatRequest, known: KnownServer) -> ChatRequest:
    """Return the request with its reasoning effort in the words of `/v1`.

    It has "none" for the native "off", and no "on": that is either what the model does anyway,
    or what any effort switches on.
    """
    effort = request.params.reasoning_effort
    if effort not in ("off", "on"):
        return request
    model = known.model(request.model_id)
    is_usual = model is None or model.reasoning_default in (None, "on")
    word = "none" if effort == "off" else None if is_usual else "medium"
    return replace(request, params=replace(request.params, reasoning_effort=word))


def _is_one_question(request: ChatRequest) -> bool:
    return len(request.turns) == 1 and request.turns[0].role == "user"


def _are_native(params: GenerationParams, model: ModelInfo) -> bool:
    if not params.chosen.keys() <= NATIVE_NAMES.keys():
        return False
    if (params.temperature or 0) > MAX_TEMPERATURE:
        return False
    effort = params.reasoning_effort
    return effort is None or _native_effort(effort, model) in model.reasoning_options


def _native_effort(effort: str, model: ModelInfo) -> str:
    return "off" if effort == "none" and "none" not in model.reasoning_options else effort
