"""Which model answers where nobody said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from desktop_chat.domain.errors import (
    ModelChoiceNeededError,
    ModelNotFoundError,
    NoModelAnywhereError,
)
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelRef
from desktop_chat.services.engines.engine_status import EngineState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.services.engines.engine_status import EngineStatus


class ModelChoices(Protocol):
    """What was asked for, and what the user chose before."""

    def asked_model(self) -> str:
        """The model asked for from outside or in the settings, or an empty string."""
        ...

    def last_choice(self) -> ModelRef | None:
        """The model that the user chose last."""
        ...

    def remember(self, model_ref: ModelRef) -> None:
        """Keep the user's choice."""
        ...


def default_model(statuses: Mapping[str, EngineStatus], last: ModelRef | None) -> ModelRef:
    """Return the model for a chat that has none and for which none was asked.

    LM Studio comes first. A server that the user entered answers only if the user chose it
    last; the embedded engine answers where neither does.

    Raises:
        ModelChoiceNeededError: Several are there and nothing says which.
        NoModelAnywhereError: No engine has a chat model.
    """
    chosen = [last.account_id] if last else []
    for account_id in (LM_STUDIO, *chosen, EMBEDDED):
        status = statuses.get(account_id)
        if status is not None and status.state is EngineState.READY:
            return _pick(status, last)
    raise NoModelAnywhereError


def find_model(statuses: Iterable[EngineStatus], name: str) -> ModelRef:
    """Return the model of this id or name, of the first engine that has it.

    Raises:
        ModelNotFoundError: None has it.
    """
    wanted = name.casefold()
    for status in statuses:
        for model in status.models:
            if wanted in _names(model):
                return ModelRef(status.account_id, model.id)
    raise ModelNotFoundError(model=name)


def _pick(status: EngineStatus, last: ModelRef | None) -> ModelRef:
    candidates = [m for m in status.models if m.is_loaded] or list(status.models)
    for model in candidates:
        if len(candidates) == 1 or last == ModelRef(status.account_id, model.id):
            return ModelRef(status.account_id, model.id)
    raise ModelChoiceNeededError(models=", ".join(m.name for m in candidates))


def _names(model: ModelInfo) -> set[str]:
    """The id, the name shown, and for a file its name without folders and ending."""
    file_name = model.id.replace("\\", "/").rsplit("/", 1)[-1]
    names = {model.id, model.name}
    if file_name.endswith(".gguf"):
        names |= {file_name, file_name.removesuffix(".gguf")}
    return {name.casefold() for name in names}
