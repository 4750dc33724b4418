"""What an engine takes, and the fields for it."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_chat.domain.params import ParamName
from desktop_chat.ui.dialogs.params.fields import (
    EffortField,
    NumberField,
    ParamField,
    StopField,
    TextField,
)
from desktop_chat.ui.param_words import param_hint, param_label

EXAMPLE = '{"type": "object", "properties": {"answer": {"type": "string"}}}'
SCHEMA_LINES = 5


@dataclass(frozen=True)
class Offer:
    """What the engine of a chat takes.

    Attributes:
        title: The chat and its model, in one line.
        supported: Parameters that the engine understands.
        efforts: Words for the reasoning effort; empty where the model does not tell.
    """

    title: str
    supported: frozenset[ParamName]
    efforts: tuple[str, ...] = ()


def make_fields(offer: Offer) -> dict[ParamName, ParamField]:
    """Return a field for each parameter that is offered, in their usual order."""
    return {name: _field(name, offer) for name in ParamName if name in offer.supported}


def _field(name: ParamName, offer: Offer) -> ParamField:
    match name:
        case ParamName.STOP:
            return StopField()
        case ParamName.REASONING_EFFORT:
            return EffortField(offer.efforts)
        case ParamName.JSON_SCHEMA:
            label, hint = param_label(name), param_hint(name)
            field = TextField(name.value, label, hint, SCHEMA_LINES, is_code=True)
            field.set_placeholder(EXAMPLE)
            return field
    return NumberField(name)
