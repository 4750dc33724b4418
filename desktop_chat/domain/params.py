"""How a reply is generated."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ParamName(StrEnum):
    """What can be chosen for a reply; the values are the fields' names, and are stored."""

    TEMPERATURE = "temperature"
    MAX_TOKENS = "max_tokens"
    TOP_P = "top_p"
    TOP_K = "top_k"
    MIN_P = "min_p"
    REPEAT_PENALTY = "repeat_penalty"
    STOP = "stop"
    SEED = "seed"
    REASONING_EFFORT = "reasoning_effort"
    JSON_SCHEMA = "json_schema"


@dataclass(frozen=True, slots=True)
class GenerationParams:
    """Sampling parameters; None (or nothing) leaves the engine's own value and is not sent.

    Attributes:
        temperature: 0 to 2.
        max_tokens: Longest reply in tokens; -1 means no limit.
        top_p: 0 to 1; the share of probability that is drawn from.
        top_k: Draw from so many of the likeliest tokens; 0 means all.
        min_p: 0 to 1; least probability, as a share of the likeliest token's.
        repeat_penalty: Above 1 repetition is made less likely.
        stop: Texts that end the reply.
        seed: The same seed and parameters give the same reply, where the engine can.
        reasoning_effort: One of the words that the model offers, such as "low" or "off".
        json_schema: Text of a JSON schema that the reply has to follow.
    """

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    repeat_penalty: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    reasoning_effort: str | None = None
    json_schema: str | None = None

    @property
    def chosen(self) -> dict[ParamName, Any]:
        """What was chosen, in the order of the names."""
        values = {name: getattr(self, name.value) for name in ParamName}
        return {name: value for name, value in values.items() if value not in (None, "", ())}

    def over(self, base: GenerationParams) -> GenerationParams:
        """Return `base` with what was chosen here in its place."""
        return replace(base, **{name.value: value for name, value in self.chosen.items()})

    def only(self, names: frozenset[ParamName]) -> GenerationParams:
        """Return what of it an engine understands."""
        kept = {name.value: value for name, value in self.chosen.items() if name in names}
        return GenerationParams(**kept)

    def as_dict(self) -> dict[str, Any]:
        """Return what was chosen as plain values for JSON."""
        plain = {name.value: value for name, value in self.chosen.items()}
        if "stop" in plain:
            plain["stop"] = list(plain["stop"])
        return plain


def params_from(values: Mapping[str, Any]) -> GenerationParams:
    """Read plain values, as `as_dict` gives them; what does not fit is left out."""
    kinds = {field.name: str(field.type) for field in fields(GenerationParams)}
    found = {name: _fitting(kinds[name], value) for name, value in values.items() if name in kinds}
    return GenerationParams(**{name: value for name, value in found.items() if value is not None})


def _fitting(kind: str, value: object) -> Any:
    if kind.startswith("tuple"):
        texts = value if isinstance(value, list | tuple) else ()
        return tuple(text for text in texts if isinstance(text, str) and text)
    if kind.startswith("str"):
        return value if isinstance(value, str) and value else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value) if kind.startswith("float") else int(value)
    except (OverflowError, ValueError):
        return None  # too large, infinite, or no number
    return number if number - number == 0 else None
