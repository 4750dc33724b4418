"""Engines whose models and replies are given by the test."""

from __future__ import annotations

from desktop_chat.domain.engine_features import EngineFeatures
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInfo, ModelKind, ModelRef
from desktop_chat.providers.scripted import ScriptedProvider
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.engines.service import EngineService

REF = ModelRef(LM_STUDIO, "alpha")


def chat_model(
    name: str, *, is_loaded: bool | None = None, context: int | None = None
) -> ModelInfo:
    return ModelInfo(name, name, ModelKind.CHAT, is_loaded, context)


class FakeEngine:
    """An engine with these models, or one that fails."""

    def __init__(self, *models: ModelInfo, error: Exception | None = None) -> None:
        self.models = list(models)
        self.error = error
        self.scripted = ScriptedProvider()
        self.has_new_token = False
        self.is_prepared = False
        self.label = ""
        self.features = EngineFeatures()
        self.times_looked = 0
        self.is_closed = False

    @property
    def provider(self) -> ScriptedProvider:
        return self.scripted

    async def look(self) -> list[ModelInfo]:
        self.times_looked += 1
        if self.error is not None:
            raise self.error
        return list(self.models)

    async def prepare(self) -> None:
        self.is_prepared = True

    async def renew_token(self) -> bool:
        had, self.has_new_token = self.has_new_token, False
        return had

    async def aclose(self) -> None:
        self.is_closed = True
        await self.scripted.aclose()


class FakeChoices:
    """What was asked for and chosen."""

    def __init__(self, asked: str = "", last: ModelRef | None = None) -> None:
        self.asked = asked
        self.last = last

    def asked_model(self) -> str:
        return self.asked

    def last_choice(self) -> ModelRef | None:
        return self.last

    def remember(self, model_ref: ModelRef) -> None:
        self.last = model_ref


def engine_service(
    lm_studio: FakeEngine,
    embedded: FakeEngine | None = None,
    choices: FakeChoices | None = None,
    broadcast: Broadcast | None = None,
) -> EngineService:
    engines = {LM_STUDIO: lm_studio, EMBEDDED: embedded or FakeEngine()}
    return EngineService(engines, choices or FakeChoices(), broadcast or Broadcast())
