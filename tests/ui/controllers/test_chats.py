"""The chat list: what is stored shows, and what is going on in it."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.chats import FIRST_PAGE
from tests.fakes.engines import REF
from tests.ui.controllers.chat_bench import ChatBench
from tests.ui.waiting import settle, until

FOREVER = 3600.0
HELLO = (TextDelta("Hello"), StreamFinished("stop"))


def test_first_chat_of_all_appears_in_the_list(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(*HELLO)
        bench.chat.send("Why do tides lag?")
        await until(lambda: bench.is_idle)

    qloop.run(scenario())
    assert bench.titles == ["Why do tides lag?"]


def test_turn_moves_its_chat_to_the_top(qloop: asyncio.Runner, bench: ChatBench) -> None:
    old = bench.stored_chat("Old", "q")
    bench.stored_chat("Newer", "q")
    bench.chats.reload()
    assert bench.titles == ["Newer", "Old"]
    bench.engine.enqueue(*HELLO)
    qloop.run(bench.turns.send("again", old, model_ref=REF))
    assert bench.titles == ["Old", "Newer"]


def test_rename_shows_when_it_is_stored(qloop: asyncio.Runner, bench: ChatBench) -> None:
    chat_id = bench.stored_chat("Old")
    bench.chats.reload()

    async def scenario() -> None:
        bench.chats.rename(chat_id, "New")
        assert bench.titles == ["Old"]
        await until(lambda: bench.titles == ["New"])

    qloop.run(scenario())
    assert not bench.list_log["failed"]


def test_delete_says_which_and_restore_brings_it_back(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    chat_id = bench.stored_chat("Mine")
    bench.stored_chat("Other")
    bench.chats.reload()

    async def scenario() -> None:
        bench.chats.delete(chat_id)
        await until(lambda: bench.list_log["deleted"])
        assert bench.titles == ["Other"]
        bench.chats.restore(chat_id)
        await until(lambda: len(bench.titles) == 2)

    qloop.run(scenario())
    assert bench.list_log["deleted"] == [(chat_id, "Mine")]
    assert bench.titles == ["Other", "Mine"]


def test_change_of_a_chat_that_is_gone_fails_with_a_sentence(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.chats.rename(4711, "x")  # type: ignore[arg-type]
        await until(lambda: bench.list_log["failed"])

    qloop.run(scenario())
    assert isinstance(bench.list_log.last("failed"), ChatNotFoundError)


def test_change_after_the_end_does_nothing(qloop: asyncio.Runner, bench: ChatBench) -> None:
    chat_id = bench.stored_chat("Mine")

    async def scenario() -> None:
        await bench.tasks.aclose()
        bench.chats.rename(chat_id, "x")
        await settle()

    qloop.run(scenario())
    assert bench.turns.chats.get(chat_id).title == "Mine"


def test_filter_shows_matching_titles_and_nothing_all(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    for title in ("Tides", "Bread", "The tide again"):
        bench.stored_chat(title)
    bench.chats.filter(" tide ")
    assert bench.titles == ["The tide again", "Tides"]
    bench.chats.filter("")
    assert len(bench.titles) == 3


@pytest.mark.parametrize(("title", "shown"), [("Tidal", []), ("More TIDES", ["More TIDES"])])
def test_rename_under_a_filter_shows_or_hides(
    qloop: asyncio.Runner, bench: ChatBench, title: str, shown: list[str]
) -> None:
    chat_id = bench.stored_chat("Tides")
    bench.chats.filter("tides")
    qloop.run(bench.turns.chats_service.rename(chat_id, title))
    assert bench.titles == shown


def test_new_chat_under_a_filter_stays_hidden(qloop: asyncio.Runner, bench: ChatBench) -> None:
    bench.stored_chat("Tides")
    bench.chats.filter("tides")
    bench.engine.enqueue(*HELLO)
    qloop.run(bench.turns.send("Bread"))
    assert bench.titles == ["Tides"]


def test_further_pages_are_read_without_gaps_after_a_restore(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    ids = [bench.stored_chat(f"Chat {number:03}") for number in range(FIRST_PAGE + 20)]
    oldest = ids[0]

    async def scenario() -> None:
        await bench.turns.chats_service.move_to_trash(oldest)
        bench.chats.reload()
        await bench.turns.chats_service.restore(oldest)
        while bench.chat_list.canFetchMore(bench.chat_list.index(-1)):
            bench.chat_list.fetchMore(bench.chat_list.index(-1))

    qloop.run(scenario())
    assert bench.titles == [f"Chat {number:03}" for number in reversed(range(FIRST_PAGE + 20))]


def activity(bench: ChatBench, chat_id: int) -> str:
    return bench.chat_list.activity(chat_id)  # type: ignore[arg-type]


def test_activity_writing_then_unread_until_it_is_shown(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    chat_id = bench.stored_chat("One", "q")
    bench.chats.reload()

    async def scenario() -> None:
        scope = TaskScope()
        bench.engine.enqueue(TextDelta("a"), 0.02, StreamFinished("stop"))
        scope.spawn(bench.turns.send("again", chat_id, model_ref=REF))
        await until(lambda: activity(bench, chat_id) == "writing")
        await until(lambda: activity(bench, chat_id) == "unread")
        bench.chat.show_chat(chat_id)
        await until(lambda: activity(bench, chat_id) == "")
        await scope.aclose()

    qloop.run(scenario())


def test_activity_in_the_chat_shown_ends_without_a_mark(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(TextDelta("a"), 0.01, StreamFinished("stop"))
        bench.chat.send("Hi")
        await until(lambda: bench.chat.chat_id is not None)
        chat_id = bench.chat.chat_id
        assert chat_id is not None
        assert activity(bench, chat_id) == "writing"
        await until(lambda: bench.is_idle)
        assert activity(bench, chat_id) == ""

    qloop.run(scenario())


def test_activity_reply_stopped_before_its_first_word_is_nothing_new(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(FOREVER)
        bench.chat.send("Hi")
        await until(lambda: bench.engine.requests)
        chat_id = bench.chat.chat_id
        assert chat_id is not None
        bench.chat.new_chat()
        bench.turns.service.stop(chat_id)
        await until(lambda: bench.turns.heard.ended)
        assert activity(bench, chat_id) == ""

    qloop.run(scenario())
