"""The lists of models that servers give, in their three forms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.engine_features import ALL_PARAMS, EngineFeatures
from desktop_chat.domain.errors import (
    EngineFailedError,
    ModelChoiceNeededError,
    NoModelLoadedError,
    NotAServerError,
    PermissionDeniedError,
    RedirectedError,
    UnreadableReplyError,
    WrongPathError,
)
from desktop_chat.domain.model_info import ModelInfo, ModelInstance, ModelKind, short_name
from desktop_chat.domain.params import ParamName

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

KINDS = {
    "llm": ModelKind.CHAT,
    "vlm": ModelKind.CHAT,
    "embedding": ModelKind.EMBEDDING,
    "embeddings": ModelKind.EMBEDDING,
}
# /v1/models does not tell what a model is for; LM Studio's embedding models begin so.
EMBEDDING_PREFIX = "text-embedding-"
MAX_NAMED_MODELS = 10
# The chat path of /v1 knows no min_p; the native API knows it, but takes no history.
LM_STUDIO_PARAMS = ALL_PARAMS - {ParamName.MIN_P}
# All that /api/v1/models/load takes; it refuses any other key.
LOAD_OPTIONS = frozenset(
    {
        *("context_length", "flash_attention", "eval_batch_size"),
        *("num_experts", "offload_kv_cache_to_gpu"),
    }
)


# How servers and gateways refuse a path that they do not have.
NO_SUCH_LIST = (
    *(WrongPathError, NotAServerError, UnreadableReplyError, EngineFailedError),
    *(PermissionDeniedError, RedirectedError),
)
# What no model or file comes near; larger numbers are no measurement, and break sums.
MAX_NUMBER = 2**53


class ListApi(StrEnum):
    """The paths on which a server lists its models; the first tells most."""

    NATIVE = "/api/v1/models"
    OLD_NATIVE = "/api/v0/models"
    OPENAI = "/v1/models"


@dataclass(frozen=True, slots=True)
class FoundModels:
    """The models of a server, and where it listed them."""

    models: tuple[ModelInfo, ...]
    api: ListApi


async def look_for_models(get_json: Callable[[str], Awaitable[Any]]) -> FoundModels:
    """Ask a server for its models on the path that tells most, else on the older ones.

    Args:
        get_json: Fetches a path; raises `EngineError`. A server that cannot be reached, or
            that wants a token, is not asked again on another path.
    """
    for api, read in ((ListApi.NATIVE, models_of_v1), (ListApi.OLD_NATIVE, models_of_v0)):
        try:
            return FoundModels(tuple(read(await get_json(api))), api)
        except NO_SUCH_LIST:
            continue
    models = models_of_openai(await get_json(ListApi.OPENAI))
    return FoundModels(tuple(models), ListApi.OPENAI)


def lm_studio_features(api: ListApi | None) -> EngineFeatures:
    """Return what LM Studio offers; only its native API loads, unloads and fetches models.

    Args:
        api: Where it lists its models; None while that is not known.
    """
    if api is not ListApi.NATIVE:
        return EngineFeatures(params=LM_STUDIO_PARAMS)
    return EngineFeatures(LM_STUDIO_PARAMS, LOAD_OPTIONS, can_unload=True, can_download=True)


def choose_loaded(models: Sequence[ModelInfo], url: str) -> str:
    """Return the id of the model to use when none was asked for: the loaded one, or the only one.

    Raises:
        NoModelLoadedError: There is no chat model.
        ModelChoiceNeededError: Several come into question; the first of a list means nothing.
    """
    chat_models = [m for m in models if m.kind is not ModelKind.EMBEDDING]
    candidates = [m for m in chat_models if m.is_loaded] or chat_models
    if not candidates:
        raise NoModelLoadedError(url=url, detail="")
    if len(candidates) > 1:
        ids = [m.id for m in candidates[:MAX_NAMED_MODELS]]
        more = ["…"] if len(candidates) > MAX_NAMED_MODELS else []
        raise ModelChoiceNeededError(models=", ".join(ids + more))
    return candidates[0].id


def models_of_v1(payload: object) -> list[ModelInfo]:
    """Read the list of LM Studio's /api/v1/models."""
    return _unique(_model_of_v1(entry) for entry in _entries(payload, "models"))


def models_of_v0(payload: object) -> list[ModelInfo]:
    """Read the list of LM Studio's /api/v0/models."""
    return _unique(_model_of_v0(entry) for entry in _entries(payload, "data"))


def models_of_openai(payload: object) -> list[ModelInfo]:
    """Read the list of /v1/models, which tells little more than ids."""
    return _unique(_model_of_openai(entry) for entry in _entries(payload, "data"))


