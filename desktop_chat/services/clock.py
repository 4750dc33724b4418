"""The wall clock, as a value that can be handed in and replaced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the current time, aware and in UTC."""
    return datetime.now(UTC)
