"""Which backups stay: none is lost to a clock that jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_chat.domain.backup import BEFORE_IMPORT, DAILY, DAMAGED, MANUAL, REPLACED, Backup
from desktop_chat.storage.backups.rotation import outdated

NOW = datetime(2026, 11, 22, 10, 15, 30, tzinfo=UTC)
GB = 1024**3


def made(days_ago: float, kind: str = DAILY, size: int = 1) -> Backup:
    moment = NOW - timedelta(days=days_ago)
    return Backup(Path(f"{kind}-{moment.isoformat()}"), moment, kind, size)


def kept_of(backups: list[Backup], now: datetime = NOW) -> list[Backup]:
    gone = outdated(backups, now)
    return [backup for backup in backups if backup not in gone]


def test_nothing_to_rotate():
    assert outdated([], NOW) == []


def test_all_of_two_days_stay():
    hourly = [made(hours / 24, BEFORE_IMPORT) for hours in range(48)]
    assert kept_of(hourly) == hourly


def test_two_years_of_days_leave_days_weeks_and_months():
    kept = kept_of([made(days) for days in range(730)])
    ages = [(NOW - backup.made_at).days for backup in kept]
    assert ages[:12] == list(range(12))
    assert 20 <= len(kept) <= 12 + 10 + 9
    assert 230 < ages[-1] < 280, "the oldest is not of nine months ago"


def test_the_newest_of_a_day_stays():
    assert kept_of([made(5.1), made(5.2), made(5.3), made(0)]) == [made(5.1), made(0)]


@pytest.mark.parametrize("kind", [MANUAL, DAMAGED, "before-v3", ""])
def test_what_no_other_stands_for_stays(kind):
    old = [made(400 + number / 100, kind) for number in range(20)]
    assert kept_of([*old, made(0)]) == [*old, made(0)]


def test_replaced_ones_are_rotated_too():
    assert kept_of([made(5.1), made(5.2, REPLACED), made(0)]) == [made(5.1), made(0)]


def test_row_32_clock_a_year_ahead_ages_nothing():
    usual = [made(days) for days in range(1, 12)]
    assert kept_of([made(-365), *usual], NOW + timedelta(days=365)) == [made(-365), *usual]


def test_row_32_clock_a_year_behind_deletes_nothing_of_before():
    usual = [made(days) for days in range(30)]
    wrong = NOW - timedelta(days=365)
    new = made(365.1)
    assert kept_of([*usual, new], wrong) == [*usual, new]


def test_large_ones_are_fewer_but_at_least_three():
    assert len(kept_of([made(days, size=GB) for days in range(12)])) == 8
    assert len(kept_of([made(days, size=50 * GB) for days in range(12)])) == 3
