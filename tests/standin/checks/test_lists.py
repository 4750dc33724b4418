"""Model lists, tokens, wrong paths, and who answers for which model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standin import StandIn
from tests.standin.raw import chat, get, post
from tests.standin.state import ECHO, EMBEDDING

pytestmark = pytest.mark.anyio
TRAP = "Unexpected endpoint or method."


async def test_model_lists_have_three_forms(standin: StandIn):
    openai = (await get(standin, "/v1/models")).json
    v0 = (await get(standin, "/api/v0/models")).json
    v1 = (await get(standin, "/api/v1/models")).json

    assert list(openai) == ["data", "object"]
    assert openai["data"][0] == {
        "id": EMBEDDING,
        "object": "model",
        "owned_by": "organization_owner",
    }
    states = {entry["id"]: (entry["type"], entry["state"]) for entry in v0["data"]}
    assert states[EMBEDDING] == ("embeddings", "not-loaded")
    assert states[ECHO] == ("llm", "loaded")
    loaded = {entry["key"]: entry["loaded_instances"] for entry in v1["models"]}
    assert loaded[ECHO][0]["config"]["context_length"] == 8192
    assert loaded[EMBEDDING] == []
    assert {entry["type"] for entry in v1["models"]} == {"llm", "embedding"}


@pytest.mark.parametrize(
    ("name", "there"),
    [("v1-only", "/api/v1/models"), ("v0-only", "/api/v0/models"), ("openai-only", "/v1/models")],
)
async def test_only_one_list_answers_the_others_are_trapped(
    standin: StandIn, name: str, there: str
):
    standin.play(name)
    for path in ("/api/v1/models", "/api/v0/models", "/v1/models"):
        answer = await get(standin, path)
        assert answer.status == 200
        assert (TRAP in answer.body.decode()) == (path != there)


async def test_models_empty_has_empty_lists_or_null(standin: StandIn):
    standin.play("models-empty")
    assert (await get(standin, "/v1/models")).json == {"data": [], "object": "list"}
    assert (await get(standin, "/api/v1/models")).json == {"models": []}

    standin.play("models-empty", null=True)
    assert (await get(standin, "/v1/models")).json["data"] is None


async def test_models_jit_on_and_off(standin: StandIn):
    standin.play("models-jit-on")
    assert len((await get(standin, "/v1/models")).json["data"]) == 12
    v1 = (await get(standin, "/api/v1/models")).json["models"]
    assert [m["key"] for m in v1 if m["loaded_instances"]] == ["standin/model-4"]

    standin.play("models-jit-off")
    ids = [m["id"] for m in (await get(standin, "/v1/models")).json["data"]]
    assert ids == ["standin/model-4"]


@pytest.mark.parametrize("path", ["/v1/models", "/api/v0/models", "/api/v1/models"])
async def test_models_wrong_path_traps_all_lists(standin: StandIn, path: str):
    standin.play("models-wrong-path-200")
    answer = await get(standin, path)
    assert (answer.status, answer.json) == (200, {"error": f"{TRAP} (GET {path})"})


async def test_unknown_path_is_trapped_with_status_200(standin: StandIn):
    answer = await post(standin, chat(), "/chat/completions")
    assert (answer.status, answer.json) == (200, {"error": f"{TRAP} (POST /chat/completions)"})


async def test_token_is_required_on_every_path_and_quoted_when_wrong(standin: StandIn):
    standin.state.token = "sk-lm-AbCdEfGh:0123456789"

    missing = await get(standin, "/v1/models")
    wrong = await post(standin, chat(), Authorization="Bearer sk-bogus-Efgh-ijkl")
    right = await post(standin, chat(), Authorization=f"Bearer {standin.state.token}")

    assert (missing.status, missing.json["error"]["code"]) == (401, "invalid_api_key")
    assert "sk-bogus-E**************. Ensure" in wrong.json["error"]["message"]
    assert right.deltas() == "Echo: one two"


async def test_one_loaded_model_answers_for_unknown_one(standin: StandIn):
    answer = await post(standin, chat("not-a-model"))
    assert {payload["model"] for payload in answer.payloads} == {ECHO}


async def test_unknown_model_is_refused_when_none_is_loaded(standin: StandIn):
    standin.play("models-none-loaded")
    answer = await post(standin, chat("not-a-model"))
    assert (answer.status, answer.json["error"]["code"]) == (400, "model_not_found")
    assert answer.body.startswith(b'{\n    "error"')


async def test_nothing_loaded_without_jit_says_no_models_loaded(standin: StandIn):
    standin.play("models-none-loaded")
    standin.state.jit = False
    answer = await post(standin, chat())
    assert answer.json["error"]["message"].startswith("No models loaded.")


async def test_known_model_is_loaded_on_request(standin: StandIn):
    answer = await post(standin, chat("Standin/Other-7B"))
    assert answer.payloads[0]["model"] == "standin/other-7b"
    assert standin.state.instance_of("standin/other-7b") is not None


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"role": "robot", "content": "x"}, "Got 'robot'"),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]},
            "must be a base64 encoded image",
        ),
    ],
)
async def test_bad_messages_are_refused(standin: StandIn, message: dict[str, Any], text: str):
    answer = await post(standin, chat() | {"messages": [message]})
    assert answer.status == 400
    assert text in answer.json["error"]
