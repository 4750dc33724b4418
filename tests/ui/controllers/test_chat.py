"""The chat that is shown: sending, stopping, trying again, and moving between chats."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from desktop_chat.domain.errors import (
    ChatNotFoundError,
    ConnectionLostError,
    EmptyMessageError,
    NoModelAnywhereError,
)
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.model_info import EMBEDDED, ModelRef
from desktop_chat.domain.stream import ReasoningDelta, StreamFinished, TextDelta, UsageReported
from desktop_chat.domain.usage import TokenUsage
from tests.fakes.engines import REF
from tests.ui.controllers.chat_bench import ChatBench
from tests.ui.waiting import settle, until

FOREVER = 3600.0
HELLO = (TextDelta("Hel"), TextDelta("lo"), StreamFinished("stop"))
OTHER = ModelRef(EMBEDDED, "/models/other.gguf")


async def sent(bench: ChatBench, text: str, *script: Any) -> None:
    """Send and wait for the end of the reply."""
    bench.engine.enqueue(*script)
    bench.chat.send(text)
    await until(lambda: bench.is_idle)


async def begun(bench: ChatBench, text: str, *script: Any) -> None:
    """Send and wait until the reply grows."""
    grown = len(bench.turns.heard.grown)
    bench.engine.enqueue(*script)
    bench.chat.send(text)
    await until(lambda: len(bench.turns.heard.grown) > grown)


async def shown(bench: ChatBench, chat_id: Any) -> None:
    bench.chat.show_chat(chat_id)
    await until(lambda: bench.chat.chat_id == chat_id)


def test_send_in_a_new_chat_stores_shows_and_answers(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    qloop.run(sent(bench, "Why do tides lag?", *HELLO))
    assert bench.texts == ["Why do tides lag?", "Hello"]
    assert bench.log["chat_shown"] == [(bench.chat.chat_id, "Why do tides lag?")]
    assert bench.log["message_accepted"] == [("Why do tides lag?",)]
    assert bench.log["streaming_changed"][0] == (True,)
    assert bench.log["streaming_changed"][-1] == (False,)
    assert bench.log.last("model_changed") == REF
    assert not bench.log["failed"]


def test_send_in_a_new_chat_leaves_what_is_typed_meanwhile(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    qloop.run(sent(bench, "Hi", *HELLO))
    assert not bench.log["draft_changed"]


def test_send_while_a_reply_runs_is_ignored(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        await begun(bench, "One", TextDelta("a"), FOREVER)
        bench.chat.send("Two")
        await settle()
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == ["One", "a"]
    assert bench.log["message_accepted"] == [("One",)]


@pytest.mark.parametrize("text", ["", " \n"])
def test_send_nothing_fails_and_nothing_is_shown(
    qloop: asyncio.Runner, bench: ChatBench, text: str
) -> None:
    qloop.run(sent(bench, text))
    assert isinstance(bench.log.last("failed"), EmptyMessageError)
    assert bench.texts == []
    assert bench.log.last("streaming_changed") is False
    assert not bench.log["message_accepted"]


def test_send_with_no_model_anywhere_keeps_the_draft(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.turns.engine.models = []
        await bench.turns.engines.refresh()
        await sent(bench, "Hi")

    qloop.run(scenario())
    assert isinstance(bench.log.last("failed"), NoModelAnywhereError)
    assert not bench.log["message_accepted"]
    assert bench.chat.chat_id is None


def test_stop_keeps_the_partial_reply(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        await begun(bench, "Go", TextDelta("part"), FOREVER)
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == ["Go", "part"]
    assert bench.transcript.message_at(1).status is MessageStatus.STOPPED


def test_stop_before_the_first_word_takes_the_reply_away(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(FOREVER)
        bench.chat.send("Go")
        await until(lambda: bench.engine.requests)
        bench.chat.stop()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == ["Go"]


def test_stop_with_nothing_running_does_nothing(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        bench.chat.stop()
        await sent(bench, "Hi", *HELLO)
        bench.chat.stop()
        await settle()

    qloop.run(scenario())
    assert bench.texts == ["Hi", "Hello"]


def test_failed_reply_is_shown_and_retry_replaces_it(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        await sent(bench, "Hi", TextDelta("ha"), ConnectionLostError(url="u"))
        failed = bench.transcript.message_at(1)
        assert failed.error_code == "connection_lost"
        bench.engine.enqueue(*HELLO)
        bench.chat.retry(failed.id)
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == ["Hi", "Hello"]
    assert not bench.log["failed"]


def test_retry_of_a_reply_whose_question_was_never_read_shows_the_path(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    texts = [f"m{number}" for number in range(129)]
    chat_id = bench.stored_chat("Long", *texts)
    # The tail that is read when the chat is shown begins with this reply.
    reply = bench.turns.messages.active_path(chat_id)[65]

    async def scenario() -> None:
        await shown(bench, chat_id)
        assert bench.transcript.row_of(reply.parent_id) is None  # type: ignore[arg-type]
        bench.engine.enqueue(*HELLO)
        bench.chat.retry(reply.id)
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == [*texts[:65], "Hello"]


def test_switching_chats_does_not_stop_the_reply(qloop: asyncio.Runner, bench: ChatBench) -> None:
    other = bench.stored_chat("Other", "q", "a")

    async def scenario() -> None:
        await begun(bench, "Go", TextDelta("one "), 0.05, TextDelta("two"), StreamFinished("stop"))
        writing = bench.chat.chat_id
        await shown(bench, other)
        assert bench.log.last("streaming_changed") is False
        assert bench.texts == ["q", "a"]
        await until(lambda: bench.is_idle)
        assert bench.texts == ["q", "a"]
        await shown(bench, writing)

    qloop.run(scenario())
    assert bench.texts == ["Go", "one two"]


def test_coming_back_to_a_growing_reply_shows_all_of_it(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    other = bench.stored_chat("Other")

    async def scenario() -> None:
        script = (ReasoningDelta("hm"), TextDelta("one "), 0.05, TextDelta("two"), FOREVER)
        await begun(bench, "Go", *script)
        writing = bench.chat.chat_id
        await shown(bench, other)
        await until(lambda: len(bench.turns.heard.grown) == 3)
        await shown(bench, writing)
        assert bench.texts == ["Go", "one two"]
        assert bench.transcript.message_at(1).reasoning == "hm"
        assert bench.log.last("streaming_changed") is True

    qloop.run(scenario())


def test_two_chats_write_at_once_and_stop_stops_the_one_shown(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        await begun(bench, "First", TextDelta("one"), FOREVER)
        first = bench.chat.chat_id
        bench.chat.new_chat()
        await begun(bench, "Second", TextDelta("two"), FOREVER)
        bench.chat.stop()
        await until(lambda: not bench.chat.is_streaming)
        assert bench.turns.service.live_chats == {first}
        assert bench.texts == ["Second", "two"]

    qloop.run(scenario())


def test_chat_left_while_its_message_is_being_stored_does_not_mark_the_other(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    one, other = bench.stored_chat("One", "q"), bench.stored_chat("Other", "q")
    gate = threading.Event()

    async def scenario() -> None:
        await shown(bench, one)
        bench.engine.enqueue(TextDelta("a"), FOREVER)
        bench.turns.writer.submit(gate.wait)
        bench.chat.keep_draft("Slow disk")
        bench.chat.send("Slow disk")
        bench.chat.show_chat(other)
        await settle()
        gate.set()
        await until(lambda: bench.chat.chat_id == other and bench.turns.heard.grown)
        assert not bench.chat.is_streaming
        assert bench.log.last("streaming_changed") is False
        bench.log.clear()
        await shown(bench, one)
        assert bench.texts == ["q", "Slow disk", "a"]
        assert bench.log["draft_changed"] == [("",)]

    qloop.run(scenario())


def test_new_chat_whose_message_is_being_stored_survives_the_end_of_another_reply(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    gate = threading.Event()

    async def scenario() -> None:
        await begun(bench, "First", TextDelta("one"), FOREVER)
        first = bench.chat.chat_id
        bench.chat.new_chat()
        bench.engine.enqueue(*HELLO)
        bench.turns.writer.submit(gate.wait)
        bench.chat.send("Second")
        await settle()
        bench.turns.service.stop(first)  # type: ignore[arg-type]
        await settle()
        gate.set()
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.texts == ["Second", "Hello"]


def test_chat_of_another_process_does_not_take_the_place_of_the_one_sent(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(*HELLO)
        bench.engine.enqueue(*HELLO)
        bench.tasks.spawn(_consumed(bench.turns, "From outside"))
        bench.chat.send("Mine")
        await until(lambda: bench.is_idle and len(bench.turns.heard.ended) == 2)

    qloop.run(scenario())
    assert bench.texts == ["Mine", "Hello"]


async def _consumed(turns: Any, text: str) -> None:
    await turns.send(text)


def test_show_chat_twice_quickly_shows_the_last(qloop: asyncio.Runner, bench: ChatBench) -> None:
    ids = [bench.stored_chat(f"Chat {number}") for number in range(3)]

    async def scenario() -> None:
        for chat_id in ids:
            bench.chat.show_chat(chat_id)
        await until(lambda: bench.chat.chat_id == ids[-1])
        await settle()

    qloop.run(scenario())
    assert bench.chat.chat_id == ids[-1]
    assert bench.transcript.chat_id == ids[-1]


def test_going_back_before_the_other_chat_opened_stays(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    one, other = bench.stored_chat("One"), bench.stored_chat("Other")

    async def scenario() -> None:
        await shown(bench, one)
        bench.chat.show_chat(other)
        bench.chat.show_chat(one)
        await bench.turns.writer.run(int)
        await settle()
        assert bench.chat.chat_id == one
        bench.chat.show_chat(other)
        bench.chat.new_chat()
        await bench.turns.writer.run(int)
        await settle()
        assert bench.chat.chat_id is None

    qloop.run(scenario())


def test_show_chat_that_is_gone_fails_and_stays(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        bench.chat.show_chat(4711)  # type: ignore[arg-type]
        await until(lambda: bench.log["failed"])

    qloop.run(scenario())
    assert isinstance(bench.log.last("failed"), ChatNotFoundError)
    assert not bench.log["chat_shown"]


def test_drafts_belong_to_their_chats(qloop: asyncio.Runner, bench: ChatBench) -> None:
    one, other = bench.stored_chat("One"), bench.stored_chat("Other")

    async def scenario() -> None:
        await shown(bench, one)
        bench.chat.keep_draft("for one")
        await shown(bench, other)
        bench.chat.keep_draft("")
        bench.chat.new_chat()
        await shown(bench, one)

    qloop.run(scenario())
    assert [call[0] for call in bench.log["draft_changed"]] == ["", "", "", "for one"]


def test_model_chosen_in_a_new_chat_answers_there(qloop: asyncio.Runner, bench: ChatBench) -> None:
    chosen = ModelRef(REF.account_id, "beta")
    bench.chat.choose_model(chosen)
    qloop.run(sent(bench, "Hi", *HELLO))
    assert bench.engine.requests[-1].model_id == "beta"
    assert bench.log["model_changed"] == [(chosen,), (chosen,)]
    bench.chat.new_chat()
    assert bench.log.last("model_changed") is None


def test_model_chosen_in_a_stored_chat_is_stored(qloop: asyncio.Runner, bench: ChatBench) -> None:
    chat_id = bench.stored_chat("One")

    async def scenario() -> None:
        await shown(bench, chat_id)
        bench.chat.choose_model(OTHER)
        await until(lambda: bench.log["model_changed"][-1:] == [(OTHER,)])

    qloop.run(scenario())
    assert bench.turns.chats.get(chat_id).model_ref == OTHER


def test_rename_elsewhere_changes_the_title_of_the_chat_shown(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    one, other = bench.stored_chat("One"), bench.stored_chat("Other")

    async def scenario() -> None:
        await shown(bench, one)
        await bench.turns.organising.rename(one, "New")
        await bench.turns.organising.rename(other, "Unseen")

    qloop.run(scenario())
    assert bench.log["title_changed"] == [("New",)]


def test_chat_shown_moved_to_the_trash_makes_room_for_a_new_one(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    one, other = bench.stored_chat("One", "q"), bench.stored_chat("Other")

    async def scenario() -> None:
        await shown(bench, one)
        await bench.turns.organising.trash([other])
        assert bench.chat.chat_id == one
        await bench.turns.organising.trash([one])

    qloop.run(scenario())
    assert bench.chat.chat_id is None
    assert bench.texts == []


def test_usage_is_that_of_the_last_reply_or_unknown(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        await sent(
            bench, "Hi", TextDelta("a"), UsageReported(TokenUsage(30, 12)), StreamFinished("stop")
        )
        assert bench.log.last("usage_changed") == 42
        bench.chat.new_chat()
        assert bench.log.last("usage_changed") == -1

    qloop.run(scenario())


def test_turn_of_another_process_in_the_chat_shown_appears(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    chat_id = bench.stored_chat("One", "q", "a")

    async def scenario() -> None:
        await shown(bench, chat_id)
        bench.engine.enqueue(*HELLO)
        await bench.turns.send("From outside", chat_id, model_ref=REF)

    qloop.run(scenario())
    assert bench.texts == ["q", "a", "From outside", "Hello"]
    assert bench.log["streaming_changed"][-2:] == [(True,), (False,)]
    assert not bench.log["message_accepted"]


def test_show_chat_takes_at_once_what_is_typed_next(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    chat_id = bench.stored_chat("Other")
    bench.chat.show_chat(chat_id)
    assert bench.chat.chat_id == chat_id


def test_new_chat_and_another_chat_ask_for_the_draft_first(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    chat_id = bench.stored_chat("Other")
    kept: list[object] = []
    bench.chat.leaving.connect(lambda: kept.append(bench.chat.chat_id))
    bench.chat.show_chat(chat_id)
    bench.chat.new_chat()
    assert kept == [None, chat_id]
