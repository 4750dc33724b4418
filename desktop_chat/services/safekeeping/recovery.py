"""What can be done about a database that cannot be opened."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from desktop_chat import paths
from desktop_chat.domain.backup import DAMAGED
from desktop_chat.domain.errors import DatabaseTooNewError, StorageError
from desktop_chat.services import clock
from desktop_chat.services.background import Worker
from desktop_chat.services.safekeeping.backups import ListedBackup
from desktop_chat.storage.backups.copies import list_backups, read_content
from desktop_chat.storage.backups.restoring import prepare_restore, restore_path, set_aside
from desktop_chat.storage.failures import os_errors_at
from desktop_chat.storage.salvage.salvage import Salvaged, SalvageStoppedError, salvage
from desktop_chat.storage.sqlite.opening import check_file, make_database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop_chat.domain.backup import Backup


class Recovery:
    """Brings a data directory back to a database that opens; nothing is ever deleted.

    Each way only prepares what the next opening puts in its place, and sets the bad file aside
    among the backups. Nobody may have the database open.
    """

    def __init__(self, data_dir: Path) -> None:
        self._database = paths.database_path(data_dir)
        self._salvaged = self._database.with_name(f".{self._database.name}.salvaged")
        self._worker = Worker("recovery")
        self._is_stopping = threading.Event()

    async def backups(self) -> list[ListedBackup]:
        """Return the backups that can be restored, the newest first."""
        return await self._worker.run(self._list)

    async def restore(self, backup: Backup) -> None:
        """Have a backup take the place of the database.

        Raises:
            StorageError: The backup cannot be used; nothing was changed.
        """
        await self._worker.run(prepare_restore, backup.path, self._database)

    async def salvage(self, note: Callable[[int, int], None], lost_title: str) -> Salvaged | None:
        """Find out what can be read; `note` is called on another thread.

        Returns:
            What was found; None if `stop` was called meanwhile.

        Raises:
            StorageError: Nothing could be read, or it could not be written.
        """
        return await self._worker.run(self._salvage, note, lost_title)

    async def keep_salvaged(self) -> None:
        """Have what could be read take the place of the database."""
        await self._worker.run(self._keep_salvaged)

    async def start_empty(self) -> None:
        """Have a new database take the place of this one."""
        await self._worker.run(self._start_empty)

    def stop(self) -> None:
        """Give up reading."""
        self._is_stopping.set()

    def close(self) -> None:
        """End the thread, and remove what nobody wanted to keep."""
        self.stop()
        self._worker.close()
        self._salvaged.unlink(missing_ok=True)

    def _list(self) -> list[ListedBackup]:
        found = list_backups(paths.backups_dir(self._database.parent))
        listed = [ListedBackup(backup, read_content(backup.path)) for backup in found]
        return [one for one in listed if one.content is not None and _is_usable(one.backup)]

    def _salvage(self, note: Callable[[int, int], None], lost_title: str) -> Salvaged | None:
        self._is_stopping.clear()

        def note_or_stop(done: int, total: int) -> None:
            note(done, total)
            if self._is_stopping.is_set():
                raise SalvageStoppedError

        self._salvaged.unlink(missing_ok=True)
        try:
            return salvage(self._database, self._salvaged, note_or_stop, lost_title)
        except SalvageStoppedError:
            return None

    def _keep_salvaged(self) -> None:
        with os_errors_at(self._database):
            self._salvaged.replace(restore_path(self._database))

    def _start_empty(self) -> None:
        with os_errors_at(self._database):
            set_aside(self._database, clock.now())
            make_database(self._database)


def _is_usable(backup: Backup) -> bool:
    if backup.kind == DAMAGED:
        return False
    try:
        check_file(backup.path)
    except (StorageError, DatabaseTooNewError):
        return False
    return True
