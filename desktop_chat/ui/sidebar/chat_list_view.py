"""The list of chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.item_models.roles import ChatRole
from desktop_chat.ui.sidebar.chat_delegate import ChatDelegate
from desktop_chat.ui.sidebar.long_list_view import LongListView
from desktop_chat.ui.sizes import GROUP_LABEL, ROW, TEXT_STATUS

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
    from typing_extensions import override

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.ui.item_models.chat_list import ChatListModel
    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
EMPTY_MARGIN = 20
MOST_READ = 500
"""More selected chats than these are not read by the view."""
MOST_DRAGGED = 500
"""More chats than these are moved by the command: Qt draws each one under the pointer."""
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class ChatListView(LongListView):
    """Chats only are its items; the names of their groups are painted above them.

    One chat is shown, and several can be selected: with Ctrl or Shift the selection changes
    and the chat shown stays.

    Signals:
        chat_selected(chat_id: ChatId): the user went to a chat.
        rename_requested(chat_id: ChatId, title: str): the user typed a new title.
        delete_requested(chats: tuple[ChatId, ...]): the user wants these chats in the trash;
            without any in it all that are selected, which are too many to be read here.
        menu_requested(chats: tuple[ChatId, ...], place: QPoint): the user wants their commands;
            the chats as above.
    """

    chat_selected = Signal(object)
    rename_requested = Signal(object, str)
    delete_requested = Signal(object)
    menu_requested = Signal(object, object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chats: ChatListModel | None = None
        self._delegate = ChatDelegate(theme, self, self)
        self._wanted: object = None
        self._empty_text = ""
        self._is_told = False
        self._is_by_hand = False
        self._kept: tuple[ChatId, ...] = ()
        self._pressed = QPersistentModelIndex()
        self._hovered = QPersistentModelIndex()
        self._build_ui()
        self._delegate.title_entered.connect(self._on_delegate_title_entered)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_viewport_entered)
        self.customContextMenuRequested.connect(self._on_context_menu_requested)

    def _build_ui(self) -> None:
        self.setObjectName("chatList")
        self.setAccessibleName(self.tr("Chats"))
        self.set_up_scrolling()
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def set_chats(self, chats: ChatListModel) -> None:
        """Show the chats of a model."""
        self._chats = chats
        self.setModel(chats)
        # A chat may come back at another place, or only with a further page.
        chats.modelAboutToBeReset.connect(self._on_model_about_to_be_reset)
        chats.modelReset.connect(self._on_model_reset)
        chats.rowsInserted.connect(self._on_model_changed)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self._delegate.set_theme(theme)
        self.scheduleDelayedItemsLayout()

    def set_empty_text(self, text: str) -> None:
        """Say in the list's place why it is empty, where it is."""
        self._empty_text = text
        self.viewport().update()

    def select_chat(self, chat_id: object) -> None:
        """Mark a chat as the one shown, or none; says nothing to the outside."""
        self._wanted = chat_id
        self._mark_wanted()

    def selected_chats(self) -> tuple[ChatId, ...]:
        """Return the chats that are selected, in the order of the list.

        None where there are so many that reading them takes long; then see `selected_rows`.
        """
        chats, rows = self._chats, self.selected_rows()
        if chats is None or sum(count for _, count in rows) > MOST_READ:
            return ()
        found = [chats.chat_at(row) for first, count in rows for row in range(first, first + count)]
        return tuple(chat.id for chat in found if chat is not None)

    def selected_rows(self) -> list[tuple[int, int]]:
        """Return the parts of the list that are selected, by their first row and their length."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.count())]
        return sorted((each.top(), each.height()) for each in ranges)

    def rename_selected(self) -> None:
        """Open the title of the marked chat for editing."""
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())
            self.edit(self.currentIndex())

    def rename_chat(self, chat_id: object) -> bool:
        """Open a chat's title for editing; returns False if it is not in view of the list."""
        index = self._index_of(chat_id)
        if index.isValid():
            self.scrollTo(index)
            self.edit(index)
        return index.isValid()

    # How rows stand

    def is_shown(self, index: Index) -> bool:
        """Whether this is the chat shown."""
        return self._wanted is not None and index.data(ChatRole.CHAT_ID) == self._wanted

    def is_selected(self, index: Index) -> bool:
        """Whether this is one of the chats that a command would be about."""
        return self.selectionModel().isSelected(index)

    def is_under_pointer(self, index: Index) -> bool:
        """Whether the pointer is over this row."""
        return self._hovered.isValid() and self._hovered == index

    def has_keyboard_focus(self, index: Index) -> bool:
        """Whether to show the focus at this row: it came by the keyboard."""
        if not self.hasFocus() or self.currentIndex() != index:
            return False
        return self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)

    def _mark_wanted(self, *, is_scrolled: bool = True) -> None:
        index = self._index_of(self._wanted)
        flags = QItemSelectionModel.SelectionFlag
        self._is_told = True
        if index.isValid():
            was_scrolling = self.hasAutoScroll()
            self.setAutoScroll(is_scrolled)
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
            self.setAutoScroll(was_scrolling)
        else:
            self.selectionModel().clear()
        self._is_told = False
        self.viewport().update()

    def _index_of(self, chat_id: Any) -> QModelIndex:
        chats = self._chats
        row = chats.row_of(chat_id) if chats is not None else None
        return QModelIndex() if chats is None or row is None else chats.index(row)

    def _go_to(self, index: Index) -> None:
        """The user wants to see this chat."""
        chat_id = index.data(ChatRole.CHAT_ID) if index.isValid() else None
        if chat_id is not None and chat_id != self._wanted:
            self._wanted = chat_id
            self.viewport().update()
            self.chat_selected.emit(chat_id)

    @property
    def _is_single(self) -> bool:
        selection = self.selectionModel().selection()
        return selection.count() == 1 and selection.first().height() == 1

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        self._hovered = QPersistentModelIndex(index)

    @Slot()
    def _on_viewport_entered(self) -> None:
        self._hovered = QPersistentModelIndex()

    @Slot()
    def _on_model_about_to_be_reset(self) -> None:
        self._kept = () if self._is_single else self.selected_chats()

    @Slot()
    def _on_model_reset(self) -> None:
        indexes = [index for index in map(self._index_of, self._kept) if index.isValid()]
        self._kept = ()
        if not indexes:
            self._mark_wanted(is_scrolled=False)
            return
        flags = QItemSelectionModel.SelectionFlag
        self._is_told = True
        for index in indexes:
            self.selectionModel().select(index, flags.Select)
        self.selectionModel().setCurrentIndex(indexes[0], flags.NoUpdate)
        self._is_told = False

    @Slot()
    def _on_model_changed(self) -> None:
        if self._wanted is not None and not self.selectionModel().hasSelection():
            self._mark_wanted(is_scrolled=False)

    @Slot(object, str)
    def _on_delegate_title_entered(self, index: QPersistentModelIndex, title: str) -> None:
        self.rename_requested.emit(index.data(ChatRole.CHAT_ID), title)

    @Slot(QPoint)
    def _on_context_menu_requested(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            return
        self._hovered = QPersistentModelIndex()
        chats: tuple[ChatId, ...] = (index.data(ChatRole.CHAT_ID),)
        if self.is_selected(index):
            chats = self.selected_chats()
        self.menu_requested.emit(chats, self.viewport().mapToGlobal(place))

    # Places, for the base

    @override
    def row_height(self) -> int:
        return self._theme.px(ROW)

    @override
    def label_height(self) -> int:
        return self._theme.px(GROUP_LABEL)

    @override
    def group_starts(self) -> Sequence[int]:
        return self._chats.group_starts() if self._chats is not None else ()

    @override
    def paint_row(self, painter: QPainter, area: QRect, index: QModelIndex) -> None:
        self._delegate.paint_item(painter, area, index)

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty_text and not self.places().count:
            painter = QPainter(self.viewport())
            painter.setFont(font_of(self._theme.px(TEXT_STATUS)))
            painter.setPen(QColor(self._theme.muted))
            margin = self._theme.px(EMPTY_MARGIN)
            area = self.viewport().rect().adjusted(margin, margin, -margin, 0)
            flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter
            painter.drawText(area, flags | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()

    @override
    def selectionCommand(
        self, index: Index, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        # A click below the last chat is no wish to see none.
        if not index.isValid():
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        # A screen reader goes to a chat by selecting it, which Qt adds to those selected.
        is_one = selected.count() == 1 and selected.first().height() == 1
        if is_one and not self._is_told and not self._is_by_hand:
            self._go_to(selected.first().topLeft())
            self._mark_wanted()

    @override
    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        # Qt goes to a neighbour of a removed row by itself: that is nobody's choice of a chat.
        self._is_told = True
        super().rowsAboutToBeRemoved(parent, start, end)
        self._is_told = False

    @override
    def dataChanged(self, top_left: Index, bottom_right: Index, roles: Sequence[int] = ()) -> None:
        QAbstractItemView.dataChanged(self, top_left, bottom_right, list(roles))
        if not roles or ChatRole.GROUP in roles:
            self.scheduleDelayedItemsLayout()  # a group label makes its row taller

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The right button opens the menu of a chat without going there.
        if event.button() == Qt.MouseButton.RightButton:
            return
        self._is_by_hand = True
        super().mousePressEvent(event)
        self._pressed = QPersistentModelIndex(self.indexAt(event.position().toPoint()))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._is_by_hand = False
        # Only now: a press may begin a drag, which shows no other chat.
        index = self.indexAt(event.position().toPoint())
        is_click = event.button() == Qt.MouseButton.LeftButton and self._pressed == index
        if is_click and index.isValid() and not event.modifiers() & _MODIFIERS:
            self._go_to(index)
        self._pressed = QPersistentModelIndex()

    @override
    def startDrag(self, supported_actions: Qt.DropAction) -> None:
        self._pressed = QPersistentModelIndex()
        if sum(count for _, count in self.selected_rows()) <= MOST_DRAGGED:
            super().startDrag(supported_actions)
        self._is_by_hand = False
        if self._is_single and self._wanted is not None:
            self._mark_wanted()

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
                if self.selected_rows():
                    self.delete_requested.emit(self.selected_chats())
            case Qt.Key.Key_Escape if not self._is_single and self._wanted is not None:
                self._mark_wanted()
            case Qt.Key.Key_Escape:
                event.ignore()
            case _:
                self._press_key(event)

    def _press_key(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        self._is_by_hand = True
        super().keyPressEvent(event)
        self._is_by_hand = False
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        has_moved = self.currentIndex() != before
        if (has_moved or is_enter) and not event.modifiers() & _MODIFIERS:
            self._go_to(self.currentIndex())
