"""The list of chats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QMenu

from desktop_chat.ui.item_models.roles import ChatRole
from desktop_chat.ui.sidebar.chat_delegate import ChatDelegate

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex


class ChatListView(QListView):
    """Chats only are its items; the delegate paints the labels of their groups.

    Signals:
        chat_selected(chat_id: ChatId): the user went to a chat.
        rename_requested(chat_id: ChatId, title: str): the user typed a new title.
        delete_requested(chat_id: ChatId): the user wants the chat in the trash.
    """

    chat_selected = Signal(object)
    rename_requested = Signal(object, str)
    delete_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._delegate = ChatDelegate(theme, self, self)
        self._wanted: object = None
        self._is_told = False
        self._hovered = QPersistentModelIndex()
        self._menu_index = QPersistentModelIndex()
        self._build_ui()
        self._delegate.title_entered.connect(self._on_delegate_title_entered)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_viewport_entered)
        self.customContextMenuRequested.connect(self._on_context_menu_requested)

    def _build_ui(self) -> None:
        self.setObjectName("chatList")
        self.setAccessibleName(self.tr("Chats"))
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._delegate.set_theme(theme)
        self.scheduleDelayedItemsLayout()

    def select_chat(self, chat_id: object) -> None:
        """Mark a chat as the one shown, or none; says nothing to the outside."""
        self._wanted = chat_id
        self._mark_wanted()

    def rename_selected(self) -> None:
        """Open the title of the marked chat for editing."""
        if self.currentIndex().isValid():
            self._rename(self.currentIndex())

    def delete_selected(self) -> None:
        """Ask for the marked chat to go to the trash."""
        if self.currentIndex().isValid():
            self.delete_requested.emit(self.currentIndex().data(ChatRole.CHAT_ID))

    def is_selected(self, index: Index) -> bool:
        """Whether this is the chat shown."""
        return self.selectionModel().isSelected(index)

    def is_under_pointer(self, index: Index) -> bool:
        """Whether the pointer is over this row."""
        return self._hovered.isValid() and self._hovered == index

    def has_keyboard_focus(self, index: Index) -> bool:
        """Whether to show the focus at this row: it came by the keyboard."""
        if not self.hasFocus() or self.currentIndex() != index:
            return False
        return self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)

    def _mark_wanted(self) -> None:
        index = self._index_of(self._wanted)
        flags = QItemSelectionModel.SelectionFlag
        self._is_told = True
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
            self.scrollTo(index)
        else:
            self.selectionModel().clear()
        self._is_told = False

    def _index_of(self, chat_id: object) -> QModelIndex:
        model = self.model()
        if chat_id is None or model is None or not model.rowCount():
            return QModelIndex()
        current = self.currentIndex()
        if current.isValid() and current.data(ChatRole.CHAT_ID) == chat_id:
            return current
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            if index.data(ChatRole.CHAT_ID) == chat_id:
                return index
        return QModelIndex()

    def _rename(self, index: Index) -> None:
        self.scrollTo(index)
        self.edit(index)

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        self._hovered = QPersistentModelIndex(index)

    @Slot()
    def _on_viewport_entered(self) -> None:
        self._hovered = QPersistentModelIndex()

    @Slot()
    def _on_model_changed(self) -> None:
        chosen = self.selectionModel().selectedIndexes()
        is_marked = bool(chosen) and chosen[0].data(ChatRole.CHAT_ID) == self._wanted
        if self._wanted is not None and not is_marked:
            self._mark_wanted()

    @Slot(object, str)
    def _on_delegate_title_entered(self, index: QPersistentModelIndex, title: str) -> None:
        self.rename_requested.emit(index.data(ChatRole.CHAT_ID), title)

    @Slot(QPoint)
    def _on_context_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            return
        self._hovered = QPersistentModelIndex()
        self._menu_index = QPersistentModelIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = QAction(self.tr("Rename"), menu)
        rename.setShortcut(QKeySequence("F2"))
        rename.triggered.connect(self._on_rename_triggered)
        delete = QAction(self.tr("Delete"), menu)
        delete.setShortcut(QKeySequence("Del"))
        delete.triggered.connect(self._on_delete_triggered)
        menu.addActions([rename, delete])
        menu.popup(self.viewport().mapToGlobal(place))

    @Slot()
    def _on_rename_triggered(self) -> None:
        if self._menu_index.isValid():
            self._rename(self._menu_index)

    @Slot()
    def _on_delete_triggered(self) -> None:
        if self._menu_index.isValid():
            self.delete_requested.emit(self._menu_index.data(ChatRole.CHAT_ID))

    # Qt overrides

    @override
    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            # A chat may come back at another place, or only with a further page.
            model.modelReset.connect(self._on_model_changed)
            model.rowsInserted.connect(self._on_model_changed)

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if self._is_told or selected.isEmpty():
            return
        chat_id = selected.indexes()[0].data(ChatRole.CHAT_ID)
        if chat_id != self._wanted:
            self._wanted = chat_id
            self.chat_selected.emit(chat_id)

    @override
    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        # Qt goes to a neighbour of a removed row by itself: that is nobody's choice of a chat.
        self._is_told = True
        super().rowsAboutToBeRemoved(parent, start, end)
        self._is_told = False

    @override
    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        super().dataChanged(top_left, bottom_right, list(roles))
        if not roles or ChatRole.GROUP in roles:
            self.scheduleDelayedItemsLayout()  # a group label makes its row taller

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The right button opens the menu of a chat without going there.
        if event.button() != Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._on_viewport_entered()
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_F2:
                self.rename_selected()
            case Qt.Key.Key_Delete:
                self.delete_selected()
            case Qt.Key.Key_Escape:
                event.ignore()
            case _:
                super().keyPressEvent(event)
