"""Named sets of parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_chat.domain.params import GenerationParams


@dataclass(frozen=True, slots=True)
class Preset:
    """Parameters and a system prompt under a name, to be used in any chat.

    Attributes:
        id: 0 before it is stored.
    """

    id: int
    name: str
    system_prompt: str = ""
    params: GenerationParams = field(default_factory=GenerationParams)
