"""The window is to be closed while something of it is in memory only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from desktop_chat.ui.messages import error_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.assembly import Services
    from desktop_chat.domain.errors import StorageError
    from desktop_chat.services.tasks import TaskScope
    from desktop_chat.ui.shell import Shell

RETRY, FILE, CLOSE = "retry", "file", "close"


class Closing(QObject):
    """Asks before text is lost that could not be saved; else it closes at once.

    Args:
        shell: The window.
        services: They know what is not saved.
        tasks: Where another attempt runs.
        end: Ends the program.
    """

    def __init__(
        self, shell: Shell, services: Services, tasks: TaskScope, end: Callable[[], None]
    ) -> None:
        super().__init__()
        self._shell = shell
        self._services = services
        self._tasks = tasks
        self._end = end
        self._is_asking = False

    def request(self) -> None:
        """Close, or ask."""
        if self._services.saving_error is None:
            self._end()
        elif not self._is_asking:
            self._is_asking = True
            self._tasks.spawn(self._save_or_ask())

    async def _save_or_ask(self) -> None:
        try:
            await self._services.save_now()
            while (error := self._services.saving_error) is not None:
                choice = await self._ask(error)
                if choice == RETRY:
                    await self._services.save_now()
                elif choice == CLOSE:
                    break
                else:
                    if choice == FILE:
                        self._choose_file()
                    return
            self._end()
        finally:
            self._is_asking = False

    async def _ask(self, error: StorageError) -> str:
        from desktop_chat.ui.dialogs.alert import show_alert

        text = self.tr("The last changes are not saved.")
        choices = {
            RETRY: self.tr("Try again"),
            FILE: self.tr("Save as a file…"),
            CLOSE: self.tr("Close without saving"),
        }
        words = f"{text} {error_words(error)}"
        return await show_alert(self._shell.window, words, choices=choices).answer()

    def _choose_file(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self._shell.window, self.tr("Save what is not saved"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_as)
        dialog.open()

    @Slot(str)
    def save_as(self, path: str) -> None:
        """Write what is not saved into a file of the user's, and end."""
        from desktop_chat.ui.dialogs.alert import show_alert

        text = "\n\n".join(self._services.unsaved_texts())
        try:
            Path(path).write_text(text, encoding="utf-8", errors="replace")
        except OSError as error:
            reason = error.strerror or ""
            words = self.tr("{0} could not be written: {1}").format(path, reason)
            show_alert(self._shell.window, words)
            return
        self._end()
