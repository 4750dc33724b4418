"""Connects the window's panes with the controllers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QObject, Qt, Slot

from desktop_chat.domain.errors import (
    ChatError,
    EmptyMessageError,
    ModelChoiceNeededError,
    NoModelAnywhereError,
)
from desktop_chat.domain.model_info import ModelRef
from desktop_chat.services.engines import lm_studio_app
from desktop_chat.services.engines.service import EngineState
from desktop_chat.ui import messages as words
from desktop_chat.ui.controllers.engines import USE_LM_STUDIO, EngineFooter
from desktop_chat.ui.controllers.status import ERROR, StatusText
from desktop_chat.ui.header.model_choice import ModelChoice

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.message import MessageId
    from desktop_chat.ui.composer.status_line import StatusKind
    from desktop_chat.ui.dialogs.settings_dialog import SettingsDialog
    from desktop_chat.ui.shell import Shell
    from desktop_chat.ui.window_controllers import Controllers


class Wiring(QObject):
    """Every connection between a pane and a controller, and what needs both.

    Dialogs are imported when one is wanted: their classes are large, and most runs show none.
    """

    def __init__(self, shell: Shell, controllers: Controllers) -> None:
        super().__init__()
        self._shell = shell
        self._window = shell.window
        self._to = controllers
        self._used = -1
        self._total = -1
        self._has_messages = False
        self._dialog: SettingsDialog | None = None

    def connect(self) -> None:  # type: ignore[override]
        """Connect everything."""
        self._connect_chats()
        self._connect_chat()
        self._connect_engines()
        self._connect_models()
        self._connect_settings()

    def _connect_chats(self) -> None:
        sidebar, chats, chat = self._window.sidebar, self._to.chats, self._to.chat
        sidebar.new_chat_requested.connect(self._on_new_chat_requested)
        sidebar.chat_selected.connect(self._on_chat_selected)
        chat.chat_shown.connect(chats.on_chat_shown)
        chats.failed.connect(self._on_failed)

    def _connect_chat(self) -> None:
        window, chat = self._window, self._to.chat
        window.composer.send_requested.connect(chat.send)
        window.composer.stop_requested.connect(chat.stop)
        window.composer.save_text_requested.connect(self._on_save_text_requested)
        window.transcript.error_action_requested.connect(self._on_error_action_requested)
        window.transcript.link_requested.connect(self._on_link_requested)
        window.transcript.image_requested.connect(self._to.images.load)
        self._to.images.loaded.connect(window.transcript.images.take)
        self._to.images.failed.connect(window.transcript.images.fail)
        window.transcript.commands.regenerate_requested.connect(chat.retry)
        window.transcript.commands.continue_requested.connect(chat.continue_reply)
        window.transcript.commands.version_requested.connect(chat.show_version)
        window.transcript.commands.toolbar.set_versions(chat.version_of)
        chat.version_shown.connect(window.transcript.commands.keep_place)
        chat.leaving.connect(self._on_leaving)
        chat.chat_shown.connect(self._on_chat_shown)
        chat.chat_shown.connect(self._to.status.on_chat_shown)
        chat.title_changed.connect(window.set_chat_title)
        chat.streaming_changed.connect(window.composer.set_streaming)
        chat.message_accepted.connect(self._on_message_accepted)
        chat.draft_changed.connect(window.composer.set_text)
        chat.failed.connect(self._on_failed)
        chat.usage_changed.connect(self._on_usage_changed)
        self._shell.transcript.rowsInserted.connect(self._on_rows_changed)
        self._shell.transcript.rowsRemoved.connect(self._on_rows_changed)
        self._shell.transcript.modelReset.connect(self._on_rows_changed)

    def _connect_engines(self) -> None:
        window, engines, status = self._window, self._to.engines, self._to.status
        self._to.chat.model_changed.connect(engines.on_model_changed)
        engines.engines_changed.connect(self._on_engines_changed)
        engines.current_changed.connect(window.header.set_current)
        engines.current_changed.connect(self._to.chat.on_current_changed)
        engines.context_changed.connect(self._on_context_changed)
        engines.footer_changed.connect(self._on_footer_changed)
        engines.status_changed.connect(status.set_engine)
        engines.welcome_changed.connect(window.welcome.set_state)
        window.header.model_chosen.connect(self._on_model_chosen)
        status.status_changed.connect(self._on_status_changed)
        window.status_line.action_requested.connect(self._on_status_action_requested)

    def _connect_models(self) -> None:
        welcome, models = self._window.welcome, self._to.models
        welcome.start_lm_studio_requested.connect(self._on_start_lm_studio_requested)
        welcome.settings_requested.connect(self._on_settings_requested)
        welcome.choose_file_requested.connect(self._on_choose_file_requested)
        welcome.file_dropped.connect(models.add_file)
        welcome.starter_model_requested.connect(models.fetch_starter_model)
        welcome.cancel_requested.connect(models.cancel)
        models.progressed.connect(welcome.set_progress)
        models.fetch_ended.connect(self._on_fetch_ended)
        models.failed.connect(self._on_model_failed)
        models.model_added.connect(self._on_model_added)

    def _connect_settings(self) -> None:
        self._window.settings_requested.connect(self._on_settings_requested)
        self._window.new_chat_requested.connect(self._on_new_chat_requested)
        self._to.settings.appearance_changed.connect(self._on_appearance_changed)

    # Chats

    @Slot()
    def _on_new_chat_requested(self) -> None:
        self._to.chat.new_chat()
        self._window.composer.focus_input()

    @Slot(object)
    def _on_chat_selected(self, chat_id: ChatId) -> None:
        self._to.chat.show_chat(chat_id)

    @Slot()
    def _on_leaving(self) -> None:
        self._to.chat.keep_draft(self._window.composer.text())

    @Slot(object, str)
    def _on_chat_shown(self, chat_id: ChatId | None, title: str) -> None:
        self._window.set_chat_title(title)
        self._window.sidebar.select_chat(chat_id)

    # The chat shown

    @Slot(str)
    def _on_message_accepted(self, text: str) -> None:
        composer = self._window.composer
        # What was typed since then is the next message.
        if composer.text() == text:
            composer.clear()

    @Slot()
    def _on_rows_changed(self) -> None:
        self._window.show_welcome(self._shell.transcript.rowCount() == 0)

    @Slot(object)
    def _on_failed(self, error: ChatError) -> None:
        if isinstance(error, EmptyMessageError):
            self._window.composer.show_hint(words.error_words(error))
            return
        action = words.error_action(error.code) or ("", "")
        is_about_models = isinstance(error, (ModelChoiceNeededError, NoModelAnywhereError))
        if isinstance(error, ModelChoiceNeededError):
            action = (words.CHOOSE_MODEL, self.tr("Choose"))
        is_useful = action[0] not in (words.RETRY, words.NEW_CHAT)
        text = words.error_words(error)
        status = StatusText(text, ERROR, *(action if is_useful else ("", "")))
        show = self._to.status.refuse if is_about_models else self._to.status.set_notice
        show(status)

    @Slot(object, str)
    def _on_error_action_requested(self, message_id: MessageId, action: str) -> None:
        if action == words.RETRY:
            self._to.chat.retry(message_id)
        else:
            self._act(action)

    @Slot(str, str)
    def _on_link_requested(self, address: str, label: str) -> None:
        from desktop_chat.ui.links import open_link

        open_link(self._window, address, label)

    @Slot(str)
    def _on_save_text_requested(self, text: str) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self._window, self.tr("Save the text"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.setProperty("text_to_save", text)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._on_save_path_chosen)
        dialog.open()

    @Slot(str)
    def _on_save_path_chosen(self, path: str) -> None:
        dialog = self.sender()
        text = dialog.property("text_to_save") if dialog else ""
        try:
            Path(path).write_text(str(text), encoding="utf-8", errors="replace")
        except OSError as error:
            reason = error.strerror or ""
            notice = self.tr("{0} could not be written: {1}").format(path, reason)
            self._to.status.set_notice(StatusText(notice, ERROR))

    @Slot(int)
    def _on_usage_changed(self, used: int) -> None:
        self._used = used
        self._show_usage()

    @Slot(int)
    def _on_context_changed(self, total: int) -> None:
        self._total = total
        self._show_usage()

    def _show_usage(self) -> None:
        used = self._used if self._used >= 0 else None
        total = self._total if self._total >= 0 else None
        self._window.header.set_usage(used, total)

    # Engines and models

    @Slot()
    def _on_engines_changed(self) -> None:
        choices = [
            ModelChoice(
                ModelRef(status.account_id, model.id),
                model.name,
                status.name,
                model.quantization or "",
                bool(model.is_loaded),
            )
            for status in self._to.engines.statuses
            if status.state is EngineState.READY
            for model in status.models
        ]
        self._window.header.set_choices(choices)

    @Slot(object)
    def _on_model_chosen(self, model_ref: ModelRef) -> None:
        self._to.engines.remember_choice(model_ref)
        self._to.chat.choose_model(model_ref)
        self._to.status.set_notice(None)
        self._window.composer.focus_input()

    @Slot(object)
    def _on_footer_changed(self, footer: EngineFooter) -> None:
        kind = "idle" if footer.is_ok or footer.is_checking else "warning"
        text = f"{footer.name} · {footer.state}"
        self._window.sidebar.set_engine_state(text, footer.is_ok, kind)

    @Slot(object)
    def _on_status_changed(self, status: StatusText) -> None:
        line, kind = self._window.status_line, cast("StatusKind", status.kind)
        line.set_status(status.text, kind, status.action_label, status.fraction)

    @Slot()
    def _on_status_action_requested(self) -> None:
        self._act(self._to.status.action)

    def _act(self, action: str) -> None:
        match action:
            case words.CHOOSE_MODEL:
                header = self._window.header
                header.model_picker.show_popup()
            case words.OPEN_SETTINGS:
                self._on_settings_requested()
            case words.NEW_CHAT:
                self._on_new_chat_requested()
            case _ if action == USE_LM_STUDIO and self._to.engines.offered is not None:
                self._on_model_chosen(self._to.engines.offered)

    @Slot()
    def _on_start_lm_studio_requested(self) -> None:
        if lm_studio_app.start():
            notice = self.tr("LM Studio is starting. Turn on its server in the Developer tab.")
        else:
            notice = self.tr("LM Studio was not found here. Start it by hand, with its server on.")
        self._to.status.set_notice(StatusText(notice))

    @Slot()
    def _on_choose_file_requested(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        dialog = QFileDialog(self._window, self.tr("Choose a model"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("GGUF models (*.gguf)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._to.models.add_file)
        dialog.open()

    @Slot()
    def _on_fetch_ended(self) -> None:
        self._window.welcome.set_progress(0, 0)

    @Slot(object)
    def _on_model_failed(self, error: ChatError) -> None:
        self._window.welcome.set_error(words.error_words(error))

    @Slot(object)
    def _on_model_added(self, model_ref: ModelRef) -> None:
        self._on_engines_changed()
        self._on_model_chosen(model_ref)

    # Settings

    @Slot()
    def _on_settings_requested(self) -> None:
        from desktop_chat.ui.dialogs.settings_dialog import SettingsDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        settings = self._to.settings
        dialog = SettingsDialog(
            settings.declarations, self._values(), settings.fixed(), parent=self._window
        )
        dialog.set_theme(self._shell.theme)
        dialog.change_requested.connect(settings.change)
        dialog.open_folder_requested.connect(self._on_open_folder_requested)
        dialog.finished.connect(self._on_settings_finished)
        settings.refused.connect(self._on_setting_refused)
        settings.noticed.connect(dialog.set_notice)
        self._dialog = dialog
        dialog.open()

    def _values(self) -> dict[str, Any]:
        values = self._to.settings.values()
        values["storage.data_folder"] = str(self._to.data_dir)
        return values

    @Slot(str, object)
    def _on_setting_refused(self, key: str, error: ChatError) -> None:
        if self._dialog is not None:
            self._dialog.set_error(key, words.error_words(error))

    @Slot()
    def _on_settings_finished(self) -> None:
        if self._dialog is not None:
            self._to.settings.refused.disconnect(self._on_setting_refused)
            self._dialog.deleteLater()
            self._dialog = None

    @Slot()
    def _on_open_folder_requested(self) -> None:
        from desktop_chat.ui.links import open_own_folder

        open_own_folder(self._to.data_dir)

    @Slot()
    def _on_appearance_changed(self) -> None:
        settings = self._to.services.settings
        theme = str(settings.value("appearance.theme"))
        self._shell.set_appearance(theme, int(settings.value("appearance.text_size")))
