"""Branches: copied into chats of their own, pruned, walked and seen, beside replies elsewhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from desktop_chat.domain.changes import ChatCreated, PathChanged, UndoChanged, VersionShown
from desktop_chat.domain.errors import (
    ChatBusyError,
    ChatNotFoundError,
    DiskFullError,
    StorageError,
)
from desktop_chat.domain.ids import ChatId
from desktop_chat.domain.message import MessageId
from desktop_chat.domain.stream import StreamFinished, TextDelta
from desktop_chat.domain.undo import Change
from desktop_chat.services.library.branching import BranchingService
from desktop_chat.services.library.undoing import UndoingService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.branches import BranchRepository, ChatCopy
from tests.services.turn_bench import TurnBench, consume

pytestmark = pytest.mark.anyio

FOREVER = 3600.0


class Branching:
    """The service, and what it told."""

    def __init__(self, bench: TurnBench) -> None:
        self.bench = bench
        self.heard: list[Any] = []
        for event in (ChatCreated, PathChanged, UndoChanged, VersionShown):
            bench.broadcast.subscribe(event, self.note)
        self.undoing = UndoingService(bench.db, bench.writer, bench.broadcast, bench.service.claim)
        self.service = BranchingService(
            BranchRepository(bench.db), self.undoing, bench.service, bench.writer, bench.broadcast
        )

    def note(self, event: Any) -> None:
        self.heard.append(event)

    def told(self, kind: type) -> list[Any]:
        return [event for event in self.heard if isinstance(event, kind)]

    def texts(self, chat_id: int = 1) -> list[str]:
        return [message.content for message in self.bench.messages.active_path(chat_id)]

    def talk(self, *texts: str) -> list[MessageId]:
        chat_id = self.bench.chats.create_chat("Talk").id
        senders = ("user", "llm")
        return [
            self.bench.messages.create_message(chat_id, senders[number % 2], text).id
            for number, text in enumerate(texts)
        ]


@pytest.fixture
def branching(bench: TurnBench) -> Branching:
    return Branching(bench)


async def test_duplicate_tells_of_the_new_chat_and_that_it_can_be_undone(
    branching: Branching,
) -> None:
    branching.talk("a", "b")
    chat = await branching.service.duplicate(ChatId(1), "Talk (copy)")
    assert (chat.title, branching.texts(chat.id)) == ("Talk (copy)", ["a", "b"])
    assert branching.heard == [ChatCreated(chat), UndoChanged(Change.CHAT_DUPLICATED, None)]
    assert await branching.undoing.undo() == Change.CHAT_DUPLICATED
    assert branching.bench.chats.get(chat.id).deleted_at is not None
    assert await branching.undoing.redo() == Change.CHAT_DUPLICATED
    assert branching.bench.chats.get(chat.id).deleted_at is None


async def test_branch_becomes_a_chat_of_its_own_and_the_first_stays(branching: Branching) -> None:
    ids = branching.talk("a", "b", "c", "d")
    chat = await branching.service.branch(ids[1], "Branch")
    assert branching.texts(chat.id) == ["a", "b"]
    assert branching.texts() == ["a", "b", "c", "d"]


async def test_delete_message_amid_the_chat_lets_what_follows_stay_and_can_be_undone(
    branching: Branching,
) -> None:
    ids = branching.talk("a", "b", "c", "d")
    await branching.service.delete_message(ids[1])
    assert branching.texts() == ["a", "c", "d"]
    assert branching.told(PathChanged) == [PathChanged(ChatId(1))]
    assert await branching.undoing.undo() == Change.MESSAGES_DELETED
    assert branching.texts() == ["a", "b", "c", "d"]
    assert await branching.undoing.redo() == Change.MESSAGES_DELETED
    assert branching.texts() == ["a", "c", "d"]


@pytest.mark.parametrize(("place", "left"), [(0, ["b", "c"]), (2, ["a", "b"])])
async def test_delete_first_or_last_message(
    branching: Branching, place: int, left: list[str]
) -> None:
    ids = branching.talk("a", "b", "c")
    await branching.service.delete_message(ids[place])
    assert branching.texts() == left
    await branching.undoing.undo()
    assert branching.texts() == ["a", "b", "c"]


async def test_delete_the_version_shown_shows_another_one(branching: Branching) -> None:
    ids = branching.talk("a", "b")
    other = branching.bench.messages.start_reply(1, ids[0])
    branching.bench.messages.save_progress(other.id, "b2")
    branching.bench.messages.interrupt_streaming()
    assert branching.texts() == ["a", "b2"]
    await branching.service.delete_message(other.id)
    assert branching.texts() == ["a", "b"]


async def test_delete_the_only_message_leaves_an_empty_chat(branching: Branching) -> None:
    (only,) = branching.talk("a")
    await branching.service.delete_message(only)
    assert branching.texts() == []
    await branching.undoing.undo()
    assert branching.texts() == ["a"]


async def test_delete_following_removes_all_branches_below_and_can_be_undone(
    branching: Branching,
) -> None:
    ids = branching.talk("a", "b", "c", "d")
    branching.bench.messages.start_edit(ids[2], "c2")
    branching.bench.messages.interrupt_streaming()
    await branching.service.delete_following(ids[1])
    assert branching.texts() == ["a", "b"]
    assert branching.bench.db.sql("SELECT count(*) FROM message") == [(2,)]
    await branching.undoing.undo()
    assert branching.texts() == ["a", "b", "c2", ""]
    branching.bench.messages.show_version(ids[2])
    assert branching.texts() == ["a", "b", "c", "d"]


async def test_delete_following_the_last_message_changes_nothing(branching: Branching) -> None:
    ids = branching.talk("a", "b")
    await branching.service.delete_following(ids[1])
    assert not branching.heard


async def test_show_tells_only_if_the_path_is_another_now(branching: Branching) -> None:
    ids = branching.talk("a", "b")
    edited, _ = branching.bench.messages.start_edit(ids[0], "a2")
    branching.bench.messages.interrupt_streaming()
    await branching.service.show(edited.id)
    assert not branching.told(VersionShown)
    shown = await branching.service.show(ids[1])
    assert branching.told(VersionShown) == [VersionShown(ChatId(1), shown)]
    assert branching.texts() == ["a", "b"]


async def test_tree_is_read_beside_the_writer(branching: Branching) -> None:
    branching.talk("a", "b")
    rows = await branching.service.tree(ChatId(1))
    assert [row.message.excerpt for row in rows] == ["a", "b"]
    with pytest.raises(ChatNotFoundError):
        await branching.service.tree(ChatId(99))


async def test_messages_of_a_chat_that_is_being_answered_stay_as_they_are(
    branching: Branching,
) -> None:
    bench = branching.bench
    bench.engine.scripted.enqueue(TextDelta("x"), FOREVER)
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "first")))
    while not bench.heard.grown:
        await asyncio.sleep(0.001)
    question, service = MessageId(1), branching.service
    for refused in (
        service.delete_message(question),
        service.delete_following(question),
        service.show(question),
    ):
        with pytest.raises(ChatBusyError):
            await refused
    copy = await service.duplicate(ChatId(1), "c")
    assert branching.texts(copy.id)[0] == "first"
    assert branching.texts()[0] == "first"
    await scope.aclose()


class _FullDisk(BranchRepository):
    """Has no room for all of a copy."""

    def copy_more(self, copy: ChatCopy) -> bool:
        super().copy_more(copy)
        raise DiskFullError(path="chats.sqlite3")


async def test_copy_that_finds_no_room_leaves_nothing_behind(branching: Branching) -> None:
    branching.talk("a", "b")
    branching.service._branches = _FullDisk(branching.bench.db)
    with pytest.raises(DiskFullError):
        await branching.service.duplicate(ChatId(1), "Copy")
    assert branching.bench.chats.count() == 1
    assert branching.bench.db.sql("SELECT count(*) FROM import") == [(0,)]
    assert branching.bench.db.sql("SELECT count(*) FROM message") == [(2,)]


async def test_everything_works_while_a_reply_is_written_elsewhere(branching: Branching) -> None:
    ids, bench = branching.talk("a", "b", "c"), branching.bench
    bench.engine.scripted.enqueue(TextDelta("x"), 0.01, TextDelta("y"), StreamFinished("stop"))
    scope = TaskScope()
    scope.spawn(consume(bench.service.send(None, "elsewhere")))
    while not bench.heard.grown:
        await asyncio.sleep(0.001)
    await branching.service.delete_message(ids[1])
    copy = await branching.service.duplicate(ChatId(1), "c")
    assert branching.texts() == branching.texts(copy.id) == ["a", "c"]
    while not bench.heard.ended:
        await asyncio.sleep(0.001)
    assert bench.last_reply.content == "xy"
    await scope.aclose()


async def test_message_that_is_gone_is_refused(branching: Branching) -> None:
    gone = MessageId(99)
    for refused in (
        branching.service.delete_message(gone),
        branching.service.delete_following(gone),
        branching.service.branch(gone, "b"),
        branching.service.show(gone),
    ):
        with pytest.raises(StorageError):
            await refused
