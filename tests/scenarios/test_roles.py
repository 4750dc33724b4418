"""Other servers, whole (scenario 143): lists, chats, errors, keys, loading."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.account import AccountKind
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.domain.stream import StreamFinished, UsageReported
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from tests.providers.replies import ask, events_and_error, events_of, reasoning_of, text_of
from tests.standin import StandIn
from tests.standin.roles import ROLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio
ECHO = "Echo: hi there"
# The code of: a broken stream, a full server, an unknown model; KoboldCpp takes any name, and
# llama-server and vLLM queue without end, so that theirs is another refusal.
CODES = {
    "llama-server": ("engine_failed", "context_full", "model_not_found"),
    "ollama": ("connection_lost", "server_busy", "model_not_found"),
    "vllm": ("engine_failed", "parameter_refused", "model_not_found"),
    "jan": ("engine_failed", "server_busy", "model_not_found"),
    "koboldcpp": ("engine_failed", "server_busy", ""),
    "gpt4all": ("engine_failed", "server_busy", "model_not_found"),
    "litellm": ("engine_failed", "server_busy", "model_not_found"),
}


@pytest.fixture(params=sorted(ROLES))
async def server(request: pytest.FixtureRequest) -> AsyncIterator[StandIn]:
    """A whole other server."""
    async with StandIn(speed=200, role=request.param) as server:
        yield server


@pytest.fixture
async def provider(server: StandIn) -> AsyncIterator[OpenAICompatibleProvider]:
    role = ROLES[server.state.role]
    kind = AccountKind(role.name)
    provider = OpenAICompatibleProvider(server.url, role.key or None, kind=kind)
    yield provider
    await provider.aclose()


async def test_role_lists_chats_and_fails_readably(
    server: StandIn, provider: OpenAICompatibleProvider
):
    role = ROLES[server.state.role]
    models = await provider.list_models()
    assert role.model in [model.id for model in models if model.kind is not ModelKind.EMBEDDING]
    events = await events_of(provider, ask(role.model))
    assert text_of(events) == ECHO
    assert events[-1] == StreamFinished("stop")
    assert reasoning_of(events) == ("Hm." if role.name == "vllm" else "")


@pytest.mark.parametrize(("number", "model"), [(0, "fail"), (1, "busy"), (2, "nope")])
async def test_role_error_has_its_code(
    server: StandIn, provider: OpenAICompatibleProvider, number: int, model: str
):
    expected = CODES[server.state.role][number]
    async with asyncio.timeout(10):
        _, error = await events_and_error(provider, ask(model))
    assert (error.code if error else "") == expected
    assert "<" not in str(error or "")


async def test_role_tells_usage_where_it_has_any(
    server: StandIn, provider: OpenAICompatibleProvider
):
    events = await events_of(provider, ask(ROLES[server.state.role].model))
    told = [event.usage.completion_tokens for event in events if isinstance(event, UsageReported)]
    assert told == ([] if server.state.role == "koboldcpp" else [3])


@pytest.mark.parametrize("name", ["jan", "litellm"])
async def test_role_with_a_key_refuses_who_has_none(name: str):
    async with StandIn(role=name) as server:
        provider = OpenAICompatibleProvider(server.url)
        _, error = await events_and_error(provider, ask())
        await provider.aclose()
    assert error is not None
    assert error.code == "unauthorized"


async def test_loading_llama_server_is_waited_for():
    async with StandIn(role="llama-server", speed=200) as server:
        server.play("server-loading", count=2)
        provider = OpenAICompatibleProvider(server.url, loading_retry_s=0)
        events = await events_of(provider, ask(ROLES["llama-server"].model))
        await provider.aclose()
    assert text_of(events) == ECHO
    assert len(server.log) == 3
