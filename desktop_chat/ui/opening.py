"""The services are opened; where the database cannot be, the user says what to do."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_chat import paths
from desktop_chat.assembly import Services, open_services
from desktop_chat.domain.errors import (
    ChatError,
    DatabaseDamagedError,
    DatabaseMissingError,
    DatabaseTooNewError,
    DataDirectoryUnusableError,
    StorageError,
)
from desktop_chat.ui.messages import error_words

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from desktop_chat.services.launch import Launch
    from desktop_chat.services.safekeeping.recovery import Recovery
    from desktop_chat.ui.dialogs.recovery_dialog import RecoveryDialog
    from desktop_chat.ui.shell import Shell

RETRY = "retry"


class Opening(QObject):
    """Opens the services of a data directory, in as many attempts as the user wants."""

    def __init__(self, shell: Shell, launch: Launch) -> None:
        super().__init__()
        self._shell = shell
        self._launch = launch
        self._dialog: QDialog | None = None
        self._is_given_up = False

    async def open(self) -> Services | None:
        """Return the services; None if the database cannot be opened and the user quits."""
        while not self._is_given_up:
            try:
                return await open_services(self._launch)
            except DataDirectoryUnusableError as error:
                if self._can_look():
                    self._launch = dataclasses.replace(self._launch, is_read_only=True)
                elif not await self._ask(error):
                    return None
            except ChatError as error:
                if not await self._ask(error):
                    return None
        return None

    def give_up(self) -> None:
        """End as if the user had quit."""
        self._is_given_up = True
        if self._dialog is not None:
            self._dialog.close()

    def _can_look(self) -> bool:
        """Whether the database can be read where it cannot be written."""
        path = paths.database_path(self._launch.data_dir)
        return not self._launch.is_read_only and path.is_file()

    async def _ask(self, error: ChatError) -> bool:
        """Say what is wrong; return whether to try once more."""
        sys.stderr.write(f"desktop-chat: {' '.join(str(error).split())}\n")
        composer = self._shell.window.composer
        composer.setEnabled(False)
        try:
            if isinstance(error, DatabaseDamagedError | DatabaseMissingError | DatabaseTooNewError):
                return await self._mend(error)
            return await self._ask_to_retry(error, {RETRY: self.tr("Try again")})
        finally:
            self._dialog = None
            if not self._is_given_up:
                composer.setEnabled(True)
                composer.focus_input()

    async def _ask_to_retry(self, error: ChatError, choices: dict[str, str]) -> bool:
        from desktop_chat.ui.dialogs.alert import show_alert

        alert = show_alert(self._shell.window, error_words(error), choices=choices)
        self._dialog = alert
        return await alert.answer() == RETRY

    async def _mend(self, error: StorageError) -> bool:
        from desktop_chat.services.safekeeping.recovery import Recovery

        recovery = Recovery(self._launch.data_dir)
        try:
            return await self._mend_with(error, recovery)
        finally:
            recovery.close()

    async def _mend_with(self, error: StorageError, recovery: Recovery) -> bool:
        from desktop_chat.ui.dialogs.recovery_dialog import Choice, RecoveryDialog

        backups = await recovery.backups()
        if isinstance(error, DatabaseTooNewError) and not backups:
            return await self._ask_to_retry(error, {})
        offered: tuple[Choice, ...] = (Choice.SALVAGE, Choice.EMPTY)
        if isinstance(error, DatabaseMissingError):
            offered = (Choice.EMPTY,)
        elif isinstance(error, DatabaseTooNewError):
            offered = ()
        dialog = RecoveryDialog(error_words(error), offered, self._shell.window)
        dialog.set_theme(self._shell.theme)
        dialog.set_backups(backups)
        dialog.open()
        self._dialog = dialog
        try:
            return await _Mending(dialog, recovery).run()
        finally:
            dialog.close()
            dialog.deleteLater()


class _Mending(QObject):
    """Does what the user chooses, until something worked."""

    def __init__(self, dialog: RecoveryDialog, recovery: Recovery) -> None:
        super().__init__()
        self._dialog = dialog
        self._recovery = recovery

    async def run(self) -> bool:
        """Return whether there is a database that opens now; False if the user quits."""
        from desktop_chat.ui.dialogs.recovery_dialog import Choice

        while True:
            choice = await self._dialog.choice()
            try:
                match choice:
                    case Choice.QUIT:
                        return False
                    case Choice.RESTORE:
                        self._dialog.show_busy(self.tr("Restoring the backup…"))
                        await self._recovery.restore(self._dialog.backup)
                        return True
                    case Choice.EMPTY:
                        await self._recovery.start_empty()
                        return True
                    case Choice.SALVAGE if await self._salvage():
                        return True
            except StorageError as error:
                self._dialog.show_failure(error_words(error))

    async def _salvage(self) -> bool:
        from desktop_chat.ui.dialogs.recovery_dialog import Choice

        self._dialog.show_busy(self.tr("Reading what can be read…"))
        stop = self._dialog.choice()
        stop.add_done_callback(self._on_stop)
        note = self._dialog.progressed.emit
        found = await self._recovery.salvage(note, self.tr("Recovered chat"))
        if found is None:
            self._dialog.show_failure("")
            return False
        self._dialog.show_salvaged(found)
        choice = await self._dialog.choice()
        if choice is Choice.KEEP:
            await self._recovery.keep_salvaged()
            return True
        if choice is Choice.QUIT:
            self._dialog.close()
        self._dialog.show_failure("")
        return False

    def _on_stop(self, _future: object) -> None:
        self._recovery.stop()
