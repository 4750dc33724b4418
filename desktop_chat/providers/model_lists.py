"""The lists of models that servers give, in their three forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    EngineFailedError,
    ModelChoiceNeededError,
    NoModelLoadedError,
    NotAServerError,
    UnreadableReplyError,
    WrongPathError,
)
from desktop_chat.domain.model_info import ModelInfo, ModelKind

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


async def find_models(get_json: Callable[[str], Awaitable[Any]]) -> list[ModelInfo]:
    """Ask a server for its models on the path that tells most, else on the older ones.

    Args:
        get_json: Fetches a path; raises `EngineError`. A server that cannot be reached, or
            that wants a token, is not asked again on another path.
    """
    for path, read in (("/api/v1/models", models_of_v1), ("/api/v0/models", models_of_v0)):
        try:
            return read(await get_json(path))
        except (WrongPathError, NotAServerError, UnreadableReplyError, EngineFailedError):
            continue
    return models_of_openai(await get_json("/v1/models"))


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
    instances = entry.get("loaded_instances")
    loaded = [i for i in instances if isinstance(i, dict)] if isinstance(instances, list) else []
    config = loaded[0].get("config") if loaded else None
    length = _positive(config.get("context_length")) if isinstance(config, dict) else None
    quantization = entry.get("quantization")
    return ModelInfo(
        id=model_id,
        # Not its display name: two variants may share one, and scripts know models by their id.
        name=model_id,
        kind=_kind(entry.get("type")),
        is_loaded=bool(loaded),
        context_length=length or _positive(entry.get("max_context_length")),
        quantization=_text(quantization.get("name")) if isinstance(quantization, dict) else None,
        size_bytes=_positive(entry.get("size_bytes")),
    )


def _model_of_v0(entry: dict[str, Any]) -> ModelInfo | None:
    model_id = _text(entry.get("id"))
    if not model_id:
        return None
    length = _positive(entry.get("loaded_context_length"))
    return ModelInfo(
        id=model_id,
        name=model_id,
        kind=_kind(entry.get("type")),
        is_loaded=entry.get("state") == "loaded",
        context_length=length or _positive(entry.get("max_context_length")),
        quantization=_text(entry.get("quantization")),
    )


def _model_of_openai(entry: dict[str, Any]) -> ModelInfo | None:
    model_id = _text(entry.get("id"))
    if not model_id:
        return None
    is_embedding = model_id.startswith(EMBEDDING_PREFIX)
    return ModelInfo(
        id=model_id,
        name=model_id,
        kind=ModelKind.EMBEDDING if is_embedding else ModelKind.UNKNOWN,
    )


def _kind(value: object) -> ModelKind:
    return KINDS.get(value, ModelKind.UNKNOWN) if isinstance(value, str) else ModelKind.UNKNOWN


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
