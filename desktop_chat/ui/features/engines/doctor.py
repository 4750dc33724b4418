"""The connection doctor in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.doctor import DoctorService, Finding
    from desktop_chat.ui.dialogs.doctor_dialog import DoctorDialog
    from desktop_chat.ui.features.context import FeatureContext

SHOW = "help.doctor"


class DoctorFeature(QObject):
    """Has everything looked at, shows what was found, and copies the report."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._doctor: DoctorService | None = None
        self._findings: Sequence[Finding] = ()
        self._dialog: DoctorDialog | None = None
        context.commands.register(SHOW, self._show)

    def _show(self, _chats: tuple[ChatId, ...]) -> None:
        from desktop_chat.ui.dialogs.doctor_dialog import DoctorDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = DoctorDialog(self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.check_requested.connect(self._on_check_requested)
        dialog.copy_requested.connect(self._on_copy_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()
        self._on_check_requested()

    @Slot()
    def _on_check_requested(self) -> None:
        if self._dialog is not None:
            self._dialog.set_busy()
            self._context.tasks.spawn(self._examine(self._dialog), key=SHOW)

    async def _examine(self, dialog: DoctorDialog) -> None:
        findings = await self._made().examine()
        if dialog is self._dialog:
            self._findings = findings
            dialog.set_findings(findings)

    def _made(self) -> DoctorService:
        from desktop_chat.services.doctor import DoctorService

        services = self._context.services
        self._doctor = DoctorService(
            services.launch,
            secrets=services.secrets,
            engines=services.engines,
            url=services.lm_studio.url,
        )
        return self._doctor

    @Slot()
    def _on_copy_requested(self) -> None:
        if self._doctor is None or self._dialog is None:
            return
        QGuiApplication.clipboard().setText(self._doctor.report(self._findings))
        self._dialog.set_note(self.tr("The report is on the clipboard."))

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._context.tasks.cancel(SHOW)
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
