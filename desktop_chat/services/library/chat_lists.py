"""Lists of chats, read beside the window: counting a long one takes longer than a frame may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.services.background import Worker
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop_chat.domain.chat import ChatId, ChatSummary
    from desktop_chat.domain.organisation import ChatGroup, ChatQuery
    from desktop_chat.storage.database import Database


@dataclass(frozen=True, slots=True)
class ChatListing:
    """A list of chats.

    Attributes:
        chats: Its first rows.
        groups: All its rows, by their groups.
    """

    chats: list[ChatSummary]
    groups: list[ChatGroup]


class ChatListsService:
    """Reads lists in a thread and over a connection of its own, which begin with the first one.

    Args:
        path: The database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._worker = Worker("chat-lists")
        self._db: Database | None = None

    async def listing(self, query: ChatQuery, limit: int) -> ChatListing:
        """Return a list with its first `limit` chats, all as of one moment."""
        return await self._worker.run(self._listing, query, limit)

    async def ids(self, query: ChatQuery, rows: Sequence[tuple[int, int]]) -> tuple[ChatId, ...]:
        """Return the chats in parts of a list, each given by its first row and its length."""
        return await self._worker.run(self._ids, query, rows)

    def close(self) -> None:
        """End the thread; lists that were asked for are read before."""
        self._worker.submit(self._close)
        self._worker.close()

    def _open(self) -> Database:
        if self._db is None:
            self._db = open_database(self._path, read_only=True)
        return self._db

    def _listing(self, query: ChatQuery, limit: int) -> ChatListing:
        db = self._open()
        chats = ChatRepository(db)
        db.sql("BEGIN")
        try:
            return ChatListing(chats.page(query, 0, limit), chats.groups(query))
        finally:
            db.sql("COMMIT")

    def _ids(self, query: ChatQuery, rows: Sequence[tuple[int, int]]) -> tuple[ChatId, ...]:
        chats = ChatRepository(self._open())
        return tuple(chat.id for first, count in rows for chat in chats.page(query, first, count))

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
