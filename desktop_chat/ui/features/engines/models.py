"""The models in the window: which there are, in memory or not, and new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.changes import AccountsChanged, EnginesChanged
from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.model_info import ModelKind, ModelRef
from desktop_chat.services.engines.service import EngineState
from desktop_chat.ui.controllers.model_jobs import JobKind, ModelJobs
from desktop_chat.ui.controllers.status import StatusText
from desktop_chat.ui.features.engines.model_fetching import ModelFetching
from desktop_chat.ui.features.engines.model_loading import ModelLoading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.ui.controllers.model_jobs import ModelJob
    from desktop_chat.ui.dialogs.models.model_rows import ListedEngine
    from desktop_chat.ui.dialogs.models.models_dialog import ModelsDialog
    from desktop_chat.ui.features.context import FeatureContext

SHOW = "models.open"
SERVERS = "servers.open"
LISTING = "list-all-models"


class ModelsFeature(QObject):
    """Shows models, and has them loaded, unloaded, fetched and used."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._engines = context.services.engines
        self._jobs = ModelJobs(context.services.models, context.tasks, self)
        self._fetching = ModelFetching(context, self._jobs)
        self._loading = ModelLoading(context, self._jobs)
        # What an engine lists beside the models that can be chosen: those for embeddings.
        self._all: dict[str, Sequence[ModelInfo]] = {}
        self._dialog: ModelsDialog | None = None
        context.commands.register(SHOW, self._show)
        self._jobs.changed.connect(self._on_jobs_changed)
        self._jobs.done.connect(self._on_job_done)
        self._jobs.failed.connect(self._on_job_failed)
        self._picker = context.window.header.model_picker
        self._picker.command_requested.connect(self._on_command_requested)
        self._fetching.added.connect(self._on_file_added)
        self._fetching.refused.connect(self._on_file_refused)
        broadcast = context.services.broadcast
        broadcast.subscribe(EnginesChanged, self._on_engines_changed)
        broadcast.subscribe(AccountsChanged, self._on_engines_changed)

    def _on_engines_changed(self, _event: EnginesChanged | AccountsChanged) -> None:
        if self._dialog is not None:
            self._show_engines()
            self._context.tasks.spawn(self._list_all(), key=LISTING)

    def _show(self, _chats: tuple[ChatId, ...]) -> None:
        from desktop_chat.ui.dialogs.models.models_dialog import ModelsDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = ModelsDialog(self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.use_requested.connect(self._on_use_requested)
        dialog.load_requested.connect(self._on_load_requested)
        dialog.unload_requested.connect(self._jobs.unload)
        dialog.download_requested.connect(self._on_download_requested)
        dialog.file_requested.connect(self._on_file_requested)
        dialog.servers_requested.connect(self._on_servers_requested)
        dialog.jobs.cancel_requested.connect(self._jobs.cancel)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        self._show_engines()
        self._choose_current()
        dialog.jobs.set_jobs(self._jobs.jobs)
        dialog.open()
        dialog.list.setFocus()
        self._engines.look_now()
        self._context.tasks.spawn(self._list_all(), key=LISTING)

    def _choose_current(self) -> None:
        controllers = self._context.controllers
        chosen = controllers.engines.current
        if chosen is not None and self._dialog is not None:
            self._dialog.choose(chosen)

    def _listed(self) -> list[ListedEngine]:
        from desktop_chat.ui.dialogs.models.model_rows import ListedEngine

        return [
            ListedEngine(status, merged(status.models, self._all.get(status.account_id, ())))
            for status in self._engines.statuses
        ]

    def _show_engines(self) -> None:
        if self._dialog is not None:
            self._dialog.set_engines(self._listed())

    async def _list_all(self) -> None:
        """Ask the engines that answer for all their models, embeddings included."""
        for status in self._engines.statuses:
            if status.state not in (EngineState.READY, EngineState.EMPTY):
                self._all.pop(status.account_id, None)
                continue
            try:
                provider = self._engines.provider(status.account_id)
                self._all[status.account_id] = await provider.list_models()
            except ChatError:
                # Its state says what is wrong; what can be chosen is shown all the same.
                self._all.pop(status.account_id, None)
            self._show_engines()

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._context.tasks.cancel(LISTING)
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    @Slot(object)
    def _on_use_requested(self, ref: ModelRef) -> None:
        # The picker's own way, so that a choice is the same wherever it is made.
        self._picker.choose(ref)
        if self._dialog is not None:
            self._dialog.accept()

    @Slot(object)
    def _on_load_requested(self, ref: ModelRef) -> None:
        info = self._engines.model_info(ref) or self._embedding(ref)
        if info is None or self._dialog is None:
            return
        if self._jobs.is_busy_with(ref.label, ref.account_id):
            self._dialog.set_note(self.tr("This model is being loaded already."))
        else:
            self._dialog.set_note("")
            self._loading.ask(ref, info, self._dialog)

    def _embedding(self, ref: ModelRef) -> ModelInfo | None:
        listed = self._all.get(ref.account_id, ())
        return next((model for model in listed if model.id == ref.model_id), None)

    @Slot()
    def _on_download_requested(self) -> None:
        self._fetching.ask_for_download(self._sources(), self._dialog)

    def _sources(self) -> list[tuple[str, str]]:
        can = [status for status in self._engines.statuses if status.features.can_download]
        return [(status.account_id, status.name) for status in can]

    @Slot()
    def _on_file_requested(self) -> None:
        self._fetching.ask_for_file(self._dialog)

    @Slot(object)
    def _on_file_added(self, ref: ModelRef) -> None:
        self._set_note(self.tr("{0} can be used now.").format(ref.label))
        if self._dialog is not None:
            self._dialog.choose(ref)

    @Slot(object)
    def _on_file_refused(self, error: ChatError) -> None:
        self._set_error(error)

    @Slot(str)
    def _on_command_requested(self, action_id: str) -> None:
        self._context.commands.run(action_id)

    @Slot()
    def _on_servers_requested(self) -> None:
        if self._dialog is not None:
            self._dialog.accept()
        self._context.commands.run(SERVERS)

    @Slot()
    def _on_jobs_changed(self) -> None:
        from desktop_chat.ui.dialogs.models.job_rows import jobs_words

        jobs = self._jobs.jobs
        controllers = self._context.controllers
        controllers.status.set_work(
            StatusText(jobs_words(jobs), action=SHOW, action_label=self.tr("Show models"))
        )
        if self._dialog is not None:
            self._dialog.jobs.set_jobs(jobs)

    @Slot(object)
    def _on_job_done(self, job: ModelJob) -> None:
        words = {
            JobKind.LOAD: self.tr("{0} is in memory now."),
            JobKind.UNLOAD: self.tr("{0} is not in memory any more."),
            JobKind.DOWNLOAD: self.tr("{0} is there now."),
        }
        self._set_note(words[job.kind].format(job.label))
        self._engines.look_now()
        if self._dialog is not None:
            # The engines tell nothing of a model that cannot be chosen: one for embeddings.
            self._context.tasks.spawn(self._list_all(), key=LISTING)
        if self._dialog is not None and job.progress is not None and job.progress.model_id:
            self._dialog.choose(ModelRef(job.account_id, job.progress.model_id))

    @Slot(object, object)
    def _on_job_failed(self, _job: ModelJob, error: ChatError) -> None:
        self._set_error(error)
        # An instance that nobody knows any more stands in no list either.
        self._engines.look_now()

    def _set_error(self, error: ChatError) -> None:
        from desktop_chat.ui.messages import error_words

        self._set_note(error_words(error), is_error=True)

    def _set_note(self, text: str, *, is_error: bool = False) -> None:
        if self._dialog is not None:
            self._dialog.set_note(text, is_error=is_error)
        elif text:
            kind = "error" if is_error else "idle"
            self._context.say(text, kind, SHOW, self.tr("Show models"))


def merged(chosen: Sequence[ModelInfo], listed: Sequence[ModelInfo]) -> list[ModelInfo]:
    """Return the models that can be chosen as they were last seen, and what else is listed."""
    known = {model.id for model in chosen}
    others = [m for m in listed if m.id not in known and m.kind is ModelKind.EMBEDDING]
    return [*chosen, *others]
