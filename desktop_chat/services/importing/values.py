"""Values of files of others, taken as they are meant or not at all."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from desktop_chat.services.importing.failures import TooLargeError
from desktop_chat.services.importing.limits import MB, TEXT_CHARS, TITLE_CHARS

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 10_000_000_000
_LARGEST = 2**63 - 1


def text_of(value: object) -> str:
    """Return a text; anything else is none.

    Raises:
        TooLargeError: It is longer than any message.
    """
    if not isinstance(value, str):
        return ""
    if len(value) > TEXT_CHARS:
        raise TooLargeError(f"a message is longer than {TEXT_CHARS // MB} MB")
    return value


def title_of(value: object) -> str:
    """Return a text as one line of bearable length."""
    text = text_of(value)
    return " ".join(text[: TITLE_CHARS * 4].split())[:TITLE_CHARS]


def optional_text(value: object) -> str | None:
    """Return a text; None for an empty one and for anything else."""
    return text_of(value) or None


def whole(value: object) -> int | None:
    """Return a whole number that a column can hold, else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and math.isfinite(value):
        value = round(value)
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None


def milliseconds(seconds: object) -> int | None:
    """Return seconds as whole milliseconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return whole(seconds * 1000.0) if abs(seconds) < 1e12 else None


def time_of(value: object) -> datetime | None:
    """Return a time from seconds, milliseconds or text; None for one that cannot be meant.

    A time that has not come yet would keep its chat at the top of the list for ever.
    """
    moment = _moment(value)
    if moment is None or moment < _EARLIEST:
        return None
    return moment if moment <= datetime.now(UTC) + timedelta(days=1) else None


def items_of(value: object) -> list[Any]:
    """Return a list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def fields_of(value: object) -> dict[str, Any]:
    """Return an object's fields; anything else has none."""
    return value if isinstance(value, dict) else {}


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return _cut(moment.astimezone(UTC))
        if isinstance(value, int | float):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return _cut(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
