"""Times as the tables hold them: `2026-11-22T10:15:30.123Z`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]

_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """Return the time to the millisecond, which is what a row can hold."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def to_text(moment: datetime) -> str:
    """Return `moment` in the form of the tables."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def from_text(text: object) -> datetime:
    """Return the time that `text` means.

    Rows written by other programs may hold other forms; one that cannot be read costs its time,
    not the row.
    """
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return _UNKNOWN
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
