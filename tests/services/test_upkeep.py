"""Checks of the database while it is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop_chat.domain.changes import DamageFound
from desktop_chat.services.safekeeping.upkeep import THOROUGH, UpkeepService
from desktop_chat.storage.upkeep import UpkeepRepository
from tests.services.turn_bench import TurnBench

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAMAGED = "The database is damaged"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Heard:
    def __init__(self, broadcast) -> None:
        self.events: list[DamageFound] = []
        broadcast.subscribe(DamageFound, self.on_found)

    def on_found(self, event: DamageFound) -> None:
        self.events.append(event)


@pytest.fixture
def now():
    return Clock()


@pytest.fixture
def heard(bench: TurnBench):
    return Heard(bench.broadcast)


@pytest.fixture
def upkeep(bench: TurnBench, now):
    bench.chats.create_chat("a")
    service = UpkeepService(bench.db, bench.writer, bench.broadcast, now)
    yield service
    service.close()


def damage_an_index(bench: TurnBench) -> None:
    """Flip a bit in an index: one of its entries leads to another row."""
    path = bench.db.path
    bench.db.sql("INSERT INTO message (chat_id, sender) VALUES (1, 'user')")
    bench.db.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = bench.db.sql("SELECT rootpage FROM sqlite_schema WHERE name = 'message_of_chat'")[0]
    with path.open("rb+") as file:
        file.seek(root * 4096 - 1)
        assert file.read(1) == b"\x09"  # the first entry ends with its row's id, 1
        file.seek(root * 4096 - 1)
        file.write(b"\x08")


async def test_sound_database_is_counted(upkeep):
    result = await upkeep.check()
    assert (result.findings, result.chats, result.messages) == ((), 1, 0)


@pytest.mark.parametrize("expected_logs", [[DAMAGED]])
async def test_row_16_weekly_check_finds_a_damaged_index_that_the_quick_one_misses(
    bench: TurnBench, upkeep, heard, now, expected_logs
):
    await upkeep.check_if_due()
    damage_an_index(bench)
    await upkeep.check_if_due()
    assert heard.events == []  # the quick one
    now.now += timedelta(days=7)
    await upkeep.check_if_due()
    (event,) = heard.events
    assert event.is_mendable
    assert "message_of_chat" in " ".join(event.findings)


async def test_row_16_rebuilt_index_is_sound_again(bench: TurnBench, upkeep):
    damage_an_index(bench)
    assert (await upkeep.check()).is_mendable
    assert (await upkeep.rebuild_indexes()).findings == ()
    assert (await upkeep.check()).findings == ()


async def test_damaged_table_cannot_be_mended(bench: TurnBench, upkeep):
    with bench.db.atomic():
        for number in range(500):
            bench.db.sql("INSERT INTO chat (title) VALUES (?)", (f"title {number}",))
    bench.db.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = bench.db.sql("SELECT rootpage FROM sqlite_schema WHERE name = 'chat'")[0]
    with bench.db.path.open("rb+") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x5a" * 200)
    result = await upkeep.check()
    assert result.findings
    assert not result.is_mendable


@pytest.mark.parametrize(
    ("age", "is_due"),
    [
        (timedelta(days=6), False),
        (timedelta(days=7), True),
        (timedelta(days=-365), True),  # row 32: the clock went back a year since
        (timedelta(days=365), True),
    ],
)
async def test_row_32_thorough_check_is_due_after_a_week_whatever_the_clock_did(
    bench: TurnBench, upkeep, now, age, is_due
):
    repository = UpkeepRepository(bench.db)
    repository.note(THOROUGH, NOW - age)
    await upkeep.check_if_due()
    assert (repository.last(THOROUGH) == NOW) == is_due


async def test_stopped_check_says_nothing(bench: TurnBench, upkeep, heard):
    upkeep.stop()
    await upkeep.check_if_due()
    assert heard.events == []
