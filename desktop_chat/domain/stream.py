"""What a provider reports while a reply is generated.

A stream of these events ends with `StreamFinished`, or by an exception of `domain.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.domain.usage import TokenUsage


@dataclass(frozen=True, slots=True)
class ModelLoading:
    """The engine loads the model; `progress` is 0 to 1, or None when it reports none."""

    progress: float | None = None


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """The engine reads the prompt: tokens read so far, of how many."""

    processed: int
    total: int


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """The first chunk arrived; `model_id` is the model that really answers."""

    model_id: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More text of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More reasoning, which is never part of the reply's text."""

    text: str


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Token counts; a later report replaces an earlier one."""

    usage: TokenUsage


@dataclass(frozen=True, slots=True)
class StreamFinished:
    """The reply ended well; `finish_reason` is the engine's word, None after a bare end mark."""

    finish_reason: str | None = None


StreamEvent = (
    ModelLoading
    | PromptProgress
    | ModelAnswered
    | TextDelta
    | ReasoningDelta
    | UsageReported
    | StreamFinished
)
