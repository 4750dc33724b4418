"""Model lists: what is there, what is loaded, and what the client makes of odd ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.errors import WrongPathError
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from tests.providers.replies import ask, events_and_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.standin import StandIn

pytestmark = pytest.mark.anyio


@pytest.fixture
async def provider(standin: StandIn) -> AsyncIterator[LMStudioAPIProvider]:
    provider = LMStudioAPIProvider(standin.url)
    yield provider
    await provider.aclose()


async def test_chat_models_and_the_loaded_one_are_known(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("models-jit-on")
    models = await provider.list_models()
    assert len(models) == 12
    assert [model.id for model in models if model.is_loaded] == ["standin/model-4"]
    assert sum(model.kind is ModelKind.EMBEDDING for model in models) == 2
    assert [model.id for model in models if model.has_vision] == ["standin/sees-7b"]


async def test_without_jit_the_plain_list_has_the_loaded_ones(standin: StandIn):
    standin.play("models-jit-off")
    standin.play("openai-only")
    provider = LMStudioAPIProvider(standin.url)
    assert [model.id for model in await provider.list_models()] == ["standin/model-4"]
    await provider.aclose()


@pytest.mark.parametrize("null", [False, True])
async def test_empty_list_is_empty(standin: StandIn, provider: LMStudioAPIProvider, null: bool):
    standin.play("models-empty", null=null)
    assert await provider.list_models() == []


@pytest.mark.parametrize("kind", [LMStudioAPIProvider, OpenAICompatibleProvider])
@pytest.mark.parametrize("switch", ["models-wrong-path-200", "bad-url"])
async def test_trapped_list_is_an_error(
    standin: StandIn,
    kind: type[LMStudioAPIProvider | OpenAICompatibleProvider],
    switch: str,
):
    standin.play(switch)
    provider = kind(standin.url)
    with pytest.raises(WrongPathError):
        await provider.list_models()
    await provider.aclose()


@pytest.mark.parametrize(("switch", "asked"), [("v1-only", 1), ("v0-only", 2), ("openai-only", 3)])
async def test_older_lists_are_quiet_fallbacks(
    standin: StandIn, provider: LMStudioAPIProvider, switch: str, asked: int
):
    standin.play(switch)
    models = await provider.list_models()
    assert "standin/echo" in [model.id for model in models]
    assert len(standin.log) == asked
    assert provider.features.can_unload == (switch == "v1-only")


async def test_odd_list_is_complete(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("models-odd", count=500)
    models = {model.id: model for model in await provider.list_models()}
    assert len(models) == 508
    assert models["odd/thinker"].reasoning_options == ("low", "medium", "high", "xhigh")
    assert [one.id for one in models["odd/thinker"].instances] == ["odd/thinker", "odd/thinker:2"]
    assert [one.id for one in models["odd/sees"].instances] == ["my-own-name"]
    assert models["odd/bare"].quantization is None
    assert {"odd/variant@q4_k_m", "odd/with space", "odd/\N{OWL}-emoji"} <= set(models)


async def test_vanished_model_is_gone_from_the_list(
    standin: StandIn, provider: LMStudioAPIProvider
):
    standin.play("model-vanishes", key="standin/echo")
    assert "standin/echo" not in [model.id for model in await provider.list_models()]
    _, error = await events_and_error(provider, ask("standin/echo"))
    assert error is None or error.code in ("model_not_found", "no_model_loaded")


async def test_loaded_context_length_wins(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("context-info")
    (model,) = await provider.list_models()
    assert (model.context_length, model.max_context_length) == (4096, 262_144)


async def test_slow_list_is_waited_for(standin: StandIn, provider: LMStudioAPIProvider):
    standin.play("slow-list", seconds=20)
    assert len(await provider.list_models()) == 3
