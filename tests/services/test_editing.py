"""A sent message that is edited: another version, a reply to it, and the old one as it was."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.changes import ReplyEnded, TurnStarted, UndoChanged
from desktop_chat.domain.errors import (
    ChatBusyError,
    EmptyMessageError,
    MessageTooLongError,
    StorageError,
)
from desktop_chat.domain.message import MessageId
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.domain.undo import Change
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.undo.undo_log import UndoLog
from tests.services.turn_bench import TurnBench, consume

pytestmark = pytest.mark.anyio

FOREVER = 3600.0


async def talked(bench: TurnBench, *texts: str) -> list[MessageId]:
    """Send these messages; return the ids of the path."""
    chat_id = None
    for text in texts:
        bench.engine.scripted.enqueue(TextDelta(f"to {text}"), StreamFinished("stop"))
        started = (await bench.send(text, chat_id))[0]
        chat_id = started.chat.id
    return [message.id for message in bench.messages.active_path(chat_id or 0)]


def texts(bench: TurnBench, chat_id: int = 1) -> list[str]:
    return [message.content for message in bench.messages.active_path(chat_id)]


async def test_edit_sends_the_path_up_to_the_new_version_and_keeps_the_old(
    bench: TurnBench,
) -> None:
    ids = await talked(bench, "one", "two", "three")
    bench.engine.scripted.enqueue(TextDelta("better"), StreamFinished("stop"))
    events = await consume(bench.service.edit(ids[2], "two, edited"))
    assert isinstance(events[0], TurnStarted)
    assert isinstance(events[-1], ReplyEnded)
    sent = [turn.content for turn in bench.engine.scripted.requests[-1].turns]
    assert sent == ["one", "to one", "two, edited"]
    assert texts(bench) == ["one", "to one", "two, edited", "better"]
    bench.messages.show_version(ids[2])
    assert texts(bench) == ["one", "to one", "two", "to two", "three", "to three"]


async def test_edit_of_the_first_message_makes_a_second_beginning(bench: TurnBench) -> None:
    ids = await talked(bench, "one")
    bench.engine.scripted.enqueue(TextDelta("b"), StreamFinished("stop"))
    await consume(bench.service.edit(ids[0], "uno"))
    assert texts(bench) == ["uno", "b"]
    assert len(bench.messages.versions(ids[0])) == 2
    assert bench.chats.get(1).title == "one"


async def test_edit_stopped_before_the_first_word_leaves_the_edited_message(
    bench: TurnBench,
) -> None:
    ids = await talked(bench, "one")
    bench.engine.scripted.enqueue(FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.edit(ids[0], "uno")))
    while len(bench.engine.scripted.requests) < 2:
        await asyncio.sleep(0.001)
    assert bench.service.stop(bench.messages.get(ids[0]).chat_id)
    while len(bench.heard.ended) < 2:
        await asyncio.sleep(0.001)
    await scope.aclose()
    assert texts(bench) == ["uno"]


@pytest.mark.parametrize(
    ("text", "error"), [("  \n", EmptyMessageError), ("x" * 2_000_000, MessageTooLongError)]
)
async def test_edit_that_cannot_be_sent_changes_nothing(
    bench: TurnBench, text: str, error: type[Exception]
) -> None:
    ids = await talked(bench, "one")
    with pytest.raises(error):
        await consume(bench.service.edit(ids[0], text))
    assert texts(bench) == ["one", "to one"]


async def test_edit_of_a_message_that_is_gone_is_refused(bench: TurnBench) -> None:
    with pytest.raises(StorageError):
        await consume(bench.service.edit(MessageId(99), "text"))


async def test_edit_while_a_reply_is_written_there_is_refused_and_elsewhere_works(
    bench: TurnBench,
) -> None:
    ids = await talked(bench, "one")
    bench.engine.scripted.enqueue(TextDelta("a"), FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "elsewhere")))
    while len(bench.heard.grown) < 2:
        await asyncio.sleep(0.001)
    bench.engine.scripted.enqueue(TextDelta("b"), FOREVER)
    scope.spawn(consume(bench.service.edit(ids[0], "uno")))
    while len(bench.heard.grown) < 3:
        await asyncio.sleep(0.001)
    with pytest.raises(ChatBusyError):
        await consume(bench.service.edit(ids[0], "dos"))
    assert texts(bench)[0] == "uno"
    await scope.aclose()


async def test_edit_is_remembered_and_undone_by_showing_the_old_version(bench: TurnBench) -> None:
    heard: list[UndoChanged] = []

    class Listener:
        def note(self, event: UndoChanged) -> None:
            heard.append(event)

    listener = Listener()
    bench.broadcast.subscribe(UndoChanged, listener.note)
    ids = await talked(bench, "one")
    bench.engine.scripted.enqueue(TextDelta("b"), StreamFinished("stop"))
    await consume(bench.service.edit(ids[0], "uno"))
    entry = UndoLog(bench.db).next_undo()
    assert entry is not None
    assert (entry.label, heard) == (
        Change.MESSAGE_EDITED,
        [UndoChanged(Change.MESSAGE_EDITED, None)],
    )
    assert entry.undo == [["set", "chat", 1, {"active_message_id": ids[1]}]]
    assert entry.redo == [["set", "chat", 1, {"active_message_id": bench.last_reply.id}]]


async def test_any_reply_can_be_regenerated_and_what_followed_stays(bench: TurnBench) -> None:
    ids = await talked(bench, "one", "two")
    bench.engine.scripted.enqueue(TextDelta("again"), StreamFinished("stop"))
    await consume(bench.service.retry(ids[1]))
    assert texts(bench) == ["one", "again"]
    bench.messages.show_version(ids[1])
    assert texts(bench) == ["one", "to one", "two", "to two"]


async def test_edit_is_undone_in_a_chat_whose_path_nobody_chose(bench: TurnBench) -> None:
    """Chats of other programs come without it."""
    ids = await talked(bench, "one", "two")
    with bench.db.atomic():
        bench.db.sql("UPDATE chat SET active_message_id = NULL")
    bench.engine.scripted.enqueue(TextDelta("b"), StreamFinished("stop"))
    await consume(bench.service.edit(ids[2], "deux"))
    entry = UndoLog(bench.db).next_undo()
    assert entry is not None
    assert entry.undo == [["set", "chat", 1, {"active_message_id": ids[-1]}]]
