"""Which backups newer ones stand for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from desktop_chat.domain.backup import BEFORE_IMPORT, DAILY, REPLACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from desktop_chat.domain.backup import Backup

# Those that the user made, those of before an update, and what is damaged stay.
_ROTATED = (DAILY, BEFORE_IMPORT, REPLACED)
_ALL_FOR = timedelta(days=2)
_AT_LEAST = 3
_MOST_BYTES = 8 * 1024**3


def outdated(backups: Sequence[Backup], now: datetime) -> list[Backup]:
    """Return what can be deleted of `backups`.

    Kept are all of two days, then one for each of the last 12 days, 10 weeks and 9 months that
    have one, as far as they fit into 8 GB, but at least three. It is counted by the times in the
    names and from the newest on, so that a clock that jumps ages nothing; a backup from the
    future is neither counted nor deleted.
    """
    past = [backup for backup in backups if backup.kind in _ROTATED and backup.made_at <= now]
    past.sort(key=lambda backup: backup.made_at, reverse=True)
    if not past:
        return []
    wanted = {backup for backup in past if past[0].made_at - backup.made_at <= _ALL_FOR}
    for most, period in ((12, _day), (10, _week), (9, _month)):
        wanted.update(_newest_of_each(past, period, most))
    kept = set(_that_fit([backup for backup in past if backup in wanted]))
    return [backup for backup in past if backup not in kept]


def _newest_of_each(
    past: Sequence[Backup], period: Callable[[datetime], object], most: int
) -> list[Backup]:
    found: dict[object, Backup] = {}
    for backup in past:
        found.setdefault(period(backup.made_at), backup)
    return list(found.values())[:most]


def _that_fit(wanted: Sequence[Backup]) -> Iterator[Backup]:
    total = 0
    for number, backup in enumerate(wanted, start=1):
        total += backup.size
        if number > _AT_LEAST and total > _MOST_BYTES:
            return
        yield backup


def _day(moment: datetime) -> object:
    return moment.date()


def _week(moment: datetime) -> object:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> object:
    return (moment.year, moment.month)
