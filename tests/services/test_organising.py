"""Folders, tags, and what is done to many chats at once."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_chat.domain.changes import ChatsChanged, FoldersChanged
from desktop_chat.domain.errors import ChatNotFoundError, FolderNotFoundError, TagNotFoundError
from desktop_chat.domain.ids import ChatId, FolderId, TagId
from desktop_chat.domain.organisation import ChatQuery, Folder, Place
from tests.services.library_bench import LibraryBench

pytestmark = pytest.mark.anyio


async def make_folder(library: LibraryBench, name: str, parent: Any = None) -> FolderId:
    folder = await library.organising.create_folder(name, parent)
    assert folder is not None
    return folder.id


async def test_folders_stand_in_each_other_and_are_listed_by_name(library: LibraryBench) -> None:
    outer = await make_folder(library, "  work\n and  more ")
    inner = await make_folder(library, "Beta", outer)
    await make_folder(library, "alpha", outer)
    names = [folder.name for folder in library.folders.all()]
    assert names == ["alpha", "Beta", "work and more"]
    assert library.folders.get(inner) == Folder(inner, "Beta", outer)
    assert await library.organising.create_folder(" \n") is None


async def test_folder_is_not_moved_into_itself_or_below(library: LibraryBench) -> None:
    outer = await make_folder(library, "outer")
    inner = await make_folder(library, "inner", outer)
    innermost = await make_folder(library, "innermost", inner)
    for target in (outer, inner, innermost):
        await library.organising.move_folder(outer, target)
    assert library.folders.get(outer).parent_id is None
    await library.organising.move_folder(innermost, outer)
    assert library.folders.get(innermost).parent_id == outer


async def test_deleted_folder_leaves_its_chats_and_folders_one_level_up(
    library: LibraryBench,
) -> None:
    outer = await make_folder(library, "outer")
    gone = await make_folder(library, "gone", outer)
    inner = await make_folder(library, "inner", gone)
    chat, deleted = library.add_chats("chat", "in the trash")
    await library.organising.move([chat, deleted], gone)
    await library.organising.trash([deleted])
    await library.organising.delete_folder(gone)
    assert library.folders.get(inner).parent_id == outer
    assert library.folders.counts() == {outer: 1}
    await library.organising.restore([deleted])
    assert library.folders.counts() == {outer: 2}


async def test_folders_that_another_program_put_into_each_other_are_shown_at_the_top(
    library: LibraryBench,
) -> None:
    first = await make_folder(library, "first")
    second = await make_folder(library, "second", first)
    with library.db.atomic():
        library.db.sql("UPDATE folder SET parent_id = ? WHERE id = ?", (second, first))
    assert [folder.parent_id for folder in library.folders.all()] == [None, None]
    await library.organising.move_folder(first, None)
    await library.organising.delete_folder(second)
    assert [folder.id for folder in library.folders.all()] == [first]


async def test_what_is_not_there_is_an_error_with_words_for_the_user(
    library: LibraryBench,
) -> None:
    organising = library.organising
    for call in (
        organising.create_folder("x", FolderId(9)),
        organising.rename_folder(FolderId(9), "x"),
        organising.move_folder(FolderId(9), None),
        organising.delete_folder(FolderId(9)),
        organising.move(library.add_chats("x"), FolderId(9)),
    ):
        with pytest.raises(FolderNotFoundError):
            await call
    for other in (organising.rename_tag(TagId(9), "x"), organising.delete_tag(TagId(9))):
        with pytest.raises(TagNotFoundError):
            await other
    with pytest.raises(ChatNotFoundError):
        await organising.rename(ChatId(99), "x")
    assert library.told_undo() == (None, None)


async def test_tag_is_the_same_word_whatever_its_case(library: LibraryBench) -> None:
    first, second = library.add_chats("first", "second")
    tag = await library.organising.tag([first], " Work ")
    assert tag is not None
    assert await library.organising.tag([second], "WORK") == tag
    assert await library.organising.tag([second], "  ") is None
    assert library.titles(ChatQuery(tag_id=tag.id)) == ["second", "first"]
    assert library.tags.of_chats([first, second, 99]) == {first: [tag], second: [tag]}
    assert FoldersChanged() in library.events
    assert ChatsChanged((first,)) in library.events


async def test_tag_that_no_chat_has_any_more_is_gone_until_undone(library: LibraryBench) -> None:
    first, second = library.add_chats("first", "second")
    tag = await library.organising.tag([first, second], "work")
    assert tag is not None
    await library.organising.untag([first], tag.id)
    assert library.tags.all() == [tag]
    await library.organising.untag([second], tag.id)
    assert library.tags.all() == []
    await library.undoing.undo()
    assert library.tags.of_chats([second]) == {second: [tag]}


async def test_several_chats_are_put_away_and_brought_back_at_once(library: LibraryBench) -> None:
    ids = library.add_chats("a", "b", "c")
    archive = ChatQuery(Place.ARCHIVE)
    await library.organising.archive(ids[:2])
    assert (library.titles(), library.titles(archive)) == (["c"], ["b", "a"])
    await library.organising.archive(ids, is_archived=False)
    assert (library.titles(), library.titles(archive)) == (["c", "b", "a"], [])


async def test_trash_keeps_the_time_of_a_chat_that_is_in_it(library: LibraryBench) -> None:
    first, second = library.add_chats("a", "b")
    await library.organising.trash([first])
    deleted_at = library.chats.get(first).deleted_at
    await library.organising.trash([first, second])
    assert library.chats.get(first).deleted_at == deleted_at
    await library.undoing.undo()
    assert library.titles() == ["b"]


async def test_name_of_a_folder_is_cut_to_what_can_be_shown(library: LibraryBench) -> None:
    folder = await make_folder(library, "x" * 1000)
    assert len(library.folders.get(folder).name) == 100
    (chat_id,) = library.add_chats("a")
    await library.organising.rename(chat_id, f"  {'y' * 1000}\n ")
    assert len(library.chats.get(chat_id).title) == 200
    assert library.chats.get(chat_id).is_renamed
    await library.organising.rename(chat_id, " \n")
    assert library.chats.get(chat_id).title


async def test_half_a_character_in_a_name_is_stored_as_one_that_can_be(
    library: LibraryBench,
) -> None:
    folder = await make_folder(library, "a\ud83d\x00b")
    assert library.folders.get(folder).name == "a\ufffd\ufffdb"
