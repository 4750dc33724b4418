"""The three forms of the model list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.standin.scenarios import PREFIX, SCENARIOS
from tests.standin.state import Model

if TYPE_CHECKING:
    from tests.standin.state import State


def offered(state: State) -> list[Model]:
    """Everything downloaded, and the scenarios that are offered as models."""
    names = [PREFIX + name for name in SCENARIOS] if state.list_scenarios else []
    extra = [Model(id_, name=id_) for id_ in [*state.offer, *names]]
    return [*state.models, *extra]


def openai_list(state: State) -> dict[str, Any]:
    """`/v1/models`: without types; without JIT only what is loaded."""
    loaded = {instance.key for instance in state.instances}
    shown = [m for m in offered(state) if state.jit or m.key in loaded]
    data = [{"id": m.key, "object": "model", "owned_by": "organization_owner"} for m in shown]
    return {"data": _or_null(state, data), "object": "list"}


def v0_list(state: State) -> dict[str, Any]:
    """`/api/v0/models`."""
    data = [v0_model(state, model) for model in offered(state)]
    return {"data": _or_null(state, data), "object": "list"}


def v0_model(state: State, model: Model) -> dict[str, Any]:
    """`/api/v0/models/{id}`."""
    instance = state.instance_of(model.key)
    made: dict[str, Any] = {
        "id": model.key,
        "object": "model",
        "type": model.odd_type or ("embeddings" if model.kind == "embedding" else model.kind),
        "publisher": model.publisher,
        "arch": model.arch,
        "compatibility_type": model.file_format,
        "quantization": model.quantization,
        "state": "loaded" if instance else "not-loaded",
        "max_context_length": model.max_context_length,
    }
    if instance:
        made["loaded_context_length"] = instance.context_length
    if model.kind != "embedding" and model.has_capabilities:
        made["capabilities"] = ["tool_use"]
    return made


def v1_list(state: State) -> dict[str, Any]:
    """`/api/v1/models`."""
    return {"models": _or_null(state, [_v1_model(state, model) for model in offered(state)])}


def _v1_model(state: State, model: Model) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": model.odd_type or ("embedding" if model.kind == "embedding" else "llm"),
        "publisher": model.publisher,
        "key": model.key,
        "display_name": model.name or model.key,
    }
    if model.arch is not None:
        made["architecture"] = model.arch
    quantization = {"name": model.quantization, "bits_per_weight": 4}
    made |= {
        "quantization": quantization if model.quantization else None,
        "size_bytes": model.size_bytes,
        "params_string": model.params,
        "loaded_instances": _instances(state, model),
        "max_context_length": model.max_context_length,
        "format": model.file_format,
    }
    if model.kind != "embedding" and model.has_capabilities:
        can: dict[str, Any] = {"vision": model.kind == "vlm", "trained_for_tool_use": True}
        if model.reasoning:
            can["reasoning"] = {"allowed_options": model.reasoning, "default": model.reasoning[0]}
        made["capabilities"] = can
        made["description"] = None
    return made


def _instances(state: State, model: Model) -> list[dict[str, Any]]:
    found = [i for i in state.instances if i.key == model.key]
    return [
        {
            "id": i.id,
            "config": {
                "context_length": i.context_length,
                "eval_batch_size": 512,
                "parallel": state.parallel,
                "flash_attention": True,
                "num_experts": 8,
                "offload_kv_cache_to_gpu": True,
            },
        }
        for i in found
    ]


def _or_null(state: State, found: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    return None if state.lists_null and not found else found
