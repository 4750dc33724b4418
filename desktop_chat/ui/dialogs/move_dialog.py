"""Asks for the folder that chats, or a folder, shall be moved to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.item_models.folder_tree import ALL_CHATS, Entry, EntryKind, FolderTreeModel
from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.widgets.dialog_buttons import DialogButtons
from desktop_chat.ui.widgets.label import Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.domain.organisation import Folder, FolderId
    from desktop_chat.ui.theme import Theme

MARGIN = 20
WIDTH, HEIGHT = 360, 420
ROW = 30


class MoveDialog(QDialog):
    """A tree of folders, below "No folder".

    Args:
        text: What is moved, as a sentence.
        folders: Those to choose from.
        current: The folder where it stands now.

    Signals:
        moved(folder_id: FolderId | None): the user chose a folder, or none.
        new_folder_requested(parent_id: FolderId | None): the user wants one more, in this one.
    """

    moved = Signal(object)
    new_folder_requested = Signal(object)

    def __init__(
        self,
        text: str,
        folders: Sequence[Folder],
        current: FolderId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label = Label(text, px=TEXT_INTERFACE, ink="muted")
        self._places = FolderTreeModel()
        self.tree = QTreeView()
        self._new_folder = QPushButton(self.tr("New folder…"))
        self._row_size = _RowSize(self)
        self._build_ui()
        self.set_folders(folders, current)

    def _build_ui(self) -> None:
        self.setObjectName("moveDialog")
        self.setWindowTitle(self.tr("Move to folder"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._label.setWordWrap(True)
        self.tree.setObjectName("moveTree")
        self.tree.setAccessibleName(self.tr("Folders"))
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setItemDelegate(self._row_size)
        self.tree.setModel(self._places)
        self._new_folder.setAutoDefault(False)
        buttons = DialogButtons(QDialogButtonBox.StandardButton.Cancel)
        move = QPushButton(self.tr("Move"))
        move.setObjectName("moveButton")
        buttons.addButton(move, QDialogButtonBox.ButtonRole.AcceptRole)
        move.setDefault(True)
        row = QHBoxLayout()
        row.addWidget(self._new_folder)
        row.addStretch(1)
        row.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self._label)
        layout.addWidget(self.tree, 1)
        layout.addLayout(row)
        self._new_folder.clicked.connect(self._on_new_folder_clicked)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        self.tree.doubleClicked.connect(self._on_tree_double_clicked)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._label.set_theme(theme)
        self._row_size.height = theme.px(ROW)
        self.tree.doItemsLayout()
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))

    def set_can_make(self, can_make: bool) -> None:
        """Offer to make a folder, or not."""
        self._new_folder.setVisible(can_make)

    def set_folders(self, folders: Sequence[Folder], chosen: FolderId | None) -> None:
        """Show these folders, with this one chosen."""
        self._places.set_folders(folders)
        self.tree.expandAll()
        entry = ALL_CHATS if chosen is None else Entry(EntryKind.FOLDER, chosen)
        self.tree.setCurrentIndex(self._places.index_of(entry))
        self.tree.setFocus()

    def chosen(self) -> FolderId | None:
        """Return the folder that is chosen, None for none."""
        entry = self._places.entry(self.tree.currentIndex())
        return entry.folder_id if entry is not None else None

    @Slot()
    def _on_new_folder_clicked(self) -> None:
        self.new_folder_requested.emit(self.chosen())

    @Slot(QModelIndex)
    def _on_tree_double_clicked(self, _index: QModelIndex) -> None:
        self._on_accepted()

    @Slot()
    def _on_accepted(self) -> None:
        if self.tree.currentIndex().isValid():
            chosen = self.chosen()
            self.accept()
            self.moved.emit(chosen)


class _RowSize(QStyledItemDelegate):
    """Gives each folder the same height."""

    height = ROW

    # Qt overrides

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), self.height)
