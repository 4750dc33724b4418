"""The engines, their models, and which of them answers."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from desktop_chat.domain.changes import EnginesChanged, ReplyEnded, TurnStarted
from desktop_chat.domain.errors import ChatError, EngineFailedError, ModelNotFoundError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.model_info import LM_STUDIO, ModelInfo, ModelRef
from desktop_chat.services.engines.engine_status import (
    ENGINE_NAMES,
    SILENCE,
    EngineState,
    EngineStatus,
)
from desktop_chat.services.engines.model_choice import ModelChoices, default_model, find_model
from desktop_chat.services.tasks import TaskScope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.engine_features import EngineFeatures
    from desktop_chat.providers.base import Provider
    from desktop_chat.services.broadcast import Broadcast

__all__ = [
    "ENGINE_NAMES",
    "Engine",
    "EngineService",
    "EngineState",
    "EngineStatus",
    "ModelChoices",
]

logger = logging.getLogger(__name__)

WATCH_EVERY_S = 3.0
# Servers that the user entered may be far away, or count requests.
ACCOUNT_WATCH_EVERY_S = 30.0


class Engine(Protocol):
    """An engine as this service needs it."""

    @property
    def label(self) -> str:
        """The user's own name for it, "" where it has none."""
        ...

    @property
    def provider(self) -> Provider:
        """What generates the replies."""
        ...

    @property
    def features(self) -> EngineFeatures:
        """What the engine can do, as far as it is known after the last look."""
        ...

    async def look(self) -> list[ModelInfo]:
        """Return the engine's models now; raises ChatError."""
        ...

    async def prepare(self) -> None:
        """Fetch what must go with the very first request."""
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
        engines: Those that are always there, in order of preference, by account id.
        choices: What was asked for, and what the user chose before.
        broadcast: Told when an engine's state or models change.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine],
        choices: ModelChoices,
        broadcast: Broadcast,
    ) -> None:
        self._own = tuple(engines)
        self._engines = dict(engines)
        self._choices = choices
        self._broadcast = broadcast
        self._statuses = {account_id: EngineStatus(account_id) for account_id in engines}
        self._wake = asyncio.Event()
        self._is_known = asyncio.Event()
        # By the chat whose reply is being written.
        self._answering: dict[ChatId, str] = {}
        self._looks = TaskScope()
        self._looked_at: dict[str, float] = {}
        self._retired: list[tuple[str, Engine]] = []
        broadcast.subscribe(TurnStarted, self._on_turn_started)
        broadcast.subscribe(ReplyEnded, self._on_reply_ended)

    @property
    def statuses(self) -> tuple[EngineStatus, ...]:
        """All engines as last seen, in order of preference."""
        return tuple(self._statuses.values())

    def status(self, account_id: str) -> EngineStatus:
        """One engine as last seen; one that a chat names and nobody knows is absent."""
        return self._statuses.get(account_id) or EngineStatus(account_id, EngineState.ABSENT)

    def features(self, account_id: str) -> EngineFeatures:
        """What an engine can do, as far as that is known."""
        return self.status(account_id).features

    def provider(self, account_id: str) -> Provider:
        """Return what generates replies for this engine.

        Raises:
            ModelNotFoundError: There is no such engine.
        """
        engine = self._engines.get(account_id)
        if engine is None:
            raise ModelNotFoundError(model=account_id)
        return engine.provider

    @property
    def accounts(self) -> dict[str, Engine]:
        """The engines that the user added, by account id."""
        return {one: engine for one, engine in self._engines.items() if one not in self._own}

    def set_accounts(self, engines: Mapping[str, Engine]) -> None:
        """Have these engines beside those that are always there, and no others.

        One that goes is closed once no reply comes from it any more.
        """
        gone = {one: old for one, old in self.accounts.items() if engines.get(one) is not old}
        kept = {one: self._engines[one] for one in self._own}
        before = self._statuses
        self._engines = {**kept, **engines}
        self._statuses = {
            one: EngineStatus(one, label=engine.label)
            if one in gone or one not in before
            else replace(before[one], label=engine.label)
            for one, engine in self._engines.items()
        }
        self._retired += gone.items()
        for account_id in gone:
            self._looks.cancel(account_id)
            self._looked_at.pop(account_id, None)
        self._close_retired()
        if self._statuses != before:
            self._broadcast.publish(EnginesChanged())
            self.look_now()

    async def prepare(self, account_id: str) -> None:
        """Fetch what this engine must send with its very first request; usually nothing."""
        engine = self._engines.get(account_id)
        if engine is not None:
            await engine.prepare()

    async def renew_token(self, account_id: str) -> bool:
        """Fetch this engine's token after it was refused; return whether to try again."""
        engine = self._engines.get(account_id)
        return engine is not None and await engine.renew_token()

    async def refresh(self, account_id: str | None = None) -> None:
        """Look at one engine, or at all, and broadcast what changed as soon as it is known."""
        if account_id is not None:
            await self._refresh((account_id,))
            return
        # A server that is slow to answer holds back nobody's news but its own.
        parts = [self._own, *((one,) for one in self.accounts)]
        await asyncio.gather(*(self._refresh(part) for part in parts))

    async def refresh_for(self, model: str, chat_ref: ModelRef | None) -> None:
        """Look at those who may answer one question, and at all others only if need be.

        Args:
            model: Asked for by id or name, "" for none.
            chat_ref: The engine and model of the chat, if it has one.
        """
        wanted = {chat_ref.account_id} & self.accounts.keys() if chat_ref else set()
        parts = [self._own, *((one,) for one in wanted)]
        await asyncio.gather(*(self._refresh(part) for part in parts))
        name = model or ("" if chat_ref else self._choices.asked_model())
        last = self._choices.last_choice()
        is_open = not name and chat_ref is None and not self._is_lm_studio_there
        if is_open and last is not None and last.account_id in self.accounts:
            await self._refresh((last.account_id,))
        try:
            if name:
                self.find(name)
        except ModelNotFoundError:
            others = self.accounts.keys() - wanted
            await asyncio.gather(*(self._refresh((one,)) for one in others))

    async def until_known(self) -> None:
        """Wait until each engine that may answer was looked at; a look takes seconds at most."""
        await self._is_known.wait()

    async def watch(self) -> None:
        """Look at the engines again and again, so that one that comes up later is noticed."""
        self._look_at_accounts()
        await self._refresh(self._own)
        while True:
            try:
                # Not `wait_for`, which in Python 3.11 can swallow the end of this task.
                async with asyncio.timeout(WATCH_EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                self._look_at_accounts(is_asked=False)
                await self._refresh((LM_STUDIO,))
            else:
                # Cleared before the look: a call that comes during it leads to another one.
                self._wake.clear()
                self._look_at_accounts()
                await self._refresh(self._own)

    def look_soon(self, account_id: str) -> None:
        """Look at one engine in the background, for example after it loaded a model."""
        self._looks.spawn(self._refresh((account_id,)), key=account_id)

    def look_now(self) -> None:
        """Have `watch` look at once, for example after a setting changed."""
        self._wake.set()

    def _look_at_accounts(self, *, is_asked: bool = True) -> None:
        """Look at the user's servers in the background: at all, or at those that are due.

        One that is writing a reply is left alone: some serve one request at a time.
        """
        now = time.monotonic()
        for account_id in self.accounts:
            age = now - self._looked_at.get(account_id, float("-inf"))
            is_due = age >= ACCOUNT_WATCH_EVERY_S and account_id not in self._answering.values()
            if is_asked or (is_due and not self._looks.is_running(account_id)):
                self._looked_at[account_id] = now
                self._looks.spawn(self._refresh((account_id,)), key=account_id)

    async def _refresh(self, ids: Iterable[str]) -> None:
        engines = {one: self._engines[one] for one in ids if one in self._engines}
        # What an engine's own code does wrong must not keep the others from being known.
        looks = await asyncio.gather(
            *(self._look(one, engine) for one, engine in engines.items()), return_exceptions=True
        )
        changes = {}
        for (account_id, engine), look in zip(engines.items(), looks, strict=True):
            if self._engines.get(account_id) is engine:  # else it went meanwhile
                status = self._seen(account_id, look)
                if status != self._statuses[account_id]:
                    changes[account_id] = status
        self._statuses.update(changes)
        if self._can_tell_default():
            self._is_known.set()
        if changes:
            self._broadcast.publish(EnginesChanged())

    @property
    def _is_lm_studio_there(self) -> bool:
        return self.status(LM_STUDIO).state is EngineState.READY

    def _can_tell_default(self) -> bool:
        last = self._choices.last_choice()
        # Where LM Studio answers, nobody waits for another server, which may be slow.
        is_first = self._is_lm_studio_there
        candidates = (*self._own, last.account_id) if last and not is_first else self._own
        known = [self._statuses[one] for one in candidates if one in self._statuses]
        return all(status.state is not EngineState.CHECKING for status in known)

    async def _look(self, account_id: str, engine: Engine) -> EngineStatus:
        try:
            models = await engine.look()
        except ChatError as error:
            before = self._statuses[account_id]
            is_busy = account_id in self._answering.values()
            if error.code in SILENCE and is_busy and before.state is EngineState.READY:
                # It is busy with a reply; if it is gone, that reply tells.
                return before
            return before.with_error(error)
        return self._statuses[account_id].with_models(models, engine.features)

    def _seen(self, account_id: str, look: EngineStatus | BaseException) -> EngineStatus:
        """Return what a look found; one that failed as no engine should is told as a failure."""
        if isinstance(look, EngineStatus):
            return look
        if not isinstance(look, Exception):
            raise look
        before = self._statuses[account_id]
        status = before.with_error(EngineFailedError(detail=f"{type(look).__name__}: {look}"))
        if status != before:
            logger.error("Looking at engine %s failed", account_id, exc_info=look)
        return status

    def _on_turn_started(self, event: TurnStarted) -> None:
        if event.chat.model_ref is not None:
            self._answering[event.reply.chat_id] = event.chat.model_ref.account_id

    def _on_reply_ended(self, event: ReplyEnded) -> None:
        account_id = self._answering.pop(event.reply.chat_id, "")
        if event.reply.status is MessageStatus.FAILED:
            # Perhaps the server is gone: look at it at the next chance.
            self._looked_at.pop(account_id, None)
        self._close_retired()

    def model_info(self, model_ref: ModelRef) -> ModelInfo | None:
        """Return what is known of a model, None if its engine does not list it now."""
        models = self.status(model_ref.account_id).models
        return next((m for m in models if m.id == model_ref.model_id), None)

    def default_ref(self) -> ModelRef:
        """Return the model for a chat that has none; see `services.model_choice`.

        Raises:
            ModelNotFoundError: A model was asked for that no engine has.
            ModelChoiceNeededError: Several are there and nothing says which.
            NoModelAnywhereError: No engine has a chat model.
        """
        asked = self._choices.asked_model()
        if asked:
            return self.find(asked)
        return default_model(self._statuses, self._choices.last_choice())

    def find(self, name: str) -> ModelRef:
        """Return the model of this id or name, whichever engine has it.

        Raises:
            ModelNotFoundError: None has it.
        """
        return find_model(self._statuses.values(), name)

    def remember_choice(self, model_ref: ModelRef) -> None:
        """Keep the user's choice for chats to come."""
        self._choices.remember(model_ref)

    async def aclose(self) -> None:
        """Let go of all engines."""
        await self._looks.aclose()
        for engine in (*self._engines.values(), *(old for _, old in self._retired)):
            await engine.aclose()

    def _close_retired(self) -> None:
        """Close engines that went, but for those whose replies are still being written."""
        for one in self._retired:
            if one[0] not in self._answering.values():
                self._looks.spawn(self._close(one), key=one)

    async def _close(self, retired: tuple[str, Engine]) -> None:
        await retired[1].aclose()
        self._retired.remove(retired)
