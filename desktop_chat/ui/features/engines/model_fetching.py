"""New models: a file of the user's, or one that is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_chat.domain.errors import ChatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.controllers.model_jobs import ModelJobs
    from desktop_chat.ui.dialogs.models.models_dialog import ModelsDialog
    from desktop_chat.ui.features.context import FeatureContext


class ModelFetching(QObject):
    """Asks for a file or a source over the models dialog.

    Signals:
        added(ModelRef): a file is offered from now on.
        refused(ChatError): it cannot be used.
    """

    added = Signal(object)
    refused = Signal(object)

    def __init__(self, context: FeatureContext, jobs: ModelJobs) -> None:
        super().__init__()
        self._context = context
        self._models = context.services.models
        self._jobs = jobs

    def ask_for_download(
        self, engines: Sequence[tuple[str, str]], parent: ModelsDialog | None
    ) -> None:
        """Ask what to fetch, and for which of these engines."""
        from desktop_chat.ui.dialogs.models.download_dialog import DownloadDialog

        dialog = DownloadDialog(engines, parent)
        dialog.set_theme(self._context.shell.theme)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.download_requested.connect(self._jobs.download)
        dialog.open()

    def ask_for_file(self, parent: ModelsDialog | None) -> None:
        """Ask for a GGUF file."""
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(parent, self.tr("Choose a model"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("GGUF models (*.gguf)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.add_file)
        dialog.open()

    @Slot(str)
    def add_file(self, path: str) -> None:
        """Offer a file from now on."""
        self._context.report(self._add(path))

    async def _add(self, path: str) -> None:
        try:
            ref = await self._models.add_file(Path(path))
        except ChatError as error:
            self.refused.emit(error)
        else:
            self.added.emit(ref)
