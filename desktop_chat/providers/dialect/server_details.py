"""What llama-server and Ollama tell of their models beside the list of the /v1 dialect."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import EngineError
from desktop_chat.domain.model_info import ModelInfo, ModelInstance, ModelKind
from desktop_chat.providers.dialect.model_lists import positive_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

logger = logging.getLogger(__name__)

# Families of models that give numbers for texts instead of answers.
EMBEDDING_FAMILIES = ("bert", "nomic-bert", "xlm-roberta")


async def with_llama_server_details(
    models: list[ModelInfo], get_json: Callable[[str], Awaitable[Any]]
) -> list[ModelInfo]:
    """Add the context that llama-server was started with, and whether its model sees images."""
    if len(models) != 1:
        return models  # a router, whose properties are those of no model
    props = _object(await _quietly(get_json, "/props"))
    length = positive_of(_object(props.get("default_generation_settings")).get("n_ctx"))
    has_vision = _object(props.get("modalities")).get("vision")
    model = models[0]
    if length is not None:
        model = replace(model, context_length=length, instances=(ModelInstance(model.id, length),))
    if isinstance(has_vision, bool):
        model = replace(model, has_vision=has_vision)
    return [model]


async def with_ollama_details(
    models: list[ModelInfo], get_json: Callable[[str], Awaitable[Any]]
) -> list[ModelInfo]:
    """Add what Ollama's own lists tell: sizes and kinds, and what is in memory."""
    tags = _by_name(await _quietly(get_json, "/api/tags"))
    loaded = await _quietly(get_json, "/api/ps")
    running = _by_name(loaded) if loaded is not None else None
    return [_with_tag(model, tags.get(model.id, {}), running) for model in models]


def _with_tag(
    model: ModelInfo, tag: dict[str, Any], running: dict[str, dict[str, Any]] | None
) -> ModelInfo:
    details = _object(tag.get("details"))
    families = details.get("families")
    if _names_embeddings(families if isinstance(families, list) else [details.get("family")]):
        model = replace(model, kind=ModelKind.EMBEDDING)
    model = replace(
        model,
        size_bytes=positive_of(tag.get("size")) or model.size_bytes,
        quantization=_text(details.get("quantization_level")) or model.quantization,
        parameters=_text(details.get("parameter_size")) or model.parameters,
        architecture=_text(details.get("family")) or model.architecture,
        file_format=_text(details.get("format")) or model.file_format,
    )
    if running is None:
        return model
    entry = running.get(model.id)
    if entry is None:
        return replace(model, is_loaded=False, instances=())
    length = positive_of(entry.get("context_length")) or model.context_length
    instances = (ModelInstance(model.id, length),)
    return replace(model, is_loaded=True, context_length=length, instances=instances)


def _names_embeddings(families: Iterable[object]) -> bool:
    return any(family in EMBEDDING_FAMILIES for family in families)


async def _quietly(get_json: Callable[[str], Awaitable[Any]], path: str) -> Any:
    """Return what is there; older servers, and others of the same name, lack such lists."""
    try:
        return await get_json(path)
    except EngineError as error:
        logger.debug("No details at %s: %s", path, error.code)
        return None


def _by_name(payload: object) -> dict[str, dict[str, Any]]:
    entries = _object(payload).get("models")
    return {
        str(entry.get("model") or entry.get("name")): entry
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    }


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
