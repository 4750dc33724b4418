"""Numbers that servers put beside a reply: tokens, rates, and how far the prompt is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.usage import TokenUsage

if TYPE_CHECKING:
    from desktop_chat.providers.dialect.chunks import Chunk

NOTHING = TokenUsage()


def progress_of(chunk: Chunk) -> tuple[int, int] | None:
    """Return tokens read and tokens in all, as llama.cpp tells them."""
    progress = chunk.get("prompt_progress")
    if not isinstance(progress, dict):
        return None
    done, total = _count(progress.get("processed")), _count(progress.get("total"))
    return (min(done, total), total) if done is not None and total else None


def usage_of(chunk: Chunk, before: TokenUsage | None) -> TokenUsage | None:
    """Return what is known with `chunk`; None if that is nothing.

    Of two reports the later one counts. llama.cpp's timings add what a usage does not tell.
    """
    found = before or NOTHING
    timings = chunk.get("timings")
    if isinstance(timings, dict):
        found = _with_timings(found, timings)
    usage = chunk.get("usage")
    if isinstance(usage, dict):
        found = _with_usage(found, usage)
    stats = chunk.get("stats")
    if isinstance(stats, dict) and (rate := rate_of(stats.get("tokens_per_second"))):
        found = replace(found, tokens_per_second=rate)
    return None if found == NOTHING else found


def _with_usage(found: TokenUsage, usage: Chunk) -> TokenUsage:
    counts = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    if counts == (None, None):
        return found
    details = usage.get("completion_tokens_details")
    reasoning = _count(details.get("reasoning_tokens")) if isinstance(details, dict) else None
    return replace(
        found, prompt_tokens=counts[0], completion_tokens=counts[1], reasoning_tokens=reasoning
    )


def _with_timings(found: TokenUsage, timings: Chunk) -> TokenUsage:
    rate = rate_of(timings.get("predicted_per_second")) or found.tokens_per_second
    prompt, reply = _count(timings.get("prompt_n")), _count(timings.get("predicted_n"))
    if prompt is not None:
        prompt += _count(timings.get("cache_n")) or 0
    if found.completion_tokens is not None or (prompt, reply) == (None, None):
        return replace(found, tokens_per_second=rate)
    return replace(found, prompt_tokens=prompt, completion_tokens=reply, tokens_per_second=rate)


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    return value if is_count else None  # type: ignore[return-value]


def rate_of(value: object) -> float | None:
    """Return tokens for each second; 0 and what is no measurement count as unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e6 else None
