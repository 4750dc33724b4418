"""The chat list: what is stored shows, and what is going on in it."""

from __future__ import annotations

import asyncio
from typing import Any

from PySide6.QtCore import Qt

from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.organisation import ChatOrder, ChatQuery, Place
from desktop_chat.domain.stream import ModelLoading, StreamFinished, TextDelta
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.chats import FIRST_PAGE
from desktop_chat.ui.item_models.roles import ChatRole
from tests.fakes.engines import REF
from tests.ui.controllers.chat_bench import ChatBench
from tests.ui.waiting import settle, until

FOREVER = 3600.0
TOOL_TIP = Qt.ItemDataRole.ToolTipRole
DESCRIPTION = Qt.ItemDataRole.AccessibleDescriptionRole
HELLO = (TextDelta("Hello"), StreamFinished("stop"))


def test_first_chat_of_all_appears_in_the_list(qloop: asyncio.Runner, bench: ChatBench) -> None:
    async def scenario() -> None:
        bench.engine.enqueue(*HELLO)
        bench.chat.send("Why do tides lag?")
        await until(lambda: bench.is_idle)

        await until(lambda: bench.titles == ["Why do tides lag?"])

    qloop.run(scenario())


async def shows(bench: ChatBench, *titles: str) -> None:
    await until(lambda: bench.titles == list(titles))


def test_turn_moves_its_chat_to_the_top(qloop: asyncio.Runner, bench: ChatBench) -> None:
    old = bench.stored_chat("Old", "q")
    bench.stored_chat("Newer", "q")

    async def scenario() -> None:
        bench.chats.reload()
        await shows(bench, "Newer", "Old")
        bench.engine.enqueue(*HELLO)
        await bench.turns.send("again", old, model_ref=REF)
        assert bench.titles == ["Old", "Newer"]

    qloop.run(scenario())


def test_rename_shows_when_it_is_stored(qloop: asyncio.Runner, bench: ChatBench) -> None:
    chat_id = bench.stored_chat("Old")

    async def scenario() -> None:
        bench.chats.reload()
        await shows(bench, "Old")
        await bench.turns.organising.rename(chat_id, "New")
        assert bench.titles == ["New"]

    qloop.run(scenario())
    assert not bench.list_log["failed"]


def test_trashed_chat_goes_at_once_and_comes_back_in_its_place(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    chat_id = bench.stored_chat("Mine")
    bench.stored_chat("Other")

    async def scenario() -> None:
        bench.chats.reload()
        await shows(bench, "Other", "Mine")
        await bench.turns.organising.trash([chat_id])
        assert bench.titles == ["Other"]
        await bench.turns.organising.restore([chat_id])
        assert bench.titles == ["Other", "Mine"]

    qloop.run(scenario())


def test_change_of_many_chats_has_the_list_read_anew(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    ids = [bench.stored_chat(title) for title in ("One", "Two", "Three")]

    async def scenario() -> None:
        bench.chats.reload()
        await shows(bench, "Three", "Two", "One")
        await bench.turns.organising.trash(ids[:2])
        await shows(bench, "Three")
        await bench.turns.undoing.undo()
        await shows(bench, "Three", "Two", "One")

    qloop.run(scenario())


def test_list_of_a_folder_shows_its_chats_and_follows_what_is_moved(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    one, two = bench.stored_chat("One"), bench.stored_chat("Two")

    async def scenario() -> None:
        folder = await bench.turns.organising.create_folder("Work")
        assert folder is not None
        await bench.turns.organising.move([one], folder.id)
        bench.chats.show_list(ChatQuery(folder_id=folder.id))
        await shows(bench, "One")
        await bench.turns.organising.move([two], folder.id)
        await shows(bench, "Two", "One")
        await bench.turns.organising.move([one], None)
        await shows(bench, "Two")

    qloop.run(scenario())


def test_list_of_the_trash_follows_what_is_deleted_and_restored(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    one = bench.stored_chat("One")

    async def scenario() -> None:
        bench.chats.show_list(ChatQuery(place=Place.TRASH))
        await shows(bench)
        await bench.turns.organising.trash([one])
        await shows(bench, "One")
        await bench.turns.organising.restore([one])
        await shows(bench)

    qloop.run(scenario())


def test_list_chosen_while_another_is_read_is_the_one_shown(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    bench.stored_chat("Bread")
    bench.stored_chat("Apple")

    async def scenario() -> None:
        bench.chats.reload()
        bench.chats.show_list(ChatQuery(place=Place.TRASH))
        bench.chats.show_list(ChatQuery(order=ChatOrder.TITLE))
        await until(lambda: bench.titles == ["Apple", "Bread"])
        await settle()
        assert bench.titles == ["Apple", "Bread"]

    qloop.run(scenario())


def test_further_pages_are_read_without_gaps_after_a_restore(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    ids = [bench.stored_chat(f"Chat {number:03}") for number in range(FIRST_PAGE + 20)]
    newest_first = [f"Chat {number:03}" for number in reversed(range(FIRST_PAGE + 20))]

    async def scenario() -> None:
        await bench.turns.organising.trash([ids[0]])
        bench.chats.reload()
        await shows(bench, *newest_first[:-1])
        await bench.turns.organising.restore([ids[0]])
        await shows(bench, *newest_first)

    qloop.run(scenario())


def test_ids_of_many_rows_are_read_beside_the_window(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    ids = [bench.stored_chat(f"Chat {number}") for number in range(5)]
    found = qloop.run(bench.chats.ids([(0, 2), (4, 1)]))
    assert found == (ids[4], ids[3], ids[0])


def test_list_that_cannot_be_read_fails_with_a_sentence(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    async def scenario() -> None:
        await settle()
        bench.turns.db.sql("ALTER TABLE chat RENAME TO gone")
        bench.chats.reload()
        await until(lambda: bench.list_log["failed"])
        assert isinstance(bench.list_log.last("failed"), ChatError)

    qloop.run(scenario())


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


def test_progress_of_a_reply_stands_in_its_row_until_its_end(
    qloop: asyncio.Runner, bench: ChatBench
) -> None:
    def of_row(role: int) -> Any:
        return bench.chat_list.data(bench.chat_list.index(0), role)

    async def scenario() -> None:
        bench.engine.enqueue(ModelLoading(0.65), FOREVER)
        bench.chat.send("Hi")
        await until(lambda: of_row(ChatRole.PROGRESS) is not None)
        assert of_row(ChatRole.PROGRESS) == 0.65
        words = [of_row(role) for role in (TOOL_TIP, DESCRIPTION)]
        assert words == ["Loading the model 65 %"] * 2
        bench.chat.stop()
        await until(lambda: bench.is_idle)
        assert (of_row(ChatRole.PROGRESS), of_row(TOOL_TIP)) == (None, "")

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
