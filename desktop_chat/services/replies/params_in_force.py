"""Which sampling parameters a reply is asked for with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.engine_features import ALL_PARAMS
from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.params import GenerationParams

if TYPE_CHECKING:
    from desktop_chat.domain.changes import TurnStarted
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.params import ParamName
    from desktop_chat.services.engines.service import EngineService


def understood_params(engines: EngineService, ref: ModelRef) -> frozenset[ParamName]:
    """Return what the engine of a model understands; all where it is gone or cannot be asked."""
    try:
        return engines.provider(ref.account_id).features.params
    except ChatError:
        return ALL_PARAMS  # the request itself tells what is wrong


def params_in_force(
    started: TurnStarted, asked: GenerationParams | None, understood: frozenset[ParamName]
) -> GenerationParams:
    """Return the parameters of a turn: those asked for with it, over those of its chat.

    In a chat that never had any, a reply that is continued keeps those that it began with.
    """
    chat, reply = started.chat, started.reply
    base = chat.params if chat.params is not None else reply.params
    return (asked or GenerationParams()).over(base or GenerationParams()).only(understood)


def params_to_send(params: GenerationParams, begun_with: str) -> GenerationParams:
    """Return what the engine is asked for; a schema is about whole replies, not about rests."""
    return replace(params, json_schema=None) if begun_with.strip() else params
