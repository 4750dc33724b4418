"""The engines, their models, and which of them answers."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from desktop_chat.domain.changes import EnginesChanged
from desktop_chat.domain.engine_features import EngineFeatures
from desktop_chat.domain.errors import (
    ChatError,
    EngineFailedError,
    ModelChoiceNeededError,
    ModelNotFoundError,
    NoModelAnywhereError,
)
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO, ModelInfo, ModelKind, ModelRef

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.providers.base import Provider
    from desktop_chat.services.broadcast import Broadcast

logger = logging.getLogger(__name__)

ENGINE_NAMES = {LM_STUDIO: "LM Studio", EMBEDDED: "Built-in engine"}
WATCH_EVERY_S = 3.0


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


class Engine(Protocol):
    """An engine as this service needs it."""

    @property
    def provider(self) -> Provider:
        """What generates the replies."""
        ...

    async def look(self) -> list[ModelInfo]:
        """Return the engine's models now; raises ChatError."""
        ...

    async def renew_token(self) -> bool:
        """Fetch the token from the key store; return whether there is one not yet used."""
        ...

    async def aclose(self) -> None:
        """Let go of the engine."""
        ...


class EngineService:
    """Knows what each engine offers and decides which model answers.

    Args:
        engines: In order of preference, by account id.
        choices: What was asked for, and what the user chose before.
        broadcast: Told when an engine's state or models change.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine],
        choices: ModelChoices,
        broadcast: Broadcast,
    ) -> None:
        self._engines = dict(engines)
        self._choices = choices
        self._broadcast = broadcast
        self._statuses = {account_id: EngineStatus(account_id) for account_id in engines}
        self._wake = asyncio.Event()
        self._is_known = asyncio.Event()

    @property
    def statuses(self) -> tuple[EngineStatus, ...]:
        """All engines as last seen, in order of preference."""
        return tuple(self._statuses.values())

    def status(self, account_id: str) -> EngineStatus:
        """One engine as last seen; one that a chat names and nobody knows is absent."""
        return self._statuses.get(account_id) or EngineStatus(account_id, EngineState.ABSENT)

    def provider(self, account_id: str) -> Provider:
        """Return what generates replies for this engine.

        Raises:
            ModelNotFoundError: There is no such engine.
        """
        try:
            return self._engines[account_id].provider
        except KeyError:
            raise ModelNotFoundError(model=account_id) from None

    async def renew_token(self, account_id: str) -> bool:
        """Fetch this engine's token after it was refused; return whether to try again."""
        return await self._engines[account_id].renew_token()

    async def refresh(self, account_id: str | None = None) -> None:
        """Look at one engine, or at all, and broadcast if anything changed."""
        ids = [account_id] if account_id else list(self._engines)
        # What an engine's own code does wrong must not keep the others from being known.
        looks = await asyncio.gather(*(self._look(one) for one in ids), return_exceptions=True)
        found = [self._seen(one, look) for one, look in zip(ids, looks, strict=True)]
        changed = [status for status in found if status != self._statuses[status.account_id]]
        self._statuses.update({status.account_id: status for status in changed})
        if all(status.state is not EngineState.CHECKING for status in self._statuses.values()):
            self._is_known.set()
        if changed:
            self._broadcast.publish(EnginesChanged())

    async def until_known(self) -> None:
        """Wait until each engine was looked at once; a look takes seconds at most."""
        await self._is_known.wait()

    async def watch(self) -> None:
        """Look at the engines again and again, so that one that comes up later is noticed."""
        await self.refresh()
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), WATCH_EVERY_S)
            except TimeoutError:
                await self.refresh(LM_STUDIO)
            else:
                # Cleared before the look: a call that comes during it leads to another one.
                self._wake.clear()
                await self.refresh()

    def look_now(self) -> None:
        """Have `watch` look at once, for example after a setting changed."""
        self._wake.set()

    async def _look(self, account_id: str) -> EngineStatus:
        try:
            models = await self._engines[account_id].look()
        except ChatError as error:
            return _failed(self._statuses[account_id], error)
        chat_models = tuple(m for m in models if m.kind is not ModelKind.EMBEDDING)
        state = EngineState.READY if chat_models else EngineState.EMPTY
        return EngineStatus(account_id, state, chat_models)

    def _seen(self, account_id: str, look: EngineStatus | BaseException) -> EngineStatus:
        """Return what a look found; one that failed as no engine should is told as a failure."""
        if isinstance(look, EngineStatus):
            return look
        if not isinstance(look, Exception):
            raise look
        before = self._statuses[account_id]
        status = _failed(before, EngineFailedError(detail=f"{type(look).__name__}: {look}"))
        if status != before:
            logger.error("Looking at engine %s failed", account_id, exc_info=look)
        return status

    def model_info(self, model_ref: ModelRef) -> ModelInfo | None:
        """Return what is known of a model, None if its engine does not list it now."""
        models = self.status(model_ref.account_id).models
        return next((m for m in models if m.id == model_ref.model_id), None)

    def default_ref(self) -> ModelRef:
        """Return the model for a chat that has none.

        Raises:
            ModelNotFoundError: A model was asked for that no engine has.
            ModelChoiceNeededError: Several are there and nothing says which.
            NoModelAnywhereError: No engine has a chat model.
        """
        asked = self._choices.asked_model()
        if asked:
            return self.find(asked)
        for status in self._statuses.values():
            if status.state is EngineState.READY:
                return self._pick(status)
        raise NoModelAnywhereError

    def find(self, name: str) -> ModelRef:
        """Return the model of this id or name, whichever engine has it.

        Raises:
            ModelNotFoundError: None has it.
        """
        wanted = name.casefold()
        for status in self._statuses.values():
            for model in status.models:
                if wanted in _names(model):
                    return ModelRef(status.account_id, model.id)
        raise ModelNotFoundError(model=name)

    def _pick(self, status: EngineStatus) -> ModelRef:
        loaded = [m for m in status.models if m.is_loaded]
        candidates = loaded or list(status.models)
        last = self._choices.last_choice()
        for model in candidates:
            if len(candidates) == 1 or last == ModelRef(status.account_id, model.id):
                return ModelRef(status.account_id, model.id)
        raise ModelChoiceNeededError(models=", ".join(m.name for m in candidates))

    def remember_choice(self, model_ref: ModelRef) -> None:
        """Keep the user's choice for chats to come."""
        self._choices.remember(model_ref)

    async def aclose(self) -> None:
        """Let go of all engines."""
        for engine in self._engines.values():
            await engine.aclose()


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


def _names(model: ModelInfo) -> set[str]:
    """The id, the name shown, and for a file its name without folders and ending."""
    file_name = model.id.replace("\\", "/").rsplit("/", 1)[-1]
    names = {model.id, model.name}
    if file_name.endswith(".gguf"):
        names |= {file_name, file_name.removesuffix(".gguf")}
    return {name.casefold() for name in names}


def _failed(before: EngineStatus, error: ChatError) -> EngineStatus:
    is_absent = error.code in ("server_unreachable", "connection_lost")
    state = EngineState.ABSENT if is_absent else EngineState.WRONG
    # An exception equals only itself: keep the old one, so that nothing "changed".
    known = before.error
    if known is not None and known.code == error.code and known.fields == error.fields:
        return replace(before, state=state, models=())
    return EngineStatus(before.account_id, state, (), error)
