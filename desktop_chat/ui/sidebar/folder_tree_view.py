"""The tree of places above the chat list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.organisation import FolderId
from desktop_chat.ui.item_models.folder_tree import ALL_CHATS, Entry, EntryKind, FolderTreeModel
from desktop_chat.ui.item_models.roles import CHATS_MIME, FOLDER_MIME
from desktop_chat.ui.sidebar.folder_painting import PlaceState, chevron_area, paint_place

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
        QKeyEvent,
        QMouseEvent,
        QPainter,
    )
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
PLACE_ROW = 30
OPEN_AFTER_MS = 600


class FolderTreeView(QTreeView):
    """Places to choose from, and to drop chats and folders on.

    Signals:
        place_chosen(entry: Entry): the user wants to see the chats of a place.
        chats_dropped(chats: tuple[ChatId, ...], entry: Entry): chats were dragged there.
        folder_dropped(folder: FolderId, parent: FolderId | None): a folder was dragged there.
        rename_requested(entry: Entry): F2.
        delete_requested(entry: Entry): Del.
        menu_requested(entry: Entry, place: QPoint): the user wants a place's commands.
    """

    place_chosen = Signal(object)
    chats_dropped = Signal(object, object)
    folder_dropped = Signal(object, object)
    rename_requested = Signal(object)
    delete_requested = Signal(object)
    menu_requested = Signal(object, object)

    def __init__(self, places: FolderTreeModel, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._places = places
        self._room = 0
        self._chosen = ALL_CHATS
        self._closed: set[Entry] = set()
        self._is_told = False
        self._hovered = QPersistentModelIndex()
        self._target = QPersistentModelIndex()
        self._build_ui()
        self.setModel(places)
        places.modelReset.connect(self._on_places_reset)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_viewport_entered)
        self.expanded.connect(self._on_expanded)
        self.collapsed.connect(self._on_collapsed)
        self.customContextMenuRequested.connect(self._on_context_menu_requested)
        self._on_places_reset()

    def _build_ui(self) -> None:
        self.setObjectName("folderTree")
        self.setAccessibleName(self.tr("Folders"))
        self.setItemDelegate(_RowSize(self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setAutoExpandDelay(OPEN_AFTER_MS)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.scheduleDelayedItemsLayout()
        self._fit()

    def row_height(self) -> int:
        """Return the height of a place in px."""
        return self._theme.px(PLACE_ROW)

    def set_room(self, height: int) -> None:
        """Grow no higher than this; what does not fit is scrolled."""
        if height != self._room:
            self._room = height
            self._fit()

    def name_of(self, entry: Entry) -> str:
        """Return what a place is called, "" if it is not there any more."""
        return str(self._places.index_of(entry).data() or "")

    def choose(self, entry: Entry) -> None:
        """Mark the place whose chats are shown; says nothing to the outside."""
        self._chosen = entry
        index = self._places.index_of(entry)
        self._is_told = True
        flags = QItemSelectionModel.SelectionFlag
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
            self.scrollTo(index)
        else:
            self.selectionModel().clear()
        self._is_told = False

    def _fit(self) -> None:
        """Take the height of what is shown, as far as there is room."""
        rows, index = 0, self._places.index(0)
        while index.isValid():
            rows += 1
            index = self.indexBelow(index)
        self.setVisible(rows > 0)
        height = rows * self.row_height()
        least = 3 * self.row_height()
        self.setFixedHeight(min(height, max(self._room, least)) if self._room else height)

    def _entry(self, index: Index) -> Entry | None:
        return self._places.entry(index) if index.isValid() else None

    @Slot()
    def _on_places_reset(self) -> None:
        self._hovered = self._target = QPersistentModelIndex()
        for entry in self._places.entries():
            if entry not in self._closed:
                self.expand(self._places.index_of(entry))
        self._fit()
        self.choose(self._chosen)

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        self._hovered = QPersistentModelIndex(index)

    @Slot()
    def _on_viewport_entered(self) -> None:
        self._hovered = QPersistentModelIndex()

    @Slot(QModelIndex)
    def _on_expanded(self, index: QModelIndex) -> None:
        entry = self._entry(index)
        if entry is not None:
            self._closed.discard(entry)
        self._fit()

    @Slot(QModelIndex)
    def _on_collapsed(self, index: QModelIndex) -> None:
        entry = self._entry(index)
        if entry is not None:
            self._closed.add(entry)
        self._fit()

    @Slot(QPoint)
    def _on_context_menu_requested(self, place: QPoint) -> None:
        entry = self._entry(self.indexAt(place))
        if entry is not None:
            self.menu_requested.emit(entry, self.viewport().mapToGlobal(place))

    # Qt overrides

    @override
    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: Index) -> None:
        entry = self._entry(index)
        if entry is None:
            return
        depth, above = 0, index.parent()
        while above.isValid():
            depth, above = depth + 1, above.parent()
        by_keyboard = self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        state = PlaceState(
            depth=depth,
            is_open=self.isExpanded(index) if self._places.rowCount(index) else None,
            is_selected=entry == self._chosen,
            is_hovered=self._hovered.isValid() and self._hovered == index,
            is_drop_target=self._target.isValid() and self._target == index,
            has_focus=self.hasFocus() and by_keyboard and self.currentIndex() == index,
            ratio=self.devicePixelRatioF(),
        )
        paint_place(painter, options.rect, self._theme, entry.kind, str(index.data()), state)

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        entry = self._entry(current)
        if self._is_told or entry is None or entry.kind is EntryKind.TAGS:
            return
        if entry != self._chosen:
            self._chosen = entry
            self.viewport().update()
            self.place_chosen.emit(entry)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        index = self.indexAt(place)
        if event.button() == Qt.MouseButton.RightButton:
            return
        has_children = index.isValid() and self._places.rowCount(index) > 0
        entry = self._entry(index)
        is_heading = entry is not None and entry.kind is EntryKind.TAGS
        row = self.visualRect(index)
        row.setRight(self.viewport().width() - 1)
        if has_children and (is_heading or chevron_area(row, self._theme).contains(place)):
            self.setExpanded(index, not self.isExpanded(index))
            return
        super().mousePressEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self._entry(self.currentIndex())
        match event.key():
            case Qt.Key.Key_F2 if entry is not None:
                self.rename_requested.emit(entry)
            case Qt.Key.Key_Delete if entry is not None:
                self.delete_requested.emit(entry)
            case Qt.Key.Key_Escape:
                event.ignore()
            case _:
                super().keyPressEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._on_viewport_entered()
        super().leaveEvent(event)

    # Drops

    def _accepts(self, mime: QMimeData, entry: Entry | None) -> bool:
        if mime.hasFormat(FOLDER_MIME):
            if entry is None or entry.kind is EntryKind.ALL:
                return True
            folder, index = _numbers(mime, FOLDER_MIME), self._places.index_of(entry)
            above = []
            while index.isValid():
                above.append(self._entry(index))
                index = index.parent()
            is_inside = any(each is not None and each.number in folder for each in above)
            return entry.kind is EntryKind.FOLDER and not is_inside
        has_chats = mime.hasFormat(CHATS_MIME)
        return has_chats and entry is not None and entry.kind is not EntryKind.TAGS

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Qt would take what the model itself gives to a drag, and no chats.
        mime = event.mimeData()
        if mime.hasFormat(CHATS_MIME) or mime.hasFormat(FOLDER_MIME):
            event.accept()
        else:
            event.ignore()

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls at the edges, and opens folders
        index = self.indexAt(event.position().toPoint())
        is_accepted = self._accepts(event.mimeData(), self._entry(index))
        self._target = QPersistentModelIndex(index if is_accepted else QModelIndex())
        self.viewport().update()
        if is_accepted:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._target = QPersistentModelIndex()
        self.viewport().update()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        entry = self._entry(self.indexAt(event.position().toPoint()))
        self._target = QPersistentModelIndex()
        self.setState(QAbstractItemView.State.NoState)
        self.stopAutoScroll()
        self.viewport().update()
        if not self._accepts(mime, entry):
            event.ignore()
            return
        event.acceptProposedAction()
        if mime.hasFormat(FOLDER_MIME):
            for number in _numbers(mime, FOLDER_MIME):
                parent = entry.folder_id if entry is not None else None
                self.folder_dropped.emit(FolderId(number), parent)
        else:
            chats = tuple(ChatId(number) for number in _numbers(mime, CHATS_MIME))
            self.chats_dropped.emit(chats, entry)


class _RowSize(QStyledItemDelegate):
    """Says how high a place is; the view paints it."""

    def __init__(self, tree: FolderTreeView) -> None:
        super().__init__(tree)
        self._tree = tree

    # Qt overrides

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._tree.row_height())


def _numbers(mime: QMimeData, kind: str) -> list[int]:
    """Return the ids in a drag; it may come from anywhere."""
    words = bytes(mime.data(kind).data()).decode("ascii", "replace").split()
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]
