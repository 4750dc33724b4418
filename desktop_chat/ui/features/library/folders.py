"""Folders and tags: made, renamed, moved and deleted, by menus, keys and dragging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QMenu

from desktop_chat.domain.organisation import ChatQuery, FolderId, Place
from desktop_chat.ui.features.library.telling import Telling
from desktop_chat.ui.item_models.folder_tree import Entry, EntryKind

if TYPE_CHECKING:
    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.features.context import FeatureContext
    from desktop_chat.ui.features.library.filing import FilingFeature
    from desktop_chat.ui.sidebar.folder_tree_view import FolderTreeView

    Chats = tuple[ChatId, ...]

ALL_ROWS = 1_000_000


class FoldersFeature(QObject):
    """What can be done with a place of the tree.

    Args:
        tree: The tree of places.
        filing: Moves chats.
    """

    def __init__(
        self, context: FeatureContext, tree: FolderTreeView, filing: FilingFeature
    ) -> None:
        super().__init__()
        self._context = context
        self._tree = tree
        self._filing = filing
        self._list = context.controllers.chats
        self._organising = context.services.organising
        self._folders = context.reading.folders
        self._telling = Telling(context)
        self._entry: Entry | None = None
        context.commands.register("folder.new", self._make_at_top)
        tree.menu_requested.connect(self._on_menu_requested)
        tree.rename_requested.connect(self._on_rename_requested)
        tree.delete_requested.connect(self._on_delete_requested)
        tree.chats_dropped.connect(self._on_chats_dropped)
        tree.folder_dropped.connect(self._on_folder_dropped)

    @Slot(object, object)
    def _on_menu_requested(self, entry: Entry, place: QPoint) -> None:
        self._entry = entry
        menu = QMenu(self._tree)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        commands = self._context.commands
        if entry.kind is EntryKind.FOLDER:
            menu.addAction(self.tr("New folder inside…"), self._on_new_inside_triggered)
            menu.addAction(self.tr("Rename…"), self._on_rename_triggered)
            menu.addAction(self.tr("Move to folder…"), self._on_move_triggered)
            if commands.is_known("chat.export"):
                menu.addAction(self.tr("Export…"), self._on_export_triggered)
            menu.addSeparator()
            menu.addAction(self.tr("Delete folder"), self._on_delete_triggered)
        elif entry.kind is EntryKind.TAG:
            menu.addAction(self.tr("Rename…"), self._on_rename_triggered)
            menu.addAction(self.tr("Delete tag"), self._on_delete_triggered)
        elif entry.kind is EntryKind.ALL:
            menu.addAction(self.tr("New folder…"), self._on_new_inside_triggered)
        elif entry.kind is EntryKind.TRASH:
            menu.addAction(self.tr("Empty the trash…"), self._on_empty_triggered)
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(place)

    # Names

    def _ask_name(self, title: str, name: str, entry: Entry | None) -> None:
        from desktop_chat.ui.dialogs.name_dialog import NameDialog

        self._entry = entry
        dialog = NameDialog(title, self.tr("Name"), name, self._context.window)
        dialog.set_theme(self._context.shell.theme)
        if name:
            dialog.named.connect(self._on_renamed)
        else:
            dialog.named.connect(self._on_named)
        dialog.open()

    def _make_at_top(self, _chats: Chats) -> None:
        self._ask_name(self.tr("New folder"), "", None)

    @Slot()
    def _on_new_inside_triggered(self) -> None:
        self._ask_name(self.tr("New folder"), "", self._entry)

    @Slot(str)
    def _on_named(self, name: str) -> None:
        parent_id = self._entry.folder_id if self._entry is not None else None
        work = self._organising.create_folder(name, parent_id)
        self._telling.change(work, self.tr("Folder “%1” was made").replace("%1", name))

    @Slot()
    def _on_rename_triggered(self) -> None:
        if self._entry is not None:
            self._on_rename_requested(self._entry)

    @Slot(object)
    def _on_rename_requested(self, entry: Entry) -> None:
        titles = {
            EntryKind.FOLDER: self.tr("Rename folder"),
            EntryKind.TAG: self.tr("Rename tag"),
        }
        if entry.kind in titles:
            self._ask_name(titles[entry.kind], self._tree.name_of(entry), entry)

    @Slot(str)
    def _on_renamed(self, name: str) -> None:
        entry = self._entry
        if entry is None:
            return
        sentence = self.tr("Renamed to “%1”").replace("%1", name)
        if entry.folder_id is not None:
            self._telling.change(self._organising.rename_folder(entry.folder_id, name), sentence)
        elif entry.tag_id is not None:
            self._telling.change(self._organising.rename_tag(entry.tag_id, name), sentence)

    # Deleting, moving, exporting

    @Slot()
    def _on_delete_triggered(self) -> None:
        if self._entry is not None:
            self._on_delete_requested(self._entry)

    @Slot(object)
    def _on_delete_requested(self, entry: Entry) -> None:
        name = " ".join(self._tree.name_of(entry).split())
        if entry.folder_id is not None:
            work = self._organising.delete_folder(entry.folder_id)
            sentence = self.tr("Folder “%1” was deleted, its chats are kept")
            self._telling.change(work, sentence.replace("%1", name))
        elif entry.tag_id is not None:
            work = self._organising.delete_tag(entry.tag_id)
            self._telling.change(work, self.tr("Tag “%1” was deleted").replace("%1", name))

    @Slot()
    def _on_move_triggered(self) -> None:
        from desktop_chat.ui.dialogs.move_dialog import MoveDialog

        moved = self._entry.folder_id if self._entry is not None else None
        folders = self._folders.all()
        current = next((each.parent_id for each in folders if each.id == moved), None)
        # Not into itself, nor into what stands in it.
        inside = set(self._with_inner(moved)) if moved is not None else set()
        others = [each for each in folders if each.id not in inside]
        text = self.tr("Move the folder to:")
        dialog = MoveDialog(text, others, current, self._context.window)
        dialog.set_theme(self._context.shell.theme)
        dialog.set_can_make(False)
        dialog.moved.connect(self._on_dialog_moved)
        dialog.open()

    @Slot(object)
    def _on_dialog_moved(self, parent_id: FolderId | None) -> None:
        if self._entry is not None and self._entry.folder_id is not None:
            self._on_folder_dropped(self._entry.folder_id, parent_id)

    def _with_inner(self, folder_id: FolderId) -> list[FolderId]:
        """Return a folder and all that stand in it."""
        folders = self._folders.all()
        found = [folder_id]
        for outer in found:
            found += [each.id for each in folders if each.parent_id == outer]
        return found

    @Slot()
    def _on_export_triggered(self) -> None:
        if self._entry is not None and self._entry.folder_id is not None:
            self._context.report(self._export(self._with_inner(self._entry.folder_id)))

    async def _export(self, folders: list[FolderId]) -> None:
        lists = self._context.services.chat_lists
        chats: list[ChatId] = []
        for folder_id in folders:
            chats += await lists.ids(ChatQuery(folder_id=folder_id), [(0, ALL_ROWS)])
        if chats:
            self._context.commands.run("chat.export", tuple(chats))
        else:
            self._context.say(self.tr("There are no chats in this folder"))

    @Slot()
    def _on_empty_triggered(self) -> None:
        self._context.commands.run("trash.empty")

    # Drops

    @Slot(object, object)
    def _on_folder_dropped(self, folder_id: FolderId, parent_id: FolderId | None) -> None:
        name = self._tree.name_of(Entry(EntryKind.FOLDER, folder_id))
        sentence = self.tr("Folder “%1” was moved").replace("%1", " ".join(name.split()))
        self._telling.change(self._organising.move_folder(folder_id, parent_id), sentence)

    @Slot(object, object)
    def _on_chats_dropped(self, chats: Chats, entry: Entry) -> None:
        commands = self._context.commands
        place = self._list.query.place
        if not chats or entry.place is place is not Place.CHATS:
            return
        match entry.kind:
            case EntryKind.TRASH:
                commands.run("chat.delete", chats)
            case EntryKind.ARCHIVE:
                commands.run("chat.archive", chats)
            case EntryKind.TAG:
                name = self._tree.name_of(entry)
                sentence = self.tr("Tagged “%1”").replace("%1", " ".join(name.split()))
                self._telling.change(self._organising.tag(chats, name), sentence)
            case _ if place is Place.TRASH:
                commands.run("chat.restore", chats)
            case _ if place is Place.ARCHIVE:
                commands.run("chat.archive", chats)
            case _:
                self._filing.move(chats, entry.folder_id)
