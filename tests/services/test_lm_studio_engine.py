"""What LM Studio's engine passes on to its provider and tells of itself."""

from __future__ import annotations

import pytest

from desktop_chat.domain.request import ChatRequest, ChatTurn
from desktop_chat.domain.stream import ModelLoading, TextDelta
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.engine_accounts import LmStudioEngine
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import SettingSources, SettingsService
from desktop_chat.storage.secrets import MemorySecretStore
from tests.services.turn_bench import consume

pytestmark = pytest.mark.anyio

QUESTION = ChatRequest("standin/other-7b", (ChatTurn("user", "hi"),))


@pytest.fixture
async def engine(standin):
    settings = SettingsService(
        SettingSources(environ={}),
        {"server.url": standin.url},
        save=lambda _values: None,
        broadcast=Broadcast(),
    )
    secrets = Secrets(MemorySecretStore)
    engine = LmStudioEngine(settings, secrets)
    yield engine
    await engine.aclose()
    secrets.close()


@pytest.mark.parametrize("is_made_before", [True, False])
async def test_look_lets_the_provider_explain_the_wait(engine, is_made_before):
    if is_made_before:
        assert engine.provider
    await engine.look()
    events = await consume(engine.provider.stream(QUESTION))
    assert ModelLoading(1.0) in events
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Echo: hi"


async def test_features_follow_the_last_look(standin, engine):
    assert not engine.features.can_load
    await engine.look()
    assert engine.features.can_load
    assert engine.features == engine.provider.features
    standin.play("v0-only")
    await engine.look()
    assert not engine.features.can_load
    assert engine.features == engine.provider.features
