"""Lists of chats, read in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from desktop_chat.domain.organisation import ChatOrder, ChatQuery
from desktop_chat.services.library.chat_lists import ChatListsService
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

BY_TITLE = ChatQuery(order=ChatOrder.TITLE)


def stored(path: Path, *titles: str) -> list[int]:
    with open_database(path) as db:
        return [ChatRepository(db).create_chat(title).id for title in titles]


def test_listing_has_the_first_chats_and_the_groups_of_all(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite3"
    stored(path, "Bread", "Apple", "Banana")
    lists = ChatListsService(path)
    listing = asyncio.run(lists.listing(BY_TITLE, 2))
    lists.close()
    assert [chat.title for chat in listing.chats] == ["Apple", "Banana"]
    assert [(group.label, group.count) for group in listing.groups] == [("A", 1), ("B", 2)]


def test_ids_are_those_of_the_rows_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite3"
    a, b, c, d = stored(path, "A", "B", "C", "D")
    lists = ChatListsService(path)
    found = asyncio.run(lists.ids(BY_TITLE, [(0, 1), (2, 10)]))
    lists.close()
    assert found == (a, c, d)
    assert b not in found


def test_close_ends_the_thread(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite3"
    stored(path)
    lists = ChatListsService(path)
    asyncio.run(lists.listing(ChatQuery(), 1))
    lists.close()
    assert "chat-lists" not in {thread.name for thread in threading.enumerate()}


def test_closed_without_a_list_no_database_was_opened(tmp_path: Path) -> None:
    lists = ChatListsService(tmp_path / "nothing.sqlite3")
    lists.close()
    assert not (tmp_path / "nothing.sqlite3").exists()
