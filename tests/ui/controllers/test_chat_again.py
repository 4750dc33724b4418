"""Replies written once more, continued, and changed for another version."""

from __future__ import annotations

import asyncio

from desktop_chat.domain.changes import PathChanged
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


def test_edited_message_takes_the_place_of_the_old_one(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        await sent(bench, TextDelta("one"), StreamFinished("stop"))
        await sent(bench, TextDelta("two"), StreamFinished("stop"))
        first = bench.transcript.message_at(0).id
        bench.engine.enqueue(TextDelta("uno"), StreamFinished("stop"))
        bench.chat.edit(first, "Warum?")
        await until(lambda: bench.is_idle)
        edited = bench.transcript.message_at(0).id
        assert bench.chat.version_of(edited) == (2, 2)
        bench.chat.show_version(edited, -1)
        await until(lambda: len(bench.texts) == 4)

    qloop.run(scenario())
    assert bench.texts == ["Why?", "one", "Why?", "two"]


def test_edit_leaves_the_draft_alone_and_accepts_no_message(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        await sent(bench, TextDelta("one"), StreamFinished("stop"))
        bench.chat.keep_draft("Warum?")
        bench.engine.enqueue(TextDelta("uno"), StreamFinished("stop"))
        bench.chat.edit(bench.transcript.message_at(0).id, "Warum?")
        await until(lambda: bench.is_idle)
        other = bench.stored_chat("Other", "a")
        bench.chat.show_chat(other)
        bench.chat.show_chat(bench.turns.messages.get(1).chat_id)

    qloop.run(scenario())
    assert bench.log["draft_changed"][-1] == ("Warum?",)
    assert bench.log["message_accepted"] == [("Why?",)]


def test_edit_while_a_reply_runs_is_ignored(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        await sent(bench, TextDelta("one"), StreamFinished("stop"))
        bench.engine.enqueue(TextDelta("two"), FOREVER)
        bench.chat.send("And?")
        await until(lambda: len(bench.engine.requests) == 2)
        bench.chat.edit(bench.transcript.message_at(0).id, "Warum?")
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts[0] == "Why?"
    assert len(bench.engine.requests) == 2


def test_edit_far_above_the_pages_that_were_read_is_shown_at_its_place(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        chat_id = bench.stored_chat("Long", *(str(number) for number in range(100)))
        bench.chat.show_chat(chat_id)
        bench.engine.enqueue(TextDelta("new"), StreamFinished("stop"))
        bench.chat.edit(MessageId(49), "edited")
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == [*(str(number) for number in range(48)), "edited", "new"]


def test_path_that_lost_messages_is_shown_anew(qloop: asyncio.Runner, bench: ChatBench) -> None:
    chat_id = bench.stored_chat("Talk", "a", "b", "c", "d")
    other = bench.stored_chat("Other", "e")
    bench.chat.show_chat(chat_id)
    # A branch: the pages keep the ids of such a path.
    bench.turns.messages.start_edit(1, "a2")
    bench.turns.messages.interrupt_streaming()
    bench.turns.messages.show_version(1)
    bench.turns.broadcast.publish(PathChanged(chat_id))
    assert bench.texts == ["a", "b", "c", "d"]
    for sql in ("UPDATE message SET parent_id = 1 WHERE id = 3", "DELETE FROM message WHERE id = 2",
                "UPDATE message SET depth = depth - 1 WHERE id IN (3, 4)"):  # fmt: skip
        bench.turns.db.sql(sql)
    bench.turns.broadcast.publish(PathChanged(other))
    assert bench.texts == ["a", "b", "c", "d"]
    bench.turns.broadcast.publish(PathChanged(chat_id))
    assert bench.texts == ["a", "c", "d"]


def test_path_changed_while_a_reply_grows_keeps_what_has_come(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(TextDelta("so far"), FOREVER)
        bench.chat.send("Why?")
        await until(lambda: bench.turns.heard.grown)
        assert bench.chat.chat_id is not None
        bench.turns.broadcast.publish(PathChanged(bench.chat.chat_id))
        assert bench.texts == ["Why?", "so far"]
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
