"""Chats that are deleted for good: what is left in the files, and what is not."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desktop_chat.domain.changes import ChatsChanged
from desktop_chat.domain.ids import ChatId
from desktop_chat.domain.organisation import ChatQuery, Place
from desktop_chat.domain.undo import Change
from desktop_chat.services.library import trash as trash_module
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES as MESSAGES_AT_ONCE
from desktop_chat.storage.undo import trash as trash_storage
from tests.services.library_bench import LibraryBench, library_bench

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

# Words of no language, so that nothing else in the files holds them; the index keeps them apart
# into a common beginning and the rest.
WORDS = [f"{letter * 3}quixotl" for letter in "bcdfghjkm"]


def make_secret_chat(library: LibraryBench) -> Any:
    """A chat with a word of its own in each place where text of a chat can be."""
    title, old, content, reasoning, draft, name, text, removed, edited = WORDS
    (chat_id,) = library.add_chats(old)
    message = library.messages.create_message(chat_id, "llm", content, reasoning=reasoning)
    gone = library.messages.create_message(chat_id, "user", removed)
    library.messages.create_message(chat_id, "user", edited)
    with library.db.atomic():
        library.db.sql("INSERT INTO draft (chat_id, text) VALUES (?, ?)", (chat_id, draft))
        for owner in (message, gone):
            sql = "INSERT INTO attachment (message_id, name, text) VALUES (?, ?, ?)"
            library.db.sql(sql, (owner.id, name, text))
    return chat_id, gone.id, title


async def delete_secret_chat(library: LibraryBench) -> trash_module.Forgotten:
    chat_id, gone, title = make_secret_chat(library)
    await library.organising.rename(chat_id, title)
    plan = library.removals.plan
    await library.undoing.perform(Change.MESSAGES_DELETED, plan, chat_id, [gone])
    await library.organising.trash([chat_id])
    return await library.trash.delete_for_good([chat_id])


def words_in_files(library: LibraryBench) -> set[str]:
    folder = library.db.path.parent
    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    return {word for word in WORDS if word.encode() in content}


def fill(library: LibraryBench, count: int = 300) -> None:
    with library.db.atomic():
        (chat_id,) = library.add_chats("others")
        for number in range(count):
            library.messages.create_message(chat_id, "user", f"word{number} lorem ipsum " * 20)


async def test_row_22_deleted_for_good_is_gone_from_all_live_files(library: LibraryBench) -> None:
    """The user is told that it is done only when no file holds the text any more."""
    fill(library)
    backup = library.db.path.with_name("a.backup")
    library.backups = [backup]
    make_secret_chat(library)
    assert words_in_files(library) == set(WORDS) - {WORDS[0]}
    for chat in library.chats.page():
        if chat.title in WORDS:
            await library.organising.trash([chat.id])
    await library.trash.empty()
    result = await delete_secret_chat(library)
    assert result == trash_module.Forgotten(1, (backup,))
    assert words_in_files(library) == set()
    assert library.count("chat") == 1
    assert library.count("message") == 300


async def test_row_22_without_the_index_tidied_the_words_would_stay(
    library: LibraryBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library)
    monkeypatch.setattr(trash_module, "INDEXES", ())
    await delete_secret_chat(library)
    assert words_in_files(library) != set()


async def test_row_22_nothing_is_left_when_everything_is_deleted(library: LibraryBench) -> None:
    await delete_secret_chat(library)
    assert words_in_files(library) == set()
    fill(library, 3)
    assert library.db.sql("SELECT count(*) FROM message_text('lorem')") == [(3,)]
    assert library.db.sql("SELECT count(*) FROM chat_title('others')") == [(1,)]


async def test_search_index_is_sound_and_finds_the_others(library: LibraryBench) -> None:
    fill(library)
    await delete_secret_chat(library)
    with library.db.atomic():
        for index in ("message_text", "chat_title", "attachment_text"):
            library.db.sql(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
    assert library.db.sql("SELECT count(*) FROM message_text('lorem')") == [(300,)]
    assert library.db.sql("SELECT count(*) FROM message_text(?)", ("quix*",)) == [(0,)]


async def test_backups_are_asked_for_since_the_oldest_text(library: LibraryBench) -> None:
    (chat_id,) = library.add_chats("x")
    made_at = library.chats.get(chat_id).created_at
    library.messages.create_message(chat_id, "user", "later")
    await library.organising.trash([chat_id])
    library.backups = [library.db.path]
    assert await library.trash.backups_holding([chat_id]) == [library.db.path]
    await library.trash.delete_for_good([chat_id])
    assert library.asked == [made_at, made_at]


async def test_chat_that_is_not_in_the_trash_is_not_deleted(library: LibraryBench) -> None:
    (chat_id,) = library.add_chats("kept")
    result = await library.trash.delete_for_good([chat_id, ChatId(99)])
    assert (result.chats, library.titles()) == (0, ["kept"])


async def test_empty_deletes_all_and_tells_how_far_it_is(library: LibraryBench) -> None:
    ids = library.add_chats("a", "b", "c")
    await library.organising.trash(ids[1:])
    library.events.clear()
    told: list[float] = []
    result = await library.trash.empty(told.append)
    assert (result.chats, library.titles(), library.count("chat")) == (2, ["a"], 1)
    assert (told, told[-1]) == (sorted(told), 1.0)
    assert library.events == [ChatsChanged()]
    assert library.titles(ChatQuery(Place.TRASH)) == []


async def test_undo_of_a_change_to_several_leaves_the_deleted_one_out(
    library: LibraryBench,
) -> None:
    first, second = library.add_chats("first", "second")
    await library.organising.rename(second, "renamed")
    await library.organising.trash([first, second])
    await library.trash.delete_for_good([second])
    assert library.told_undo() == (Change.CHATS_TRASHED, None)
    await library.undoing.undo()
    assert library.titles() == ["first"]
    assert library.told_undo() == (None, Change.CHATS_TRASHED)


async def test_long_chat_is_deleted_in_steps_beside_which_others_write(
    library: LibraryBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_storage, "STEP_MS", 0.0)
    (chat_id,) = library.add_chats("long")
    with library.db.atomic():
        for number in range(MESSAGES_AT_ONCE * 2 + 1):
            library.messages.create_message(chat_id, "user", str(number))
    await library.organising.trash([chat_id])
    deletion = asyncio.ensure_future(library.trash.empty())  # noqa: TID251
    left = MESSAGES_AT_ONCE * 2 + 1
    seen = set()
    while left:
        await asyncio.sleep(0)
        left = await library.writer.run(library.count, "message")
        seen.add(left)
    await deletion
    assert {MESSAGES_AT_ONCE + 1, 1} & seen


async def test_chat_half_deleted_by_a_killed_process_cannot_be_restored_and_goes(
    tmp_path: Path,
) -> None:
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        fill(library)
        chat_id, _, _ = make_secret_chat(library)
        await library.organising.trash([chat_id])
        library.trash._trash.begin([chat_id])
        library.trash._trash.delete_some([chat_id])
    async with library_bench(tmp_path / "chats.sqlite3") as library:
        assert library.titles(ChatQuery(Place.TRASH)) == []
        await library.organising.restore([chat_id])
        await library.undoing.undo()
        assert library.titles() == ["others"]
        await library.trash.delete_old()
        assert words_in_files(library) == set()
        assert library.count("chat") == 1


async def test_trash_is_kept_for_thirty_days(library: LibraryBench) -> None:
    await library.organising.trash(library.add_chats("old"))
    kept = library.titles(ChatQuery(Place.TRASH))
    for day in range(31):
        assert (day, library.titles(ChatQuery(Place.TRASH))) == (day, kept)
        await library.trash.delete_old()
        library.now += timedelta(days=1)
    await library.trash.delete_old()
    assert (library.titles(ChatQuery(Place.TRASH)), library.count("chat")) == ([], 0)


@pytest.mark.parametrize("days", [-365, 365])
async def test_row_32_clock_that_jumps_does_not_empty_the_trash(
    library: LibraryBench, days: int
) -> None:
    """A chat deleted yesterday is still in the trash, whatever the clock says today."""
    await library.organising.trash(library.add_chats("deleted yesterday"))
    await library.trash.delete_old()
    library.now += timedelta(days=days)
    for _ in range(3):
        await library.trash.delete_old()
        library.now += timedelta(hours=6)
    assert library.titles(ChatQuery(Place.TRASH)) == ["deleted yesterday"]


async def test_removed_messages_go_with_the_change_that_could_put_them_back(
    library: LibraryBench,
) -> None:
    chat_id, gone, _ = make_secret_chat(library)
    plan = library.removals.plan
    await library.undoing.perform(Change.MESSAGES_DELETED, plan, chat_id, [gone])
    await library.trash.delete_old()
    assert WORDS[7] in words_in_files(library)
    library.now += timedelta(days=2)
    await library.undoing.start()
    await library.trash.delete_old()
    assert WORDS[7] not in words_in_files(library)
    assert (library.count("removal"), library.count("attachment")) == (0, 1)


async def test_reader_that_stays_holds_the_end_back_until_it_is_gone(
    library: LibraryBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(library)
    monkeypatch.setattr(trash_module, "TRIES", 2)
    monkeypatch.setattr(trash_module, "RETRY_AFTER_S", 0.0)
    with closing(sqlite3.connect(library.db.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM message").fetchall()
        result = await delete_secret_chat(library)
    assert not result.is_complete
    assert words_in_files(library) != set()
    await library.trash.delete_old()
    assert words_in_files(library) == set()


async def test_outsiders_tree_is_deleted_whatever_hangs_together(library: LibraryBench) -> None:
    kept, doomed = library.add_chats("kept", "doomed")
    with library.db.atomic():
        sql = "INSERT INTO message (id, chat_id, parent_id, sender, depth) VALUES (?, ?, ?, ?, 0)"
        for row in ((1, doomed, None), (2, doomed, 1), (3, kept, 2), (4, doomed, 3)):
            library.db.sql(sql, (*row, "user"))
        library.db.sql("UPDATE message SET parent_id = 4, depth = 9 WHERE id = 1")
    await library.organising.trash([doomed])
    await library.trash.empty()
    assert library.db.sql("SELECT id, parent_id FROM message") == [(3, None)]
