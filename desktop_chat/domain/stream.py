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
    """The engine loads the model.

    Attributes:
        progress: 0 to 1, or None when it reports none.
        expected_s: How long the last load of this model took, in seconds, if that is known.
    """

    progress: float | None = None
    expected_s: float | None = None


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """The engine reads the prompt.

    Attributes:
        processed: Tokens read so far; None where the engine reports a share only.
        total: Tokens in all.
        fraction: 0 to 1, where it is not `processed / total`.
    """

    processed: int | None = None
    total: int | None = None
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """Nothing was generated yet, and the request is sent again after a pause.

    Attributes:
        reason: "loading", "busy" or "unreachable".
        delay_s: The pause.
    """

    reason: str
    delay_s: float


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
    | RetryScheduled
    | ModelAnswered
    | TextDelta
    | ReasoningDelta
    | UsageReported
    | StreamFinished
)
