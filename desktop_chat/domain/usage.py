"""Tokens of one turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Token counts as the engine reported them; None where it said nothing."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
