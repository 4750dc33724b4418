"""Tokens and time of one turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token counts as the engine reported them; None where it said nothing."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations of one turn in milliseconds, measured on a monotonic clock."""

    time_to_first_token_ms: int | None = None
    duration_ms: int | None = None
