"""Chats put into folders and marked with tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from desktop_chat.domain.organisation import FolderId
from desktop_chat.ui.actions import action_text
from desktop_chat.ui.features.library.telling import Telling

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.dialogs.move_dialog import MoveDialog
    from desktop_chat.ui.features.context import FeatureContext

    Chats = tuple[ChatId, ...]

# SQLite takes only so many parameters; the ticks of so many chats say little anyhow.
MOST_TICKED = 500


class FilingFeature(QObject):
    """The commands "Move to folder" and "Tags", each with its dialog."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._organising = context.services.organising
        self._folders = context.reading.folders
        self._tags = context.reading.tags
        self._telling = Telling(context)
        self._move_dialog: MoveDialog | None = None
        self._new_parent: FolderId | None = None
        self._chats: Chats = ()
        context.commands.register("chat.move", self._move, self._describe_move)
        context.commands.register("chat.tags", self._edit_tags, self._describe_tags)

    def _describe_move(self, chats: Chats) -> str | None:
        return self._describe(chats, "chat.move")

    def _describe_tags(self, chats: Chats) -> str | None:
        return self._describe(chats, "chat.tags")

    def _describe(self, chats: Chats, action_id: str) -> str | None:
        chat = self._telling.first(chats)
        is_kept = chat is not None and chat.deleted_at is None
        return action_text(action_id) if is_kept else None

    def move(self, chats: Chats, folder_id: FolderId | None) -> None:
        """Put chats into a folder, or into none."""
        if folder_id is None:
            one, several = self.tr("%1 is in no folder now"), self.tr("%1 are in no folder now")
        else:
            name = next((each.name for each in self._folders.all() if each.id == folder_id), "")
            one = several = self.tr("%1 → “%2”").replace("%2", " ".join(name.split()))
        work = self._organising.move(chats, folder_id)
        self._telling.change_chats(work, chats, one, several)

    # Folders

    def _move(self, chats: Chats) -> None:
        from desktop_chat.ui.dialogs.move_dialog import MoveDialog

        chat = self._telling.first(chats)
        folder_id = chat.folder_id if chat is not None else None
        current = FolderId(folder_id) if folder_id is not None else None
        self._chats = chats
        text = self.tr("Move %1 to:").replace("%1", self._telling.name_of(chats))
        dialog = MoveDialog(text, self._folders.all(), current, self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.moved.connect(self._on_dialog_moved)
        dialog.new_folder_requested.connect(self._on_dialog_new_folder_requested)
        dialog.finished.connect(self._on_dialog_finished)
        self._move_dialog = dialog
        dialog.open()

    @Slot(object)
    def _on_dialog_moved(self, folder_id: FolderId | None) -> None:
        self.move(self._chats, folder_id)

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._move_dialog = None

    @Slot(object)
    def _on_dialog_new_folder_requested(self, parent_id: FolderId | None) -> None:
        from desktop_chat.ui.dialogs.name_dialog import NameDialog

        self._new_parent = parent_id
        dialog = NameDialog(self.tr("New folder"), self.tr("Name"), "", self._move_dialog)
        dialog.set_theme(self._context.shell.theme)
        dialog.named.connect(self._on_folder_named)
        dialog.open()

    @Slot(str)
    def _on_folder_named(self, name: str) -> None:
        self._context.report(self._make_folder(name, self._new_parent))

    async def _make_folder(self, name: str, parent_id: FolderId | None) -> None:
        folder = await self._organising.create_folder(name, parent_id)
        if self._move_dialog is not None and folder is not None:
            self._move_dialog.set_folders(self._folders.all(), folder.id)

    # Tags

    def _edit_tags(self, chats: Chats) -> None:
        from desktop_chat.ui.dialogs.tags_dialog import TagsDialog

        counts = {tag.name: 0 for tag in self._tags.all()}
        looked_at = chats[:MOST_TICKED]
        for tags in self._tags.of_chats(looked_at).values():
            for tag in tags:
                counts[tag.name] += 1
        self._chats = chats
        text = self.tr("Tags of %1").replace("%1", self._telling.name_of(chats))
        dialog = TagsDialog(text, list(counts.items()), len(looked_at), self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.changed.connect(self._on_dialog_changed)
        dialog.open()

    @Slot(object, object)
    def _on_dialog_changed(self, put_on: tuple[str, ...], taken_off: tuple[str, ...]) -> None:
        self._telling.change(self._tag(self._chats, put_on, taken_off), self.tr("Tags changed"))

    async def _tag(self, chats: Chats, put_on: tuple[str, ...], taken_off: tuple[str, ...]) -> None:
        ids = {tag.name: tag.id for tag in self._tags.all()}
        for name in put_on:
            await self._organising.tag(chats, name)
        for name in taken_off:
            if name in ids:
                await self._organising.untag(chats, ids[name])
