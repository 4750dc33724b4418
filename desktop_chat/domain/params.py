"""How a reply is generated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GenerationParams:
    """Sampling parameters; None leaves the engine's own value and is not sent.

    Attributes:
        temperature: 0 to 2.
        max_tokens: Longest reply in tokens; -1 means no limit.
    """

    temperature: float | None = None
    max_tokens: int | None = None
