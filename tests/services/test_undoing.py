"""Changes that are undone and done again, also after the program ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.changes import (
    ChatChanged,
    ChatRestored,
    ChatsChanged,
    ChatTrashed,
    FoldersChanged,
    PathChanged,
)
from desktop_chat.domain.errors import ChatBusyError, StorageError
from desktop_chat.domain.ids import ChatId, FolderId, TagId
from desktop_chat.domain.undo import Change
from desktop_chat.services.library.undoing import MOST_NAMED
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES as BATCH
from desktop_chat.storage.undo.operations import BATCH as ROWS
from tests.services.library_bench import LibraryBench, library_bench

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

DO: dict[Change, Callable[[LibraryBench, list[Any]], Awaitable[Any]]] = {
    Change.CHAT_RENAMED: lambda library, ids: library.organising.rename(ids[0], "new name"),
    Change.CHATS_PINNED: lambda library, ids: library.organising.pin(ids),
    Change.CHATS_UNPINNED: lambda library, ids: library.organising.pin(ids, is_pinned=False),
    Change.CHATS_MOVED: lambda library, ids: library.organising.move(ids, None),
    Change.CHATS_ARCHIVED: lambda library, ids: library.organising.archive(ids),
    Change.CHATS_UNARCHIVED: lambda library, ids: library.organising.archive(
        ids, is_archived=False
    ),
    Change.CHATS_TAGGED: lambda library, ids: library.organising.tag(ids, "another"),
    Change.CHATS_UNTAGGED: lambda library, ids: library.organising.untag(ids, TagId(1)),
    Change.CHATS_TRASHED: lambda library, ids: library.organising.trash(ids),
    Change.CHATS_RESTORED: lambda library, ids: library.organising.restore(ids),
    Change.FOLDER_CREATED: lambda library, _: library.organising.create_folder("more", FolderId(1)),
    Change.FOLDER_RENAMED: lambda library, _: library.organising.rename_folder(
        FolderId(1), "renamed"
    ),
    Change.FOLDER_MOVED: lambda library, _: library.organising.move_folder(FolderId(2), None),
    Change.FOLDER_DELETED: lambda library, _: library.organising.delete_folder(FolderId(1)),
    Change.TAG_RENAMED: lambda library, _: library.organising.rename_tag(TagId(1), "renamed"),
    Change.TAG_DELETED: lambda library, _: library.organising.delete_tag(TagId(1)),
    Change.MESSAGES_DELETED: lambda library, ids: remove_messages(library, ids[0]),
}


def remove_messages(library: LibraryBench, chat_id: int) -> Awaitable[Any]:
    ids = [message.id for message in library.messages.active_path(chat_id)]
    return library.undoing.perform(Change.MESSAGES_DELETED, library.removals.plan, chat_id, ids[1:])


@pytest.fixture
async def ids(library: LibraryBench) -> list[Any]:
    """Four chats of all kinds, in two folders of which one stands in the other."""
    found = library.add_chats("plain", "pinned", "put away", "deleted")
    outer = await library.organising.create_folder("outer")
    assert outer
    inner = await library.organising.create_folder("inner", outer.id)
    assert inner
    await library.organising.move(found[:2], outer.id)
    await library.organising.move(found[2:], inner.id)
    await library.organising.pin(found[1:2])
    await library.organising.archive(found[2:3])
    await library.organising.tag(found[:3], "work")
    await library.organising.trash(found[3:])
    for text in ("alpha", "beta", "gamma"):
        library.messages.create_message(found[0], "user", text)
    library.events.clear()
    return found


@pytest.mark.parametrize("change", list(DO))
async def test_row_21_change_is_undone_and_done_again(
    library: LibraryBench, ids: list[Any], change: Change
) -> None:
    before = library.content()
    await DO[change](library, ids)
    after = library.content()
    assert (after != before, library.told_undo()) == (True, (change, None))
    assert await library.undoing.undo() == change
    assert library.content() == before
    assert library.told_undo()[1] == change
    assert await library.undoing.redo() == change
    assert (library.content(), library.told_undo()) == (after, (change, None))


async def test_row_21_deleted_chat_comes_back_after_a_restart(tmp_path: Path) -> None:
    """Delete, undo, restart, undo: the user sees the chat again, nothing is lost."""
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        first, second = library.add_chats("first", "second")
        await library.organising.trash([first])
        await library.organising.trash([second])
        await library.undoing.undo()
        assert library.titles() == ["second"]
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await library.undoing.start()
        assert library.told_undo() == (Change.CHATS_TRASHED, Change.CHATS_TRASHED)
        await library.undoing.undo()
        assert library.titles() == ["second", "first"]
        await library.undoing.redo()
        await library.undoing.redo()
        assert library.titles() == []


async def test_change_is_forgotten_after_a_day(tmp_path: Path) -> None:
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await library.organising.rename(library.add_chats("old")[0], "new")
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await library.undoing.start()
        assert library.told_undo() == (Change.CHAT_RENAMED, None)
        library.now += timedelta(days=1, minutes=1)
        await library.undoing.start()
        assert library.told_undo() == (None, None)
        assert await library.undoing.undo() is None
        assert await library.undoing.redo() is None


async def test_new_change_drops_what_could_be_done_again(
    library: LibraryBench, ids: list[Any]
) -> None:
    await library.organising.rename(ids[0], "dropped")
    await library.undoing.undo()
    await library.organising.rename(ids[1], "kept")
    assert await library.undoing.redo() is None
    assert "dropped" not in library.titles()


async def test_change_of_nothing_is_not_remembered_and_not_told(
    library: LibraryBench, ids: list[Any]
) -> None:
    code = library.told_undo()
    await library.organising.pin(ids[1:2])
    await library.organising.move([ChatId(9999)], FolderId(1))
    await library.organising.tag(ids[:1], "WORK")
    await library.organising.rename_folder(FolderId(1), "outer")
    await library.organising.move_folder(FolderId(1), FolderId(2))
    assert (library.events, library.told_undo()) == ([], code)


async def test_undo_tells_what_the_window_has_to_show_anew(
    library: LibraryBench, ids: list[Any]
) -> None:
    chat_id = ids[0]
    await library.organising.trash([chat_id])
    await library.undoing.undo()
    await library.organising.rename(chat_id, "new")
    await library.organising.pin(ids[:2])
    await remove_messages(library, chat_id)
    await library.organising.create_folder("more")
    kinds = [type(event) for event in library.events]
    assert kinds == [
        ChatTrashed, ChatRestored, ChatChanged, ChatChanged, PathChanged, FoldersChanged,
    ]  # fmt: skip
    assert library.events[4] == PathChanged(chat_id)
    library.events.clear()
    await library.organising.archive(ids[:3])
    assert library.events == [ChatsChanged(tuple(ids[:2]))]


async def test_undo_in_a_chat_that_is_being_answered_is_refused_and_stays_possible(
    library: LibraryBench, ids: list[Any]
) -> None:
    await remove_messages(library, ids[0])
    after = library.content()
    library.busy.add(ids[0])
    with pytest.raises(ChatBusyError):
        await library.undoing.undo()
    assert (library.content(), library.told_undo()[0]) == (after, Change.MESSAGES_DELETED)
    library.busy.clear()
    assert await library.undoing.undo() == Change.MESSAGES_DELETED


async def test_many_chats_are_changed_in_steps_beside_which_others_write(
    library: LibraryBench,
) -> None:
    ids = library.add_chats(*map(str, range(MOST_NAMED + 100)))
    before = library.content()
    moved = asyncio.ensure_future(library.organising.trash(ids))  # noqa: TID251
    await asyncio.sleep(0)
    places = [await library.writer.run(library.chats.count) for _ in range(3)]
    await moved
    assert places[0] > 0
    assert (library.chats.count(), library.events) == (0, [ChatsChanged()])
    await library.undoing.undo()
    assert library.content() == before


async def test_removal_that_a_killed_process_began_is_finished_at_the_next_start(
    tmp_path: Path,
) -> None:
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        (chat_id,) = library.add_chats("long")
        with library.db.atomic():
            for number in range(BATCH + 9):
                library.messages.create_message(chat_id, "user", str(number))
        ids = [message.id for message in library.messages.active_path(chat_id)]
        with library.db.atomic():
            plan = library.removals.plan(chat_id, ids[3:])
            library.log.record(Change.MESSAGES_DELETED, plan.undo, plan.redo)
            assert library.removals.remove_some(plan.redo[0][1])
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await library.undoing.start()
        assert library.count("message") == 3
        await library.undoing.undo()
        assert library.count("message") == BATCH + 9


async def test_broken_entry_is_passed_over(library: LibraryBench, ids: list[Any]) -> None:
    await library.organising.rename(ids[0], "new")
    library.log.record("from elsewhere", [["unknown"]], [])
    with library.db.atomic():
        library.db.sql("UPDATE undo_entry SET undo = 'x' WHERE label = 'from elsewhere'")
    assert await library.undoing.undo() == Change.CHAT_RENAMED
    assert "plain" in library.titles()


async def test_row_32_clock_a_year_ahead_forgets_no_change_and_no_removed_message(
    library: LibraryBench,
) -> None:
    """What was deleted a moment ago comes back by Ctrl+Z, whatever the clock says meanwhile."""
    (chat_id,) = library.add_chats("chat")
    for text in ("one", "two"):
        library.messages.create_message(chat_id, "user", text)
    await library.undoing.start()
    await remove_messages(library, chat_id)
    library.now += timedelta(days=365)
    for _ in range(2):
        await library.undoing.start()
        await library.trash.delete_old()
        library.now += timedelta(hours=1)
    assert await library.undoing.undo() == Change.MESSAGES_DELETED
    assert [one.content for one in library.messages.active_path(chat_id)] == ["one", "two"]


async def test_undo_that_was_killed_half_way_is_ended_by_the_next_start(tmp_path: Path) -> None:
    """Otherwise the next change would drop it, and the messages with it."""
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        (chat_id,) = library.add_chats("chat")
        for number in range(BATCH * 2):
            library.messages.create_message(chat_id, "user", str(number))
        await remove_messages(library, chat_id)
        entry = library.log.next_undo()
        assert entry
        library.log.mark(entry.id, is_undone=True)
        assert library.removals.put_back_some(entry.undo[0][1])
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        await library.undoing.start()
        await library.organising.pin([chat_id])
        await library.trash.delete_old()
        assert len(library.messages.active_path(chat_id)) == BATCH * 2


FAILING = """
CREATE TRIGGER full BEFORE UPDATE OF deleted_at ON chat WHEN NEW.title = 'last'
BEGIN SELECT RAISE(ABORT, 'no room'); END
"""


async def test_large_change_that_fails_half_way_is_told_and_can_be_undone(
    library: LibraryBench,
) -> None:
    """Otherwise the list would go on showing chats that are in the trash."""
    ids = library.add_chats(*(f"chat {number}" for number in range(ROWS)), "last")
    library.db.sql(FAILING)
    with pytest.raises(StorageError):
        await library.organising.trash(ids)
    assert library.titles() == ["last"]
    assert ChatsChanged in map(type, library.events)
    assert library.told_undo() == (Change.CHATS_TRASHED, None)
    library.db.sql("DROP TRIGGER full")
    await library.undoing.undo()
    assert len(library.chats.page(limit=ROWS * 2)) == ROWS + 1
