"""Drafts on their way to the disk."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.changes import SavingFailed, SavingResumed
from desktop_chat.services.safekeeping import drafts as drafts_module
from desktop_chat.services.safekeeping.drafts import DraftsService
from desktop_chat.storage.drafts import DraftRepository
from tests.services.turn_bench import TurnBench

pytestmark = pytest.mark.anyio

LONG = "long draft " * 20_000


class Shown:
    """The composer, as far as the service knows it."""

    def __init__(self) -> None:
        self.chat_id = None
        self.text = ""

    def current(self):
        return self.chat_id, self.text


class Told:
    def __init__(self, broadcast) -> None:
        self.kinds: list[type] = []
        broadcast.subscribe(SavingFailed, self.on_event)
        broadcast.subscribe(SavingResumed, self.on_event)

    def on_event(self, event) -> None:
        self.kinds.append(type(event))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(drafts_module, "SAVE_AFTER_S", 0.01)
    monkeypatch.setattr(drafts_module, "RETRY_AFTER_S", 0.01)


@pytest.fixture
def stored(bench: TurnBench):
    return DraftRepository(bench.db)


@pytest.fixture
def shown():
    return Shown()


@pytest.fixture
def service(bench: TurnBench, stored, shown):
    service = DraftsService(stored, bench.writer, bench.journal.saving)
    service.watch(shown.current)
    yield service
    service.close()


async def until(is_so) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.002)


async def limit_pages(bench: TurnBench, more: int) -> None:
    def limit() -> None:
        pages = bench.db.sql("PRAGMA page_count")[0][0]
        bench.db.sql(f"PRAGMA max_page_count = {pages + more}")

    await bench.writer.run(limit)


async def test_row_4_what_is_typed_is_saved_soon_without_being_sent(service, stored, shown):
    for text in ("h", "he", "hel"):
        shown.text = text
        service.note()
    await until(lambda: stored.get(None) == "hel")
    assert service.unsaved(None) is None


async def test_draft_of_a_chat_that_is_left_is_saved_at_once(bench, service, stored, shown):
    chat_id = bench.chats.create_chat("left").id
    service.keep(chat_id, "half a question")
    assert service.unsaved(chat_id) == "half a question"
    await until(lambda: stored.get(chat_id) == "half a question")


async def test_sent_draft_does_not_come_back_by_a_save_under_way(service, stored, shown):
    shown.text = "hello"
    service.note()
    await until(lambda: stored.get(None) == "hello")
    service.sent(None, "hello")
    shown.text = ""
    await until(lambda: stored.get(None) == "")


async def test_flush_saves_what_was_typed_last(service, stored, shown):
    shown.text = "just now"
    service.note()
    await service.flush()
    assert stored.get(None) == "just now"


@pytest.mark.parametrize("expected_logs", [["Saving a draft failed: disk_full"]])
async def test_row_13_draft_on_a_full_disk_is_told_once_and_saved_when_there_is_room(
    bench: TurnBench, service, stored, shown, expected_logs
):
    told = Told(bench.broadcast)
    await limit_pages(bench, 0)
    shown.text = LONG
    service.note()
    await until(lambda: told.kinds)
    await asyncio.sleep(0.05)  # some vain trials
    assert told.kinds == [SavingFailed]
    assert service.unsaved(None) == LONG
    await limit_pages(bench, 10_000)
    await until(lambda: told.kinds == [SavingFailed, SavingResumed])
    assert stored.get(None) == LONG


@pytest.mark.parametrize("expected_logs", [["Saving a draft failed"]])
async def test_resumed_is_told_when_replies_and_drafts_are_saved_again(
    bench: TurnBench, expected_logs
):
    from desktop_chat.domain.errors import DiskFullError

    told = Told(bench.broadcast)
    saving = bench.journal.saving
    saving.report("a draft", DiskFullError(path="x"))
    saving.report("a reply", DiskFullError(path="x"))
    saving.report("a draft", None)
    assert told.kinds == [SavingFailed]
    saving.report("a reply", None)
    assert told.kinds == [SavingFailed, SavingResumed]
    assert saving.error is None
