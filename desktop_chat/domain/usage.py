"""Tokens of one turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token counts as the engine reported them; None where it said nothing.

    Attributes:
        reasoning_tokens: How many of the completion's tokens were reasoning.
        tokens_per_second: Of the completion, as the engine measured it.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    tokens_per_second: float | None = None
