"""Looks for damage in the database beside everything else, and mends what can be mended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import DamageFound
from desktop_chat.domain.errors import DatabaseDamagedError, StorageError
from desktop_chat.services import clock
from desktop_chat.services.background import Worker
from desktop_chat.storage.database import open_database
from desktop_chat.storage.sqlite.integrity import can_read_tables, find_damage
from desktop_chat.storage.upkeep import UpkeepRepository

if TYPE_CHECKING:
    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.storage.database import Database

logger = logging.getLogger(__name__)

# The start is over by then, and whoever opened the window to write something has begun.
FIRST_LOOK_AFTER_S = 30.0
LOOK_EVERY_S = 6 * 3600.0
THOROUGH_EVERY = timedelta(days=7)
THOROUGH = "integrity-check"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check of the database found.

    Attributes:
        findings: A line for each thing that is wrong; empty if nothing is.
        is_mendable: Whether only indexes are wrong, which can be made anew from the tables.
    """

    findings: tuple[str, ...] = ()
    is_mendable: bool = False
    chats: int = 0
    messages: int = 0


class UpkeepService:
    """Checks the database: quickly after each start, thoroughly once a week or when asked."""

    def __init__(
        self, db: Database, writer: Worker, broadcast: Broadcast, now: clock.Clock = clock.now
    ) -> None:
        self._db = db
        self._writer = writer
        self._broadcast = broadcast
        self._now = now
        self._upkeep = UpkeepRepository(db)
        self._worker = Worker("database-check")
        self._connection: sqlite3.Connection | None = None
        self._is_stopping = False

    async def check(self, *, is_thorough: bool = True) -> CheckResult:
        """Look for damage, on a thread of its own.

        Raises:
            StorageError: The database cannot be opened, or the program ends.
        """
        result = await self._worker.run(self._check, is_thorough)
        if is_thorough and not self._db.is_read_only:
            await self._writer.run(self._upkeep.note, THOROUGH, self._now())
        return result

    async def watch(self) -> None:
        """Check now and then, for as long as the program runs; tell of damage."""
        await asyncio.sleep(FIRST_LOOK_AFTER_S)
        while True:
            await self.check_if_due()
            await asyncio.sleep(LOOK_EVERY_S)

    async def check_if_due(self) -> None:
        """Check as thoroughly as is due, and tell of damage."""
        try:
            result = await self.check(is_thorough=await self._writer.run(self._is_thorough_due))
        except StorageError as error:
            if not self._is_stopping:
                logger.error("The database could not be checked: %s", error.code)
            return
        if result.findings:
            logger.error("The database is damaged: %s", "; ".join(result.findings))
            self._broadcast.publish(DamageFound(result.findings, result.is_mendable))

    async def rebuild_indexes(self) -> CheckResult:
        """Make all indexes anew, one at a time with others' writing in between; check again.

        Raises:
            StorageError: A table cannot be read, or there is no room.
        """
        for name in await self._writer.run(self._upkeep.index_names):
            await self._writer.run(self._upkeep.rebuild_index, name)
        return await self.check()

    def stop(self) -> None:
        """Give up a check that runs; its thread needs a moment for that."""
        self._is_stopping = True
        connection = self._connection
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):  # closed meanwhile
                connection.interrupt()

    def close(self) -> None:
        """End the thread."""
        self.stop()
        self._worker.close()

    def _is_thorough_due(self) -> bool:
        last = self._upkeep.last(THOROUGH)
        # One in the future was written by a clock that went wrong.
        return last is None or not timedelta() <= self._now() - last < THOROUGH_EVERY

    def _check(self, is_thorough: bool) -> CheckResult:
        with open_database(self._db.path, read_only=True) as db:
            self._connection = db.connection()
            try:
                if self._is_stopping:
                    return CheckResult()
                findings = tuple(find_damage(db, is_thorough=is_thorough))
                if findings:
                    return CheckResult(findings, can_read_tables(db))
                return CheckResult((), False, _count(db, "chat"), _count(db, "message"))
            finally:
                self._connection = None


def _count(db: Database, table: str) -> int:
    try:
        return int(db.sql(f"SELECT count(*) FROM {table}")[0][0])
    except DatabaseDamagedError:
        return 0
