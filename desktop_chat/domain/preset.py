"""Named sets of parameters, and what a chat has of them."""

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


@dataclass(frozen=True, slots=True)
class ChatSetup:
    """How the replies of one chat are generated.

    Attributes:
        preset_id: The preset that it was taken from, if any; it may have been changed since.
    """

    params: GenerationParams = field(default_factory=GenerationParams)
    system_prompt: str = ""
    preset_id: int | None = None
