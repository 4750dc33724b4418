"""Lists of models in their three forms."""

from __future__ import annotations

import pytest

from desktop_chat.domain import errors
from desktop_chat.domain.model_info import ModelInfo, ModelInstance, ModelKind
from desktop_chat.providers.dialect import model_lists
from desktop_chat.providers.dialect.model_lists import ListApi, look_for_models, models_of_v1

V1_FULL = {
    "type": "llm",
    "key": "google/gemma",
    "display_name": "Gemma",
    "architecture": "gemma4",
    "quantization": {"name": "Q4_K_M", "bits_per_weight": 4},
    "size_bytes": 17,
    "params_string": "26B-A4B",
    "loaded_instances": [
        {"id": "google/gemma", "config": {"context_length": 4096}},
        {"id": "google/gemma:2", "config": None},
    ],
    "max_context_length": 262144,
    "format": "gguf",
    "capabilities": {
        "vision": True,
        "trained_for_tool_use": False,
        "reasoning": {"allowed_options": ["off", "on", None], "default": "on"},
    },
}


def test_models_of_v1_full_entry_tells_all():
    assert model_lists.models_of_v1({"models": [V1_FULL]}) == [
        ModelInfo(
            id="google/gemma",
            name="google/gemma",
            kind=ModelKind.CHAT,
            is_loaded=True,
            context_length=4096,
            quantization="Q4_K_M",
            size_bytes=17,
            max_context_length=262144,
            display_name="Gemma",
            architecture="gemma4",
            parameters="26B-A4B",
            file_format="gguf",
            has_vision=True,
            has_tools=False,
            reasoning_options=("off", "on"),
            reasoning_default="on",
            instances=(ModelInstance("google/gemma", 4096), ModelInstance("google/gemma:2")),
        )
    ]


@pytest.mark.parametrize(
    "odd",
    [
        {"quantization": None, "loaded_instances": None, "display_name": None},
        {"quantization": "Q4", "loaded_instances": [], "size_bytes": None},
        {"loaded_instances": [3], "max_context_length": "x", "quantization": {"name": None}},
        {"type": None},
        {"capabilities": None, "architecture": 3, "format": None, "params_string": []},
        {"capabilities": {"vision": "yes", "reasoning": None}},
        {"capabilities": {"reasoning": {"allowed_options": "low", "default": 1}}},
    ],
)
def test_models_of_v1_odd_entry_is_kept(odd):
    model = model_lists.models_of_v1({"models": [{"key": "a b@q4 😀", "type": "vlm"} | odd]})[0]
    assert (model.id, model.name, model.is_loaded) == ("a b@q4 😀", "a b@q4 😀", False)


def test_models_of_v0_tells_loaded_and_kind():
    entries = [
        {"id": "a", "type": "vlm", "state": "not-loaded", "max_context_length": 9},
        {"id": "b", "type": "llm", "state": "loaded", "loaded_context_length": 8192},
        {"id": "c", "type": "embeddings", "state": "loading", "quantization": "Q4_0"},
    ]
    models = model_lists.models_of_v0({"data": entries})
    assert [(m.id, m.kind, m.is_loaded, m.context_length) for m in models] == [
        ("a", ModelKind.CHAT, False, 9),
        ("b", ModelKind.CHAT, True, 8192),
        ("c", ModelKind.EMBEDDING, False, None),
    ]


def test_models_of_v0_tells_what_a_model_can_do():
    entry = {
        "id": "a",
        "type": "vlm",
        "arch": "qwen2_vl",
        "compatibility_type": "mlx",
        "state": "loaded",
        "loaded_context_length": 5,
        "max_context_length": 9,
        "capabilities": ["tool_use"],
    }
    model = model_lists.models_of_v0({"data": [entry]})[0]
    assert (model.architecture, model.file_format, model.max_context_length) == (
        "qwen2_vl",
        "mlx",
        9,
    )
    assert (model.has_vision, model.has_tools) == (True, True)
    assert model.instances == (ModelInstance("a", 5),)


