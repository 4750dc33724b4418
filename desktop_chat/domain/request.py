"""What is sent to an engine for one reply."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_chat.domain.params import GenerationParams


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One message as engines know it: `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request for one reply: the conversation so far, ending in a user turn.

    It ends in an assistant turn where the reply has begun and is to be continued.

    Attributes:
        only_loaded: Nobody waits for it: the built-in engine answers only if that takes no
            load, which would push the model of another chat out of memory.
    """

    model_id: str
    turns: tuple[ChatTurn, ...]
    system_prompt: str = ""
    params: GenerationParams = field(default_factory=GenerationParams)
    only_loaded: bool = False
