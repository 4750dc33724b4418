"""Backups in the window: the daily one, the dialog, and one back in two clicks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.changes import BackupFailed, BackupMade
from desktop_chat.domain.errors import ChatError

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.safekeeping.backups import ListedBackup
    from desktop_chat.ui.dialogs.backups_dialog import BackupsDialog
    from desktop_chat.ui.features.context import FeatureContext

SHOW = "library.backups"
RESTORE = "restore"


class BackupsFeature(QObject):
    """Keeps backups coming, says when none can be made, and brings one back."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._backups = context.services.backups
        self._dialog: BackupsDialog | None = None
        context.commands.register(SHOW, self._show)
        broadcast = context.services.broadcast
        broadcast.subscribe(BackupMade, self._on_backup_made)
        broadcast.subscribe(BackupFailed, self._on_backup_failed)
        context.report(self._say_what_happened())
        if not context.services.db.is_read_only:
            context.tasks.spawn(self._backups.watch(), key="backups")

    async def _say_what_happened(self) -> None:
        label = self.tr("Show backups")
        if self._backups.replaced is not None:
            text = self.tr("The chats were replaced. What was here before is among the backups.")
            self._context.say(text, "idle", SHOW, label)
            return
        ahead = await self._backups.newest_ahead()
        if ahead is not None:
            from desktop_chat.ui.dialogs.backups_dialog import date_words

            text = self.tr("Something is missing here that is in the backup made: {0}.")
            self._context.say(text.format(date_words(ahead.made_at)), "warning", SHOW, label)

    def _on_backup_failed(self, event: BackupFailed) -> None:
        from desktop_chat.ui.messages import error_words

        self._context.say(error_words(event.error), "warning", SHOW, self.tr("Show backups"))

    def _on_backup_made(self, _event: BackupMade) -> None:
        if self._dialog is not None:
            self._context.report(self._fill())

    def _show(self, _chats: tuple[ChatId, ...]) -> None:
        from desktop_chat.ui.dialogs.backups_dialog import BackupsDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = BackupsDialog(self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.backup_requested.connect(self._on_backup_requested)
        dialog.folder_requested.connect(self._on_folder_requested)
        dialog.restore_requested.connect(self._on_restore_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()
        self._context.report(self._fill())

    async def _fill(self) -> None:
        listed = await self._backups.listed()
        if self._dialog is not None:
            self._dialog.set_backups(listed)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot()
    def _on_backup_requested(self) -> None:
        self._context.report(self._back_up())

    @Slot()
    def _on_folder_requested(self) -> None:
        from desktop_chat.ui.links import open_own_folder

        if not open_own_folder(self._backups.folder) and self._dialog is not None:
            self._dialog.set_note(str(self._backups.folder))

    @Slot(object)
    def _on_restore_requested(self, chosen: ListedBackup) -> None:
        self._context.report(self._restore(chosen))

    async def _back_up(self) -> None:
        self._set_busy(self.tr("Making a backup…"))
        try:
            await self._backups.make()
        except ChatError as error:
            self._set_failed(error)
        else:
            self._set_done(self.tr("The backup was made and checked."))

    async def _restore(self, chosen: ListedBackup) -> None:
        from desktop_chat.ui.dialogs.alert import show_alert

        question = self._question(chosen)
        choices = {RESTORE: self.tr("Restore")}
        alert = show_alert(self._dialog, question, choices=choices)
        if await alert.answer() != RESTORE:
            return
        self._set_busy(self.tr("Checking the backup…"))
        try:
            await self._backups.prepare_restore(chosen.backup)
        except ChatError as error:
            self._set_failed(error)
        else:
            self._context.restart()

    def _question(self, chosen: ListedBackup) -> str:
        from desktop_chat.ui.dialogs.backups_dialog import date_words

        text = self.tr(
            "Replace all chats with this backup?\n\n{0}\n\n"
            "What is here now is not lost: it becomes a backup of its own. "
            "The program starts again."
        )
        count = chosen.content.chats if chosen.content is not None else 0
        chats = self.tr("one chat") if count == 1 else self.tr("{0} chats").format(count)
        return text.format(f"{date_words(chosen.backup.made_at)}: {chats}")

    def _set_busy(self, text: str) -> None:
        if self._dialog is not None:
            self._dialog.set_busy(text)

    def _set_done(self, text: str) -> None:
        if self._dialog is not None:
            self._dialog.set_done(text)

    def _set_failed(self, error: ChatError) -> None:
        from desktop_chat.ui.messages import error_words

        if self._dialog is not None:
            self._dialog.set_done(error_words(error), is_error=True)
        else:
            self._context.say(error_words(error), "error")
