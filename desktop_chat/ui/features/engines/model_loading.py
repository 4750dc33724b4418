"""Loading a model: how, and whether it will fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.errors import ChatError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_chat.domain.engine_features import LoadOptions
    from desktop_chat.domain.model_info import ModelInfo, ModelRef
    from desktop_chat.ui.controllers.model_jobs import ModelJobs
    from desktop_chat.ui.dialogs.models.load_dialog import LoadDialog
    from desktop_chat.ui.features.context import FeatureContext

ESTIMATE = "estimate-memory"


class ModelLoading(QObject):
    """Asks for the options, with an estimate of the memory where there is one."""

    def __init__(self, context: FeatureContext, jobs: ModelJobs) -> None:
        super().__init__()
        self._context = context
        self._models = context.services.models
        self._engines = context.services.engines
        self._jobs = jobs
        self._dialog: LoadDialog | None = None

    def ask(self, ref: ModelRef, info: ModelInfo, parent: QWidget) -> None:
        """Ask how to load a model, and load it."""
        from desktop_chat.ui.dialogs.models.load_dialog import LoadDialog

        dialog = LoadDialog(ref, info, self._engines.features(ref.account_id), parent)
        dialog.set_theme(self._context.shell.theme)
        dialog.load_requested.connect(self._jobs.load)
        dialog.options_changed.connect(self._on_options_changed)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()
        self._on_options_changed(ref, dialog.fields.options())

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._context.tasks.cancel(ESTIMATE)
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot(object, object)
    def _on_options_changed(self, ref: ModelRef, options: LoadOptions) -> None:
        self._context.tasks.spawn(self._estimate(ref, options), key=ESTIMATE)

    async def _estimate(self, ref: ModelRef, options: LoadOptions) -> None:
        try:
            estimate = await self._models.estimate(ref, options)
        except ChatError:
            return  # loading says what is wrong with the file
        if estimate is not None and self._dialog is not None:
            needed, free = estimate.needed_bytes, estimate.free_bytes
            self._dialog.set_estimate(needed, free, fits=estimate.fits)
