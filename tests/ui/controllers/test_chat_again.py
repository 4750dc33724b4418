"""Replies written once more, continued, and changed for another version."""

from __future__ import annotations

import asyncio

from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.domain.stream import StreamFinished, TextDelta
from tests.ui.controllers.chat_bench import ChatBench
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.waiting import until

FOREVER = 3600.0


async def sent(bench: ChatBench, *script: object) -> MessageId:
    """Send a message and return the id of the reply."""
    bench.engine.enqueue(*script)  # type: ignore[arg-type]
    bench.chat.send("Why?")
    await until(lambda: bench.is_idle)
    return bench.transcript.message_at(bench.transcript.rowCount() - 1).id


def test_continued_reply_grows_in_its_row(qloop: asyncio.Runner, bench: ChatBench) -> None:
    seen: list[list[str]] = []

    async def scenario() -> None:
        old = await sent(bench, TextDelta("Half"), StreamFinished("length"))
        bench.engine.enqueue(TextDelta(" and half"), StreamFinished("stop"))
        bench.transcript.rowsInserted.connect(lambda: seen.append(bench.texts))
        bench.chat.continue_reply(old)
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert seen == [["Why?", "Half"]]
    assert bench.texts == ["Why?", "Half and half"]


def test_stop_before_the_first_word_brings_the_old_reply_back(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        old = await sent(bench, TextDelta("Good"), StreamFinished("stop"))
        bench.engine.enqueue(FOREVER)
        bench.chat.retry(old)
        await until(lambda: len(bench.engine.requests) == 2)
        assert bench.texts == ["Why?", ""]
        bench.chat.stop()
        await until(lambda: bench.is_idle)
        assert bench.transcript.message_at(1).id == old

    qloop.run(scenario())
    assert bench.texts == ["Why?", "Good"]


def test_stop_of_a_retry_amid_the_chat_brings_back_what_followed(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        old = await sent(bench, TextDelta("one"), StreamFinished("stop"))
        await sent(bench, TextDelta("two"), StreamFinished("stop"))
        bench.engine.enqueue(FOREVER)
        bench.chat.retry(old)
        await until(lambda: len(bench.engine.requests) == 3)
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == ["Why?", "one", "Why?", "two"]


def test_other_version_is_shown_with_what_follows_it(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    log = SignalLog(bench.chat, "version_shown")

    async def scenario() -> None:
        old = await sent(bench, TextDelta("first"), StreamFinished("stop"))
        bench.engine.enqueue(TextDelta("second"), StreamFinished("stop"))
        bench.chat.retry(old)
        await until(lambda: bench.is_idle)
        await sent(bench, TextDelta("end"), StreamFinished("stop"))
        new = bench.transcript.message_at(1).id
        assert (bench.chat.version_of(old), bench.chat.version_of(new)) == ((1, 2), (2, 2))
        bench.chat.show_version(new, -1)
        await until(lambda: log["version_shown"])
        assert bench.texts == ["Why?", "first"]
        bench.chat.show_version(old, 1)
        await until(lambda: len(log["version_shown"]) == 2)

    qloop.run(scenario())
    assert bench.texts == ["Why?", "second", "Why?", "end"]
    assert log["version_shown"] == [(1,), (1,)]


def test_version_that_cannot_be_read_is_the_only_one(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    reply = qloop.run(sent(bench, TextDelta("one"), StreamFinished("stop")))
    bench.reading.close()
    assert bench.chat.version_of(reply) == (1, 1)


def test_nothing_is_done_again_while_a_reply_runs(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        old = await sent(bench, TextDelta("one"), StreamFinished("length"))
        bench.engine.enqueue(TextDelta("two"), FOREVER)
        bench.chat.send("And?")
        await until(lambda: len(bench.engine.requests) == 2)
        for command in (bench.chat.retry, bench.chat.continue_reply):
            command(old)
        bench.chat.show_version(old, 1)
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert len(bench.engine.requests) == 2
    assert bench.transcript.message_at(1).status is MessageStatus.COMPLETE
    assert not bench.log["failed"]
