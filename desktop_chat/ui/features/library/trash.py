"""The trash: single chats, or all of them, deleted for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.errors import ChatError
from desktop_chat.domain.organisation import ChatQuery, Place
from desktop_chat.ui.actions import action_text
from desktop_chat.ui.features.library.telling import Telling

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.services.library.trash import Forgotten
    from desktop_chat.ui.dialogs.deletion_dialog import DeletionDialog
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]

TRASH = ChatQuery(place=Place.TRASH)


class TrashFeature(QObject):
    """The commands "Delete for good" and "Empty the trash", with their dialog."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._stored = context.reading.chats
        self._telling = Telling(context)
        self._dialog: DeletionDialog | None = None
        self._chats: Chats = ()
        register = context.commands.register
        register("chat.delete_for_good", self._delete, self._describe_delete)
        register("trash.empty", self._empty, self._describe_empty)
        context.window.sidebar.empty_trash_requested.connect(self._on_empty_requested)

    def _describe_delete(self, chats: Chats) -> str | None:
        chat = self._telling.first(chats)
        is_deleted = chat is not None and chat.deleted_at is not None
        return action_text("chat.delete_for_good") if is_deleted else None

    def _describe_empty(self, _chats: Chats) -> str | None:
        has_chats = bool(self._stored.page(TRASH, 0, 1))
        return action_text("trash.empty") if has_chats else None

    def _delete(self, chats: Chats) -> None:
        question = self.tr("Delete %1 for good?").replace("%1", self._telling.name_of(chats))
        self._ask(chats, question)

    def _empty(self, _chats: Chats) -> None:
        self._ask((), self.tr("Delete everything in the trash for good?"))

    @Slot()
    def _on_empty_requested(self) -> None:
        self._context.commands.run("trash.empty")

    def _ask(self, chats: Chats, question: str) -> None:
        from desktop_chat.ui.dialogs.deletion_dialog import DeletionDialog

        if self._dialog is not None:
            self._dialog.raise_()
            return
        self._chats = chats
        self._dialog = DeletionDialog(question, self._context.window)
        self._dialog.set_theme(self._context.shell.theme)
        self._dialog.confirmed.connect(self._on_dialog_confirmed)
        self._dialog.finished.connect(self._on_dialog_finished)
        self._dialog.open()

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._dialog = None

    @Slot()
    def _on_dialog_confirmed(self) -> None:
        self._context.tasks.spawn(self._forget(self._chats))

    async def _forget(self, chats: Chats) -> None:
        from desktop_chat.ui.messages import error_words

        trash = self._context.services.trash
        shown = self._context.chat.chat_id
        is_shown = shown is not None and self._is_going(shown, chats)
        try:
            if is_shown:
                self._context.chat.new_chat()
            if chats:
                forgotten = await trash.delete_for_good(chats, self._tell)
            else:
                forgotten = await trash.empty(self._tell)
        except ChatError as error:
            if self._dialog is not None:
                self._dialog.show_error(error_words(error))
            return
        if self._dialog is not None:
            names = [path.name for path in forgotten.backups]
            self._dialog.show_done(self._result(forgotten), names)

    def _is_going(self, chat_id: ChatId, chats: Chats) -> bool:
        chat = self._telling.first((chat_id,))
        is_deleted = chat is not None and chat.deleted_at is not None
        return is_deleted and (not chats or chat_id in chats)

    def _result(self, forgotten: Forgotten) -> str:
        if not forgotten.is_complete:
            return self.tr(
                "The chats are deleted, but another program reads the database, so their text "
                "is still in the files. Close it; the next start removes the text."
            )
        if forgotten.chats == 1:
            return self.tr("Done. One chat was deleted, and its text is gone from the files.")
        text = self.tr("Done. %1 chats were deleted, and their text is gone from the files.")
        return text.replace("%1", str(forgotten.chats))

    def _tell(self, part: float) -> None:
        if self._dialog is not None:
            self._dialog.set_progress(part)
