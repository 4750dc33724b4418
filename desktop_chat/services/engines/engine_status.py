"""Engines as they were last seen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import EngineFeatures
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInfo, ModelKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_chat.domain.errors import ChatError

ENGINE_NAMES = {LM_STUDIO: "LM Studio", EMBEDDED: "Built-in engine"}
# What an engine that is not there, or does not answer in time, raises.
SILENCE = ("server_unreachable", "connection_lost")


class EngineState(StrEnum):
    """Whether an engine can answer.

    CHECKING: not known yet. READY: it has a chat model. EMPTY: it is there, but has no chat
    model. ABSENT: nothing answers. WRONG: something answers, but not as it should.
    """

    CHECKING = "checking"
    READY = "ready"
    EMPTY = "empty"
    ABSENT = "absent"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One engine as it was last seen; `models` holds those that can be chosen."""

    account_id: str
    state: EngineState = EngineState.CHECKING
    models: tuple[ModelInfo, ...] = ()
    error: ChatError | None = None
    features: EngineFeatures = field(default_factory=EngineFeatures)
    label: str = ""

    @property
    def name(self) -> str:
        """The engine's name as users know it: the user's own for it, if there is one."""
        return self.label or ENGINE_NAMES.get(self.account_id, self.account_id)

    def with_models(self, models: Iterable[ModelInfo], features: EngineFeatures) -> EngineStatus:
        """Return the status after the engine listed its models."""
        chat_models = tuple(m for m in models if m.kind is not ModelKind.EMBEDDING)
        state = EngineState.READY if chat_models else EngineState.EMPTY
        return EngineStatus(self.account_id, state, chat_models, None, features, self.label)

    def with_error(self, error: ChatError) -> EngineStatus:
        """Return the status after the engine failed."""
        state = EngineState.ABSENT if error.code in SILENCE else EngineState.WRONG
        # An exception equals only itself: keep the old one, so that nothing "changed".
        known = self.error
        if known is not None and known.code == error.code and known.fields == error.fields:
            error = known
        return replace(self, state=state, models=(), error=error)
