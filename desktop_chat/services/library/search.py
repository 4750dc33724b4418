"""Searches in a thread of its own, so that typing waits for nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

from desktop_chat.domain.errors import (
    DatabaseDamagedError,
    SearchIndexDamagedError,
    StorageError,
)
from desktop_chat.services import clock
from desktop_chat.services.background import Worker, result_of
from desktop_chat.storage.database import open_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from desktop_chat.domain.search.hit import Location, SearchHit, SearchResults
    from desktop_chat.domain.search.query import SearchQuery

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

# A statement that begins right after it was interrupted goes on: it is told again.
_INTERRUPT_EVERY_S = 0.005


_CACHE_KB = 8192


class _OvertakenError(Exception):
    """Another search came, or nobody wants this one any more."""


class SearchService:
    """Runs one search at a time; the latest one ends those before.

    Thread and connection are made with the first search.

    Args:
        path: The database; it is opened for reading.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._worker = Worker("search")
        self._number = 0
        self._is_used = False
        self._running: tuple[int, Future[Any]] | None = None
        self._reader: _Reader | None = None

    async def search(self, text: str, *, ranks_all: bool = False) -> SearchResults | None:
        """Look for what a line says.

        Args:
            text: As it was typed, see `domain.search.query`.
            ranks_all: Rank all matches, not only the newest ones; may take seconds.

        Returns:
            None if another search came meanwhile.

        Raises:
            SearchIndexDamagedError: The index has to be made anew.
            StorageError: The database cannot be read.
        """
        self.cancel()
        number = self._number
        try:
            return await self._run(number, self._search, number, text, ranks_all)
        except _OvertakenError:
            return None

    async def hits(self, results: SearchResults, start: int) -> list[SearchHit] | None:
        """Return the next page of what was found; None if another search came meanwhile."""
        number = self._number
        ids = results.ids[start : start + results.page]
        try:
            return await self._run(number, self._hits, ids, results.query)
        except _OvertakenError:
            return None

    async def locate(self, message_id: int) -> Location | None:
        """Return where a message stands in its chat; None if it is gone."""
        self._is_used = True
        return await self._worker.run(self._locate, message_id)

    def cancel(self) -> None:
        """End the search that runs, if any."""
        self._number += 1
        self._interrupt_overtaken()

    def close(self) -> None:
        """End the thread."""
        self.cancel()
        if self._is_used:
            self._worker.submit(self._close)
        self._worker.close()

    async def _run(self, number: int, job: Callable[[*Ts], T], *args: *Ts) -> T:
        await self._wait_for_the_one_before()
        if number != self._number:
            raise _OvertakenError
        self._is_used = True
        running = self._worker.submit(job, *args)
        self._running = (number, running)
        try:
            result = await result_of(running)
        except DatabaseDamagedError as error:
            raise SearchIndexDamagedError(**error.fields) from error
        except StorageError:
            # Ending a search makes its statement fail.
            if number != self._number:
                raise _OvertakenError from None
            raise
        self._check(number)
        return result

    async def _wait_for_the_one_before(self) -> None:
        # What runs is a statement of SQLite, which can set no event.
        while self._interrupt_overtaken():  # noqa: ASYNC110
            await asyncio.sleep(_INTERRUPT_EVERY_S)

    def _interrupt_overtaken(self) -> bool:
        """Make the statement of an overtaken search fail; return whether there is one."""
        if self._running is None or self._running[1].done():
            self._running = None
            return False
        is_overtaken = self._running[0] != self._number
        if is_overtaken and self._reader is not None:
            self._reader.interrupt()
        return is_overtaken

    # On the thread

    def _search(self, number: int, text: str, ranks_all: bool) -> SearchResults:
        from desktop_chat.domain.search.hit import PAGE, SearchResults
        from desktop_chat.domain.search.query import parse_query

        reader = self._open()
        query = parse_query(text, clock.now().astimezone())
        titles = reader.search.titles(query)
        self._check(number)
        ranking = reader.search.best(query) if ranks_all else reader.search.newest(query)
        self._check(number)
        hits = reader.search.hits(ranking.ids[:PAGE], query)
        is_cut = ranking.is_cut and not ranks_all
        progress = reader.index.progress()
        return SearchResults(text, query, tuple(titles), ranking.ids, tuple(hits), is_cut, progress)

    def _hits(self, ids: tuple[int, ...], query: SearchQuery) -> list[SearchHit]:
        return self._open().search.hits(ids, query)

    def _locate(self, message_id: int) -> Location | None:
        reader = self._open()
        try:
            return reader.search.locate(message_id)
        except StorageError:
            # What ended a search before it may have come too late.
            return reader.search.locate(message_id)

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()

    def _check(self, number: int) -> None:
        if number != self._number:
            raise _OvertakenError

    def _open(self) -> _Reader:
        if self._reader is None:
            self._reader = _Reader(self._path)
        return self._reader


class _Reader:
    """A connection of the search's own thread."""

    def __init__(self, path: Path) -> None:
        # Most starts of the program search for nothing.
        from desktop_chat.storage.searching.search import SearchRepository
        from desktop_chat.storage.searching.search_index import SearchIndex

        self._db = open_database(path, read_only=True)
        # The index of a large library does not fit into SQLite's own 2 MB, and each search would
        # read it anew.
        self._db.sql(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._connection: sqlite3.Connection = self._db.connection()
        self.search = SearchRepository(self._db)
        self.index = SearchIndex(self._db)

    def interrupt(self) -> None:
        """Make the statement fail that runs now; may be called by any thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection; on its thread."""
        self._db.close()
