"""Backups: each day, when asked for, and back in the place of the database."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from desktop_chat.domain.backup import DAILY, DAMAGED, MANUAL, REPLACED
from desktop_chat.domain.changes import BackupFailed, BackupMade
from desktop_chat.domain.errors import StorageError
from desktop_chat.paths import backups_dir
from desktop_chat.services import clock
from desktop_chat.services.background import Worker
from desktop_chat.storage.backups import copies as storage
from desktop_chat.storage.backups.restoring import prepare_restore
from desktop_chat.storage.sqlite.backup import BackupStoppedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from desktop_chat.domain.backup import Backup, BackupContent
    from desktop_chat.services.broadcast import Broadcast

logger = logging.getLogger(__name__)

# The start is over by then, and whoever opened the window to write something has begun.
FIRST_LOOK_AFTER_S = 20.0
LOOK_EVERY_S = 1800.0
EVERY = timedelta(days=1)
# Neither a copy of the database as it is, nor sure to be one.
_NO_COPIES = (REPLACED, DAMAGED)


@dataclass(frozen=True, slots=True)
class ListedBackup:
    """A backup, and what is in it; None if it cannot be read."""

    backup: Backup
    content: BackupContent | None


class BackupService:
    """Makes and lists backups, on a thread of its own beside everything else.

    Args:
        database: The file that is copied; it is in use meanwhile.
        broadcast: Told of each backup that was made or failed.
        replaced: What a restore at this start has set aside.
        now: The wall clock.
    """

    def __init__(
        self,
        database: Path,
        broadcast: Broadcast,
        replaced: Path | None = None,
        now: clock.Clock = clock.now,
    ) -> None:
        self.folder = backups_dir(database.parent)
        self.replaced = replaced
        self._database = database
        self._broadcast = broadcast
        self._now = now
        self._worker = Worker("backups")
        self._is_stopping = threading.Event()
        self._last_failure = ""

    async def listed(self) -> list[ListedBackup]:
        """Return all backups, the newest first."""
        return await self._worker.run(self._list)

    async def make(self, kind: str = MANUAL) -> Backup:
        """Make a verified backup now, then drop old ones that newer ones stand for.

        Raises:
            DatabaseDamagedError: The database is damaged; no backup was made, none deleted.
            StorageError: It could not be written; nothing is left of it, none was deleted.
            BackupStoppedError: The program ends.
        """
        made = await self._worker.run(self._make, kind)
        self._broadcast.publish(BackupMade(made))
        return made

    async def watch(self) -> None:
        """Make a backup each day, for as long as the program runs."""
        await asyncio.sleep(FIRST_LOOK_AFTER_S)
        while True:
            await self.make_if_due()
            await asyncio.sleep(LOOK_EVERY_S)

    async def make_if_due(self) -> Backup | None:
        """Make the backup of the day, unless there is one; tell once if it fails."""
        try:
            if not await self._worker.run(self._is_due):
                return None
            made = await self.make(DAILY)
        except BackupStoppedError:
            return None
        except StorageError as error:
            if error.code != self._last_failure:
                self._last_failure = error.code
                logger.error("No backup was made: %s", error.code)
                self._broadcast.publish(BackupFailed(error))
            return None
        self._last_failure = ""
        return made

    async def prepare_restore(self, backup: Backup) -> None:
        """Have a backup take the place of the database at the next start, which is to follow.

        Raises:
            StorageError: The backup cannot be used; nothing was changed.
            BackupStoppedError: The program ends.
        """
        await self._worker.run(prepare_restore, backup.path, self._database, self._goes_on)

    async def newest_ahead(self) -> Backup | None:
        """Return the newest backup if it holds something that the database has lost."""
        return await self._worker.run(storage.newest_ahead, self._database)

    async def holding(self, since: datetime) -> Sequence[Path]:
        """Return the backups that may hold a text of `since` or later, the newest first."""
        return await self._worker.run(storage.backups_holding, self.folder, since)

    def stop(self) -> None:
        """Give up the copy that is being made; its thread needs a moment for that."""
        self._is_stopping.set()

    def close(self) -> None:
        """End the thread."""
        self.stop()
        self._worker.close()

    def _goes_on(self) -> bool:
        return not self._is_stopping.is_set()

    def _list(self) -> list[ListedBackup]:
        found = storage.list_backups(self.folder)
        return [ListedBackup(backup, storage.read_content(backup.path)) for backup in found]

    def _make(self, kind: str) -> Backup:
        made = storage.make_backup(self._database, kind, self._now(), self._goes_on)
        try:
            gone = storage.thin_out(self.folder, self._now())
        except StorageError as error:
            logger.error("Old backups could not be deleted: %s", error.code)
        else:
            if gone:
                logger.info("%d old backups were deleted", len(gone))
        return made

    def _is_due(self) -> bool:
        content = storage.read_content(self._database)
        # One that cannot be read is damaged; that is for the backup itself to find out.
        if content is not None and content.last_chat_id == 0:
            return False
        now = self._now()
        return not any(
            now - EVERY < backup.made_at <= now and backup.kind not in _NO_COPIES
            for backup in storage.list_backups(self.folder)
        )