def _entries(payload: object, key: str) -> list[dict[str, Any]]:
    """Return the objects under `key`; an empty list may come as null."""
    if not isinstance(payload, dict) or key not in payload:
        raise UnreadableReplyError(detail="")
    entries = payload[key]
    if entries is not None and not isinstance(entries, list):
        raise UnreadableReplyError(detail="")
    return [entry for entry in entries or [] if isinstance(entry, dict)]


def _unique(models: Iterable[ModelInfo | None]) -> list[ModelInfo]:
    return list({model.id: model for model in models if model is not None}.values())


def _model_of_v1(entry: dict[str, Any]) -> ModelInfo | None:
    model_id = _text(entry.get("key"))
    if not model_id:
        return None
    kind = _kind(entry.get("type"))
    instances = _instances(entry.get("loaded_instances"), model_id)
    most = positive_of(entry.get("max_context_length"))
    abilities = _object(entry.get("capabilities"))
    has_vision = entry.get("type") == "vlm" or _flag(abilities.get("vision"))
    reasoning = _object(abilities.get("reasoning"))
    return ModelInfo(
        id=model_id,
        # Not its display name: two variants may share one, and scripts know models by their id.
        name=model_id,
        kind=kind,
        is_loaded=bool(instances),
        context_length=(instances[0].context_length if instances else None) or most,
        quantization=_text(_object(entry.get("quantization")).get("name")),
        size_bytes=positive_of(entry.get("size_bytes")),
        max_context_length=most,
        display_name=_text(entry.get("display_name")),
        architecture=_text(entry.get("architecture")),
        parameters=_text(entry.get("params_string")),
        file_format=_text(entry.get("format")),
        has_vision=has_vision,
        has_tools=_flag(abilities.get("trained_for_tool_use")),
        reasoning_options=_texts(reasoning.get("allowed_options")),
        reasoning_default=_text(reasoning.get("default")),
        instances=instances,
    )


def _instances(value: object, model_id: str) -> tuple[ModelInstance, ...]:
    found = []
    for instance in value if isinstance(value, list) else []:
        if isinstance(instance, dict):
            length = positive_of(_object(instance.get("config")).get("context_length"))
            found.append(ModelInstance(_text(instance.get("id")) or model_id, length))
    return tuple(found)


def _model_of_v0(entry: dict[str, Any]) -> ModelInfo | None:
    model_id = _text(entry.get("id"))
    if not model_id:
        return None
    is_loaded = entry.get("state") == "loaded"
    length = positive_of(entry.get("loaded_context_length"))
    most = positive_of(entry.get("max_context_length"))
    abilities = entry.get("capabilities")
    return ModelInfo(
        id=model_id,
        name=model_id,
        kind=_kind(entry.get("type")),
        is_loaded=is_loaded,
        context_length=length or most,
        quantization=_text(entry.get("quantization")),
        max_context_length=most,
        architecture=_text(entry.get("arch")),
        file_format=_text(entry.get("compatibility_type")),
        has_vision={"vlm": True, "llm": False}.get(str(entry.get("type"))),
        has_tools="tool_use" in abilities if isinstance(abilities, list) else None,
        instances=(ModelInstance(model_id, length),) if is_loaded else (),
    )


def _model_of_openai(entry: dict[str, Any]) -> ModelInfo | None:
    model_id = _text(entry.get("id"))
    if not model_id:
        return None
    is_embedding = model_id.startswith(EMBEDDING_PREFIX)
    # vLLM tells `max_model_len`, llama-server `meta`, and `status` where it serves several.
    meta = _object(entry.get("meta"))
    length = positive_of(entry.get("max_model_len"))
    status = _text(_object(entry.get("status")).get("value"))
    return ModelInfo(
        id=model_id,
        name=short_name(model_id),
        kind=ModelKind.EMBEDDING if is_embedding else ModelKind.UNKNOWN,
        is_loaded=None if status is None else status == "loaded",
        context_length=length or positive_of(meta.get("n_ctx")),
        size_bytes=positive_of(meta.get("size")),
        max_context_length=length or positive_of(meta.get("n_ctx_train")),
    )


def _kind(value: object) -> ModelKind:
    return KINDS.get(value, ModelKind.UNKNOWN) if isinstance(value, str) else ModelKind.UNKNOWN


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if _text(text)) if isinstance(value, list) else ()


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def positive_of(value: object) -> int | None:
    """Return a count that can be one, None for anything else that a server may send."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 < value < MAX_NUMBER
    return value if is_number else None  # type: ignore[return-value]