@pytest.mark.parametrize(
    ("entry", "lengths", "is_loaded"),
    [
        ({"max_model_len": 4096}, (4096, 4096), None),
        ({"meta": {"n_ctx_train": 8192, "n_ctx": 512, "size": 7}}, (512, 8192), None),
        ({"meta": None, "status": {"value": "unloaded"}}, (None, None), False),
        ({"status": "loaded"}, (None, None), None),
    ],
)
def test_models_of_openai_reads_what_other_servers_add(entry, lengths, is_loaded):
    model = model_lists.models_of_openai({"data": [{"id": "a", **entry}]})[0]
    assert (model.context_length, model.max_context_length) == lengths
    assert model.is_loaded is is_loaded


def test_models_of_openai_tells_embeddings_by_their_prefix():
    entries = [{"id": "a"}, {"id": "text-embedding-b"}, {"id": 3}, "x", {"id": "a"}]
    models = model_lists.models_of_openai({"data": entries})
    assert [(m.id, m.kind, m.is_loaded) for m in models] == [
        ("a", ModelKind.UNKNOWN, None),
        ("text-embedding-b", ModelKind.EMBEDDING, None),
    ]


@pytest.mark.parametrize("payload", [None, [], {}, {"data": 3}, {"models": []}])
def test_models_of_openai_no_list_raises(payload):
    with pytest.raises(errors.UnreadableReplyError):
        model_lists.models_of_openai(payload)


def test_models_of_null_list_is_empty():
    assert model_lists.models_of_openai({"data": None}) == []
    assert model_lists.models_of_v1({"models": []}) == []


def loaded(model_id: str, is_loaded: bool | None = True) -> ModelInfo:
    return ModelInfo(model_id, model_id, ModelKind.CHAT, is_loaded)


EMBEDDING = ModelInfo("e", "e", ModelKind.EMBEDDING, True)


@pytest.mark.parametrize(
    "models",
    [
        [EMBEDDING, loaded("a", False), loaded("b")],
        [EMBEDDING, loaded("b", False)],
        [EMBEDDING, loaded("b", None)],
    ],
)
def test_choose_loaded_clear_case_gives_the_model(models):
    assert model_lists.choose_loaded(models, "u") == "b"


def test_choose_loaded_without_chat_model_raises():
    with pytest.raises(errors.NoModelLoadedError):
        model_lists.choose_loaded([EMBEDDING], "u")


@pytest.mark.parametrize("is_loaded", [True, False, None])
def test_choose_loaded_among_several_asks(is_loaded):
    models = [loaded(f"m{n}", is_loaded) for n in range(12)]
    with pytest.raises(errors.ModelChoiceNeededError, match=r"m0, m1, .*, m9, …") as caught:
        model_lists.choose_loaded(models, "u")
    assert "m10" not in str(caught.value)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "error",
    [
        errors.WrongPathError(url="u", detail=""),
        errors.PermissionDeniedError(url="u", detail=""),
        errors.RedirectedError(url="u", target="/login"),
    ],
)
async def test_look_for_models_path_that_is_refused_falls_back(error):
    async def get_json(path):
        if path != ListApi.OPENAI:
            raise error
        return {"data": [{"id": "m"}]}

    found = await look_for_models(get_json)
    assert (found.api, found.models[0].id) == (ListApi.OPENAI, "m")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "error",
    [
        errors.UnauthorizedError(url="u", detail=""),
        errors.ServerUnreachableError(url="u"),
        errors.ProxyAnsweredError(url="u", status=502),
    ],
)
async def test_look_for_models_that_cannot_succeed_asks_once(error):
    asked = []

    async def get_json(path):
        asked.append(path)
        raise error

    with pytest.raises(type(error)):
        await look_for_models(get_json)
    assert asked == [ListApi.NATIVE]


def test_models_of_v1_number_beyond_all_measure_is_unknown():
    entry = {"key": "m", "size_bytes": 10**400, "max_context_length": 10**400}
    (model,) = models_of_v1({"models": [entry]})
    assert (model.size_bytes, model.context_length) == (None, None)


def test_models_of_openai_file_is_called_by_its_name_and_asked_for_by_its_path():
    (model,) = model_lists.models_of_openai({"data": [{"id": "/srv/models/Tiny-Q4.gguf"}]})
    assert (model.id, model.name) == ("/srv/models/Tiny-Q4.gguf", "Tiny-Q4")
