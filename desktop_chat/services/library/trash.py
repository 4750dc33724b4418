"""The trash: kept for 30 days, then deleted for good."""

from __future__ import annotations

import asyncio
import functools
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ChatsChanged
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import StorageError
from desktop_chat.services import clock
from desktop_chat.storage.undo.trash import CHATS_AT_ONCE, INDEXES, TrashRepository
from desktop_chat.storage.upkeep import UpkeepRepository

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.services.clock import Clock
    from desktop_chat.services.library.undoing import UndoingService
    from desktop_chat.storage.database import Database

    Tell = Callable[[float], None]
    Holding = Callable[[datetime], Awaitable[Sequence[Path]]]

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)
FIRST_LOOK_AFTER_S = 20.0
LOOK_EVERY_S = 6 * 3600.0
# Somebody who reads holds the end of a deletion back; readers of ours take some milliseconds.
TRIES = 240
RETRY_AFTER_S = 0.25
# How much is done when the rows are deleted, and when their words are out of the index.
_ROWS_SHARE = 0.5
_INDEX_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted for good.

    Attributes:
        chats: How many.
        backups: Those that may still hold their text, newest first.
        is_complete: Whether nothing is left in the live files. If not, another program reads
            the database all the time; the next start tries again.
    """

    chats: int
    backups: tuple[Path, ...] = ()
    is_complete: bool = True


class TrashService:
    """Deletes chats of the trash: their rows, their words in the index, their drafts and changes.

    It goes in steps, between which others write. When a method returns, nothing of the text is
    in the live files any more.

    Args:
        holding: Returns the backups that hold what was written at a moment or later.
    """

    def __init__(
        self,
        db: Database,
        writer: Worker,
        broadcast: Broadcast,
        undoing: UndoingService,
        holding: Holding,
        *,
        now: Clock = clock.now,
    ) -> None:
        self._trash = TrashRepository(db)
        self._upkeep = UpkeepRepository(db)
        self._writer = writer
        self._broadcast = broadcast
        self._undoing = undoing
        self._holding = holding
        self._now = now
        # Two at once would both wait for the same index.
        self._turn = asyncio.Lock()

    async def watch(self) -> None:
        """Delete what is old now and then, for as long as the program runs."""
        await asyncio.sleep(FIRST_LOOK_AFTER_S)
        while True:
            try:
                await self.delete_old()
            except StorageError as error:
                logger.error("Old chats of the trash could not be deleted: %s", error.code)
            await asyncio.sleep(LOOK_EVERY_S)

    async def delete_old(self) -> None:
        """Delete what has been in the trash for 30 days, and what an ended process left of it.

        Messages that were removed from their chats go with the changes that could put them back.
        """
        now = self._now()
        old = await self._writer.run(self._trash.half_deleted)
        if await self._writer.run(self._upkeep.is_clock_steady, now):
            old += await self._writer.run(self._trash.expired, now - KEPT_FOR)
        for removal_id in await self._writer.run(self._trash.forgotten_removals):
            while await self._writer.run(self._trash.delete_removed, removal_id):
                pass
        await self._delete(old, None)

    async def delete_for_good(
        self, chat_ids: Sequence[ChatId], tell: Tell | None = None
    ) -> Forgotten:
        """Delete chats that are in the trash; others are passed over.

        Args:
            chat_ids: Which.
            tell: Hears how much of it is done, from 0 to 1.
        """
        oldest = await self._oldest(chat_ids)
        count, is_complete = await self._delete(chat_ids, tell)
        # One may have been made meanwhile.
        backups = await self._holding(oldest) if oldest and count else ()
        return Forgotten(count, tuple(backups), is_complete)

    async def empty(self, tell: Tell | None = None) -> Forgotten:
        """Delete all chats of the trash."""
        chat_ids = await self._writer.run(self._trash.ids)
        return await self.delete_for_good([ChatId(one) for one in chat_ids], tell)

    async def backups_holding(self, chat_ids: Sequence[ChatId]) -> Sequence[Path]:
        """Return the backups that will still hold these chats, newest first."""
        oldest = await self._oldest(chat_ids)
        return await self._holding(oldest) if oldest else ()

    async def _oldest(self, chat_ids: Sequence[ChatId]) -> datetime | None:
        found = [
            await self._writer.run(self._trash.oldest, chat_ids[start : start + CHATS_AT_ONCE])
            for start in range(0, len(chat_ids), CHATS_AT_ONCE)
        ]
        return min((moment for moment in found if moment), default=None)

    async def _delete(self, chat_ids: Sequence[int], tell: Tell | None) -> tuple[int, bool]:
        async with self._turn:
            doomed: list[int] = []
            for start in range(0, len(chat_ids), CHATS_AT_ONCE):
                some = chat_ids[start : start + CHATS_AT_ONCE]
                doomed += await self._writer.run(self._trash.begin, some)
            if doomed:
                await self._writer.run(self._trash.forget_changes, doomed)
                self._broadcast.publish(ChatsChanged())
                await self._undoing.announce()
            await self._delete_rows(doomed, tell)
            is_complete = await self._forget_words(tell)
        _tell(tell, 1.0)
        return len(doomed), is_complete

    async def _delete_rows(self, chat_ids: list[int], tell: Tell | None) -> None:
        done = 0
        while done < len(chat_ids):
            some = chat_ids[done : done + CHATS_AT_ONCE]
            done += await self._writer.run(self._trash.delete_some, some)
            _tell(tell, _ROWS_SHARE * done / len(chat_ids))

    async def _forget_words(self, tell: Tell | None) -> bool:
        if not await self._writer.run(self._is_under_way):
            return True
        await self._writer.run(self._trash.empty_indexes)
        await self._tidy_indexes(tell)
        for _ in range(TRIES):
            if await self._writer.run(self._trash.end):
                return True
            await asyncio.sleep(RETRY_AFTER_S)
        return False

    async def _tidy_indexes(self, tell: Tell | None) -> None:
        pages = [await self._writer.run(self._trash.pages_of, index) for index in INDEXES]
        whole, before = sum(pages) or 1, 0
        for index, expected in zip(INDEXES, pages, strict=True):
            tidy = functools.partial(self._trash.tidy_index, index)
            done = written = await self._writer.run(tidy, is_first=True)
            while written:
                share = (before + min(done, expected)) / whole
                _tell(tell, _ROWS_SHARE + (_INDEX_SHARE - _ROWS_SHARE) * share)
                written = await self._writer.run(tidy, is_first=False)
                done += written
            before += expected

    def _is_under_way(self) -> bool:
        return self._trash.is_under_way


def _tell(tell: Tell | None, share: float) -> None:
    if tell is not None:
        tell(share)
