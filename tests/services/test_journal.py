"""Growing replies on disk, also when the disk is full for a while.

A database with a limit on its pages reports just what SQLite reports on a full disk.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.changes import SavingFailed, SavingResumed
from desktop_chat.domain.errors import DiskFullError
from desktop_chat.domain.message import Message, MessageStatus
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.services.replies import journal as journal_module
from desktop_chat.services.replies.live_reply import LiveReply
from tests.services.turn_bench import TurnBench, consume

if TYPE_CHECKING:
    from desktop_chat.services.broadcast import Broadcast

pytestmark = pytest.mark.anyio

LONG = "long text " * 20_000
FULL_LOG = "Saving a reply failed: disk_full"


class Told:
    """What was told about saving, in order."""

    def __init__(self, broadcast: Broadcast) -> None:
        self.events: list[object] = []
        broadcast.subscribe(SavingFailed, self.on_event)
        broadcast.subscribe(SavingResumed, self.on_event)

    def on_event(self, event: object) -> None:
        self.events.append(event)

    @property
    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]


@pytest.fixture
def told(bench: TurnBench) -> Told:
    return Told(bench.broadcast)


@pytest.fixture
def quick_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "RETRY_AFTER_S", 0.01)
    monkeypatch.setattr(journal_module, "SAVE_EVERY_S", 0.01)


async def limit_pages(bench: TurnBench, more: int) -> None:
    """Leave room for so many pages more on the writer's connection."""

    def limit() -> None:
        pages = bench.db.sql("PRAGMA page_count")[0][0]
        bench.db.sql(f"PRAGMA max_page_count = {pages + more}")

    await bench.writer.run(limit)


async def stored(bench: TurnBench, reply: LiveReply | Message) -> Message:
    return await bench.writer.run(bench.messages.get, reply.id)


async def a_reply(bench: TurnBench, text: str) -> LiveReply:
    chat = bench.chats.create_chat("Full")
    _, reply = bench.messages.start_turn(chat.id, "Hi")
    live = LiveReply(reply)
    live.add_text(text)
    return live


async def until(condition: object, bench: TurnBench) -> None:
    while not condition():  # type: ignore[operator]
        await asyncio.sleep(0.002)


@pytest.mark.usefixtures("quick_retry")
async def test_note_saves_the_text_so_far_and_the_row_still_streams(bench: TurnBench) -> None:
    live = await a_reply(bench, "so far")
    bench.journal.note(live)
    while (await stored(bench, live)).content != "so far":
        await asyncio.sleep(0.002)
    assert (await stored(bench, live)).status is MessageStatus.STREAMING


async def test_finish_writes_the_final_state_and_no_snapshot_follows(bench: TurnBench) -> None:
    live = await a_reply(bench, "all")
    bench.journal.note(live)
    await bench.journal.finish(live.finished("stop"))
    message = await stored(bench, live)
    assert (message.content, message.status) == ("all", MessageStatus.COMPLETE)
    assert bench.journal.unsaved_texts() == []


@pytest.mark.usefixtures("quick_retry")
@pytest.mark.parametrize("expected_logs", [[FULL_LOG]])
async def test_disk_full_is_told_once_and_the_text_saved_when_there_is_room(
    bench: TurnBench, told: Told, expected_logs: list[str]
) -> None:
    live = await a_reply(bench, LONG)
    await limit_pages(bench, 0)
    await bench.journal.finish(live.finished("stop"))
    await asyncio.sleep(0.05)  # some vain trials
    assert told.kinds == [SavingFailed]
    assert bench.journal.unsaved_texts() == [LONG]
    await limit_pages(bench, 10_000)
    await until(lambda: told.kinds[-1] is SavingResumed, bench)
    assert told.kinds == [SavingFailed, SavingResumed]
    message = await stored(bench, live)
    assert (message.content, message.status) == (LONG, MessageStatus.COMPLETE)
    assert bench.journal.unsaved_texts() == []


@pytest.mark.usefixtures("quick_retry")
@pytest.mark.parametrize("expected_logs", [[FULL_LOG]])
async def test_disk_full_while_a_reply_grows_is_told_and_the_turn_goes_on(
    bench: TurnBench, told: Told, expected_logs: list[str]
) -> None:
    bench.engine.scripted.enqueue(TextDelta(LONG), 0.1, TextDelta("end"), StreamFinished("stop"))
    events = bench.service.send(None, "Hi")
    await anext(events)
    await limit_pages(bench, 0)
    await consume(events)
    assert isinstance(told.events[0], SavingFailed)
    assert isinstance(told.events[0].error, DiskFullError)
    assert told.kinds == [SavingFailed]
    assert bench.heard.ended[-1].reply.content == LONG + "end"
    await limit_pages(bench, 10_000)
    await until(lambda: told.kinds[-1] is SavingResumed, bench)
    assert bench.last_reply.content == LONG + "end"


@pytest.mark.parametrize("expected_logs", [[FULL_LOG]])
async def test_flush_saves_what_was_left_at_the_end(
    bench: TurnBench, told: Told, expected_logs: list[str]
) -> None:
    live = await a_reply(bench, LONG)
    await limit_pages(bench, 0)
    await bench.journal.finish(live.finished("stop"))
    await limit_pages(bench, 10_000)
    await bench.journal.flush()
    assert (await stored(bench, live)).content == LONG
    assert told.kinds == [SavingFailed, SavingResumed]


async def test_disk_full_before_the_question_is_stored_sends_nothing(bench: TurnBench) -> None:
    await limit_pages(bench, 0)
    with pytest.raises(DiskFullError):
        await bench.send(LONG)
    assert not bench.engine.scripted.requests
    assert bench.chats.count() == 0


async def test_close_cancels_what_waits(bench: TurnBench) -> None:
    live = await a_reply(bench, "late")
    bench.journal.note(live)
    bench.journal.close()
    bench.journal.close()
