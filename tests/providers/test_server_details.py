"""What servers tell of their models beside the common list."""

from __future__ import annotations

import pytest

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.model_info import ModelInstance, ModelKind
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from tests.providers.fault_server import Visit, fault_server
from tests.providers.replies import json_reply

pytestmark = pytest.mark.anyio

LIST = {"data": [{"id": "qwen3:8b"}, {"id": "nomic:latest"}, {"id": "old"}]}
TAGS = {
    "models": [
        {
            "model": "qwen3:8b",
            "size": 5_000_000_000,
            "details": {
                "format": "gguf",
                "family": "qwen3",
                "families": ["qwen3"],
                "parameter_size": "8.2B",
                "quantization_level": "Q4_K_M",
            },
        },
        {"name": "nomic:latest", "details": {"families": ["nomic-bert"]}},
        3,
    ]
}
RUNNING = {"models": [{"model": "qwen3:8b", "context_length": 8192}]}


async def models_of(kind: AccountKind, **replies: object):
    async def script(visit: Visit) -> None:
        path = visit.request.split(b" ")[1].decode().rpartition("/")[2]
        found = replies.get(path)
        await visit.send(json_reply(404 if found is None else 200, found or {"error": "none"}))

    async with fault_server(script) as server:
        return await OpenAICompatibleProvider(server.url, kind=kind).list_models()


async def test_ollama_tells_sizes_kinds_and_what_is_loaded():
    first, second, third = await models_of(AccountKind.OLLAMA, models=LIST, tags=TAGS, ps=RUNNING)
    assert (first.size_bytes, first.quantization) == (5_000_000_000, "Q4_K_M")
    assert (first.parameters, first.architecture, first.file_format) == ("8.2B", "qwen3", "gguf")
    assert (first.is_loaded, first.context_length) == (True, 8192)
    assert first.instances == (ModelInstance("qwen3:8b", 8192),)
    assert (second.kind, second.is_loaded) == (ModelKind.EMBEDDING, False)
    assert (third.kind, third.is_loaded) == (ModelKind.UNKNOWN, False)


@pytest.mark.parametrize("odd", [{"models": None}, {"models": 3}, [], {"models": [{}]}])
async def test_ollama_odd_lists_leave_the_models(odd):
    models = await models_of(AccountKind.OLLAMA, models=LIST, tags=odd, ps=odd)
    assert [model.id for model in models] == ["qwen3:8b", "nomic:latest", "old"]


async def test_ollama_without_its_own_lists_leaves_open_what_is_loaded():
    models = await models_of(AccountKind.OLLAMA, models=LIST)
    assert {model.is_loaded for model in models} == {None}


async def test_llama_server_tells_the_context_it_runs_with():
    props = {"default_generation_settings": {"n_ctx": 4096}, "modalities": {"vision": True}}
    (model,) = await models_of(
        AccountKind.LLAMA_SERVER, models={"data": [{"id": "a"}]}, props=props
    )
    assert (model.is_loaded, model.context_length, model.has_vision) == (True, 4096, True)


async def test_llama_server_without_properties_has_its_model_loaded():
    (model,) = await models_of(AccountKind.LLAMA_SERVER, models={"data": [{"id": "a"}]})
    assert (model.is_loaded, model.context_length) == (True, None)


@pytest.mark.parametrize(
    ("kind", "is_loaded"),
    [(AccountKind.VLLM, True), (AccountKind.KOBOLDCPP, True), (AccountKind.OTHER, None)],
)
async def test_other_kinds_tell_what_is_known_of_them(kind, is_loaded):
    models = await models_of(kind, models={"data": [{"id": "a"}]})
    assert [model.is_loaded for model in models] == [is_loaded]


async def test_llama_server_context_beyond_all_measure_is_unknown():
    props = {"default_generation_settings": {"n_ctx": 10**400}}
    (model,) = await models_of(
        AccountKind.LLAMA_SERVER, models={"data": [{"id": "a"}]}, props=props
    )
    assert model.context_length is None
