"""Sampling parameters: what each may be, those of a chat, and presets of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ChatChanged, PresetsChanged
from desktop_chat.domain.errors import InvalidParamsError
from desktop_chat.domain.params import GenerationParams, ParamName
from desktop_chat.domain.preset import ChatSetup, Preset
from desktop_chat.services.replies.params_in_force import understood_params

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.engines.service import EngineService
    from desktop_chat.storage.chats import ChatRepository
    from desktop_chat.storage.presets import PresetRepository

LONGEST_NAME = 100
LONGEST_PROMPT = 100_000
LONGEST_SCHEMA = 65_536
LONGEST_WORD = 100
# The /v1 dialect of OpenAI takes four; other engines take more.
MOST_STOPS = 16
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Limit:
    """The numbers that a parameter can be."""

    minimum: float
    maximum: float


LIMITS = {
    ParamName.TEMPERATURE: Limit(0, 2),
    ParamName.MAX_TOKENS: Limit(-1, LARGEST),
    ParamName.TOP_P: Limit(0, 1),
    ParamName.TOP_K: Limit(0, LARGEST),
    ParamName.MIN_P: Limit(0, 1),
    ParamName.REPEAT_PENALTY: Limit(0, 2),
    ParamName.SEED: Limit(-1, LARGEST),
}
"""Of numbers; of `MAX_TOKENS` 0 is none of them."""


def check_params(params: GenerationParams) -> None:
    """Refuse what no engine takes.

    Raises:
        InvalidParamsError: A number is out of its limits, or a text too long.
    """
    for name, limit in LIMITS.items():
        value = getattr(params, name.value)
        if value is not None and not limit.minimum <= value <= limit.maximum:
            words = f"it goes from {limit.minimum:g} to {limit.maximum:g}"
            raise InvalidParamsError(name=name.value, detail=words)
    if params.max_tokens == 0:
        raise InvalidParamsError(name=ParamName.MAX_TOKENS.value, detail="it begins with 1")
    _check_texts(params)


def _check_texts(params: GenerationParams) -> None:
    if len(params.stop) > MOST_STOPS:
        words = f"{MOST_STOPS} texts are the most"
        raise InvalidParamsError(name=ParamName.STOP.value, detail=words)
    for name, texts, longest in (
        (ParamName.STOP, params.stop, LONGEST_WORD * 10),
        (ParamName.REASONING_EFFORT, (params.reasoning_effort or "",), LONGEST_WORD),
        (ParamName.JSON_SCHEMA, (params.json_schema or "",), LONGEST_SCHEMA),
    ):
        if any(len(text) > longest for text in texts):
            words = f"{longest} characters are the most"
            raise InvalidParamsError(name=name.value, detail=words)


class ParamsService:
    """Keeps how replies are generated, for each chat and as presets.

    Each change is stored by the writer and then broadcast, as `ChatChanged` or
    `PresetsChanged`.
    """

    def __init__(
        self,
        chats: ChatRepository,
        presets: PresetRepository,
        engines: EngineService,
        writer: Worker,
        broadcast: Broadcast,
    ) -> None:
        self._chats = chats
        self._presets = presets
        self._engines = engines
        self._writer = writer
        self._broadcast = broadcast

    def supported(self, model_ref: ModelRef | None) -> frozenset[ParamName]:
        """Return what the engine of a model understands; everything where nobody knows yet."""
        if model_ref is None:
            return frozenset(ParamName)
        return understood_params(self._engines, model_ref)

    def reasoning_options(self, model_ref: ModelRef | None) -> tuple[str, ...]:
        """Return the words that a model takes for its reasoning; () where it does not tell."""
        info = self._engines.model_info(model_ref) if model_ref is not None else None
        return info.reasoning_options if info is not None else ()

    async def of(self, chat_id: ChatId) -> GenerationParams:
        """Return what was chosen for a chat.

        Raises:
            ChatNotFoundError: There is none.
        """
        chat = await self._writer.run(self._chats.get, chat_id)
        return chat.params or GenerationParams()

    async def set(
        self, chat_id: ChatId, params: GenerationParams, preset_id: int | None = None
    ) -> None:
        """Choose parameters for a chat; its system prompt stays.

        Raises:
            InvalidParamsError: A value cannot be used; nothing was changed.
            ChatNotFoundError: There is no such chat.
        """
        chat = await self._writer.run(self._chats.get, chat_id)
        await self.set_up(chat_id, ChatSetup(params, chat.system_prompt, preset_id))

    async def set_up(self, chat_id: ChatId, setup: ChatSetup) -> None:
        """Choose parameters and system prompt of a chat; errors are those of `set`."""
        await check_setup(setup)
        await self._writer.run(self._chats.set_up, chat_id, setup)
        self._broadcast.publish(ChatChanged(await self._writer.run(self._chats.get, chat_id)))

    async def presets(self) -> list[Preset]:
        """Return all presets, by name."""
        return await self._writer.run(self._presets.all)

    async def save_preset(self, preset: Preset) -> Preset:
        """Store a new preset (`id` 0), or change one.

        Raises:
            InvalidParamsError: It has no name, or a value cannot be used.
            PresetNotFoundError: It was deleted meanwhile.
        """
        name = " ".join(preset.name.split())[:LONGEST_NAME]
        if not name:
            raise InvalidParamsError(name="name", detail="it is empty")
        await check_setup(ChatSetup(preset.params, preset.system_prompt))
        saved = await self._writer.run(self._presets.save, replace(preset, name=name))
        self._broadcast.publish(PresetsChanged())
        return saved

    async def delete_preset(self, preset_id: int) -> None:
        """Delete a preset; chats keep the parameters that they have from it."""
        await self._writer.run(self._presets.delete, preset_id)
        self._broadcast.publish(PresetsChanged())


async def check_setup(setup: ChatSetup) -> None:
    """Refuse what cannot be used.

    Raises:
        InvalidParamsError: A parameter is out of its limits, the system prompt is too long, or
            the schema is none.
    """
    check_params(setup.params)
    if len(setup.system_prompt) > LONGEST_PROMPT:
        words = f"{LONGEST_PROMPT} characters are the most"
        raise InvalidParamsError(name="system_prompt", detail=words)
    if setup.params.json_schema is not None:
        from desktop_chat.services.replies.structured import check_schema

        await asyncio.to_thread(check_schema, setup.params.json_schema)
