"""Completes the search index while the program runs, and makes a damaged one anew."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import SearchIndexGrew
from desktop_chat.domain.errors import StorageError

if TYPE_CHECKING:
    from desktop_chat.services.background import Worker
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.storage.searching.search_index import SearchIndex

logger = logging.getLogger(__name__)

# Between two steps, for whoever else wants to write, and for a calm fan.
PAUSE_S = 0.025
_TELL_EVERY = 40


class IndexingService:
    """Has the writer index what is missing, a little at a time.

    Args:
        pause_s: Between two steps.
    """

    def __init__(
        self,
        index: SearchIndex,
        writer: Worker,
        broadcast: Broadcast,
        *,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._index = index
        self._writer = writer
        self._broadcast = broadcast
        self._pause_s = pause_s

    async def complete(self) -> None:
        """Index all messages that are not in the index yet; what remains waits for a next start."""
        try:
            if not await self._writer.run(self._index.can_be_opened):
                logger.warning("The search index is damaged")
                await self.rebuild()
            elif await self._writer.run(self._index.progress) < 1:
                await self._fill()
        except StorageError as error:
            logger.warning("The search index could not be completed: %s", error)

    async def rebuild(self) -> None:
        """Make the index anew, the newest messages first.

        Raises:
            StorageError: It cannot be done: more than the index is damaged, or the disk is full.
        """
        await self._writer.run(self._index.clear)
        logger.info("The search index is made anew")
        self._broadcast.publish(SearchIndexGrew(0.0))
        await self._fill()

    async def repair(self) -> bool:
        """Make the index anew if it is damaged: then nothing could be stored; return if it was.

        Raises:
            StorageError: More than the index is damaged, or the disk is full.
        """
        damaged = await self._writer.run(self._index.find_damage)
        if damaged:
            logger.warning("The search index is damaged: %s", ", ".join(damaged))
            await self.rebuild()
        return bool(damaged)

    async def _fill(self) -> None:
        step = 0
        while await self._writer.run(self._index.fill):
            if step % _TELL_EVERY == 0:
                progress = await self._writer.run(self._index.progress)
                self._broadcast.publish(SearchIndexGrew(progress))
            step += 1
            await asyncio.sleep(self._pause_s)
        self._broadcast.publish(SearchIndexGrew(1.0))
