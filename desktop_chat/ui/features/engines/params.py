"""Parameters in the window: the button in the header, the dialog, and presets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.changes import ChatChanged, PresetsChanged
from desktop_chat.domain.errors import ChatError, InvalidParamsError
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.preset import ChatSetup
from desktop_chat.ui.actions import action_text

if TYPE_CHECKING:
    from desktop_chat.domain.chat import Chat, ChatId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.preset import Preset
    from desktop_chat.ui.dialogs.params.offer import Offer
    from desktop_chat.ui.dialogs.params.params_dialog import ParamsDialog
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]

PARAMS = "chat.params"
DELETE = "delete"
REPLACE = "replace"
LONGEST_TITLE = 60


class ParamsFeature(QObject):
    """The command "Parameters" of a chat, also of one that is not stored yet."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._params = context.services.params
        self._engines = context.services.engines
        self._header = context.window.header
        self._chats = context.reading.chats
        self._dialog: ParamsDialog | None = None
        self._chat_id: ChatId | None = None
        self._to_save: ChatSetup | None = None
        self._preset: Preset | None = None
        context.commands.register(PARAMS, self._open, self._describe)
        context.services.broadcast.subscribe(ChatChanged, self._on_chat_changed)
        context.services.broadcast.subscribe(PresetsChanged, self._on_presets_changed)
        context.chat.chat_shown.connect(self._on_chat_shown)
        self._header.params_requested.connect(self._on_params_requested)

    # The command

    def _describe(self, chats: Chats) -> str | None:
        if len(chats) > 1:
            return None
        chat = self._chat(chats[0]) if chats else None
        is_gone = bool(chats) and (chat is None or chat.deleted_at is not None)
        return None if is_gone else action_text(PARAMS)

    def _chat(self, chat_id: ChatId) -> Chat | None:
        try:
            return self._chats.get(chat_id)
        except ChatError:
            return None

    @Slot()
    def _on_params_requested(self) -> None:
        shown = self._context.chat.chat_id
        self._open((shown,) if shown is not None else ())

    def _open(self, chats: Chats) -> None:
        from desktop_chat.ui.dialogs.params.params_dialog import ParamsDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        self._chat_id = chats[0] if chats else None
        chat = self._chat(self._chat_id) if self._chat_id is not None else None
        setup = self._setup_of(chat)
        dialog = ParamsDialog(self._offer(chat), setup, self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.save_requested.connect(self._on_save_requested)
        dialog.preset_save_requested.connect(self._on_preset_save_requested)
        dialog.preset_delete_requested.connect(self._on_preset_delete_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._dialog = dialog
        dialog.open()
        self._context.report(self._fill())

    def _setup_of(self, chat: Chat | None) -> ChatSetup:
        if chat is None:
            return self._context.chat.new_chat_setup or ChatSetup()
        return ChatSetup(chat.params or GenerationParams(), chat.system_prompt, chat.preset_id)

    def _offer(self, chat: Chat | None) -> Offer:
        from desktop_chat.ui.dialogs.params.offer import Offer

        ref = self._ref_of(chat)
        title = " ".join(chat.title.split())[:LONGEST_TITLE] if chat is not None else ""
        parts = [title or self.tr("New chat")]
        if ref is not None:
            engine = self._engines.status(ref.account_id)
            parts += [ref.label, engine.name]
        supported = self._params.supported(ref)
        return Offer(" · ".join(parts), supported, self._params.reasoning_options(ref))

    def _ref_of(self, chat: Chat | None) -> ModelRef | None:
        if chat is not None and chat.id != self._context.chat.chat_id:
            return chat.model_ref
        return self._context.chat.current_ref

    async def _fill(self, chosen_id: int | None = None) -> None:
        presets = await self._params.presets()
        if self._dialog is not None:
            self._dialog.set_presets(presets, chosen_id)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    # Saving

    @Slot(object)
    def _on_save_requested(self, setup: ChatSetup) -> None:
        self._context.report(self._save(setup))

    async def _save(self, setup: ChatSetup) -> None:
        from desktop_chat.services.replies.params import check_setup

        try:
            if self._chat_id is None:
                await check_setup(setup)
                self._context.chat.set_up_new_chat(setup)
                self._show_summary(setup)
            else:
                await self._params.set_up(self._chat_id, setup)
        except InvalidParamsError as error:
            self._tell(error)
            return
        if self._dialog is not None:
            self._dialog.accept()

    def _tell(self, error: InvalidParamsError) -> None:
        from desktop_chat.ui.messages import error_words

        if self._dialog is None:
            self._context.say(error_words(error), "error")
        else:
            self._dialog.set_error(str(error.fields["name"]), str(error.fields["detail"]))

    # Presets

    @Slot(object, object)
    def _on_preset_save_requested(self, setup: ChatSetup, preset: Preset | None) -> None:
        from desktop_chat.ui.dialogs.name_dialog import NameDialog

        self._to_save, self._preset = setup, preset
        name = preset.name if preset is not None else ""
        title, label = self.tr("Save as preset"), self.tr("Name")
        dialog = NameDialog(title, label, name, self._dialog)
        dialog.set_theme(self._context.shell.theme)
        dialog.named.connect(self._on_preset_named)
        dialog.open()

    @Slot(str)
    def _on_preset_named(self, name: str) -> None:
        if self._to_save is not None:
            self._context.report(self._save_preset(name, self._to_save))

    async def _save_preset(self, name: str, setup: ChatSetup) -> None:
        from desktop_chat.domain.preset import Preset

        known = {preset.name.casefold(): preset.id for preset in await self._params.presets()}
        preset_id = known.get(" ".join(name.split()).casefold(), 0)
        if preset_id and not await self._may_replace(name):
            return
        preset = Preset(preset_id, name, setup.system_prompt, setup.params)
        try:
            saved = await self._params.save_preset(preset)
        except InvalidParamsError as error:
            self._tell(error)
            return
        await self._fill(saved.id)

    async def _may_replace(self, name: str) -> bool:
        from desktop_chat.ui.dialogs.alert import show_alert

        text = self.tr("There is a preset “{0}” already. Replace it?")
        choices = {REPLACE: self.tr("Replace")}
        alert = show_alert(self._dialog, text.format(name), choices=choices)
        return await alert.answer() == REPLACE

    @Slot(object)
    def _on_preset_delete_requested(self, preset: Preset) -> None:
        self._context.report(self._delete_preset(preset))

    async def _delete_preset(self, preset: Preset) -> None:
        from desktop_chat.ui.dialogs.alert import show_alert

        text = self.tr("Delete the preset “{0}”?\n\nChats keep what they have from it.")
        choices = {DELETE: self.tr("Delete")}
        alert = show_alert(self._dialog, text.format(preset.name), choices=choices)
        if await alert.answer() == DELETE:
            await self._params.delete_preset(preset.id)

    def _on_presets_changed(self, _event: PresetsChanged) -> None:
        if self._dialog is not None:
            self._context.report(self._fill())

    # What the header tells

    def _on_chat_changed(self, event: ChatChanged) -> None:
        if event.chat.id == self._context.chat.chat_id:
            self._show_summary(self._setup_of(event.chat))

    @Slot(object, str)
    def _on_chat_shown(self, chat_id: ChatId | None, _title: str) -> None:
        chat = self._chat(chat_id) if chat_id is not None else None
        self._show_summary(self._setup_of(chat))

    def _show_summary(self, setup: ChatSetup) -> None:
        from desktop_chat.ui.param_words import params_summary

        parts = [self.tr("Instructions")] if setup.system_prompt else []
        parts += [params_summary(setup.params)] if setup.params.chosen else []
        self._header.set_params_summary(", ".join(parts))
