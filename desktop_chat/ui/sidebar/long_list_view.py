"""A list view that finds its rows by arithmetic, so that 100 000 of them cost what ten cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QElapsedTimer,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QRegion
from PySide6.QtWidgets import QAbstractItemView, QListView

from desktop_chat.ui.sidebar.row_places import RowPlaces

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

Index = QModelIndex | QPersistentModelIndex
Cursor = QAbstractItemView.CursorAction
Hint = QAbstractItemView.ScrollHint
TYPING_MS = 500
TYPED_AHEAD = 500
"""How many rows are looked at for a title that begins with what is typed."""


class LongListView(QListView):
    """Rows of one height, some with the name of their group above.

    It is a QListView for the sake of screen readers. Qt would ask each row for its size and
    keep it; here everything that has to do with places is done anew.
    """

    # Qt lays out while it makes the view, before there is anything of ours.
    _known: RowPlaces | None = None

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._typing = QElapsedTimer()

    def set_up_scrolling(self) -> None:
        """Scroll by pixels; Qt asks for places at once, so the view must be made by then."""
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def row_height(self) -> int:
        """Return the height of a row in px."""
        raise NotImplementedError

    def label_height(self) -> int:
        """Return the height of the name above a row in px."""
        raise NotImplementedError

    def group_starts(self) -> Sequence[int]:
        """Return the rows with a name above them, in their order."""
        raise NotImplementedError

    def paint_row(self, painter: QPainter, area: QRect, index: QModelIndex) -> None:
        """Paint a row and the name above it."""
        raise NotImplementedError

    def places(self) -> RowPlaces:
        """Return where the rows stand."""
        model = self.model()
        if model is None:
            return RowPlaces(0, (), 1, 0)
        if self._known is None:
            self._known = RowPlaces(
                model.rowCount(), self.group_starts(), self.row_height(), self.label_height()
            )
        return self._known

    def _forget_places(self) -> None:
        self._known = None

    # Qt overrides: places

    @override
    def setModel(self, model: QAbstractItemModel | None) -> None:
        self._forget_places()
        if model is not None:
            # Before Qt's own, which ask for places.
            for signal in (model.rowsMoved, model.layoutChanged, model.modelReset):
                signal.connect(self._forget_places)
        super().setModel(model)

    @override
    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        places = self.places()
        top, bottom = places.top(index.row()), places.bottom(index.row())
        return QRect(0, top - self.verticalOffset(), self.viewport().width(), bottom - top)

    @override
    def indexAt(self, point: QPoint) -> QModelIndex:
        places = self.places()
        y = point.y() + self.verticalOffset()
        if not 0 <= y < places.height:
            return QModelIndex()
        row = places.row_at(y)
        is_in_row = y >= places.bottom(row) - self.row_height()
        return self.model().index(row, 0) if is_in_row else QModelIndex()

    @override
    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    @override
    def horizontalOffset(self) -> int:
        return 0

    @override
    def doItemsLayout(self) -> None:
        self._forget_places()
        QAbstractItemView.doItemsLayout(self)

    @override
    def updateGeometries(self) -> None:
        if self.model() is None:
            return
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setSingleStep(self.row_height())
        bar.setPageStep(page)
        bar.setRange(0, max(0, self.places().height - page))
        QAbstractItemView.updateGeometries(self)

    @override
    def scrollTo(self, index: Index, hint: Hint = Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        places, bar, page = self.places(), self.verticalScrollBar(), self.viewport().height()
        top, bottom = places.top(index.row()), places.bottom(index.row())
        # The range may be that of before a change.
        bar.setRange(0, max(0, places.height - page))
        if hint == Hint.PositionAtCenter:
            bar.setValue((top + bottom - page) // 2)
        elif hint == Hint.PositionAtTop or (hint == Hint.EnsureVisible and top < bar.value()):
            bar.setValue(top)
        elif hint == Hint.PositionAtBottom or bottom > bar.value() + page:
            bar.setValue(bottom - page)

    @override
    def moveCursor(self, action: Cursor, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        places, current = self.places(), self.currentIndex()
        if not places.count:
            return QModelIndex()
        if not current.isValid():
            return self.model().index(0, 0)
        row, page = current.row(), self.viewport().height()
        match action:
            case Cursor.MoveUp | Cursor.MovePrevious | Cursor.MoveLeft:
                row -= 1
            case Cursor.MoveDown | Cursor.MoveNext | Cursor.MoveRight:
                row += 1
            case Cursor.MovePageUp:
                row = min(row - 1, places.row_at(max(places.bottom(row) - page, 0)))
            case Cursor.MovePageDown:
                row = max(row + 1, places.row_at(places.top(row) + page - self.row_height()))
            case Cursor.MoveHome:
                row = 0
            case Cursor.MoveEnd:
                row = places.count - 1
        return self.model().index(min(max(row, 0), places.count - 1), 0)

    # Qt overrides: selection

    @override
    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        places, offset = self.places(), self.verticalOffset()
        area = rect.normalized()
        first, last = places.row_at(area.top() + offset), places.row_at(area.bottom() + offset)
        selection = QItemSelection()
        if first >= 0:
            model = self.model()
            selection = QItemSelection(model.index(first, 0), model.index(last, 0))
        self.selectionModel().select(selection, command)

    @override
    def selectAll(self) -> None:
        # Qt's own looks at each row.
        count = self.places().count
        if count:
            model = self.model()
            selection = QItemSelection(model.index(0, 0), model.index(count - 1, 0))
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().select(selection, flag)

    @override
    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        QAbstractItemView.selectionChanged(self, selected, deselected)
        if QAccessible.isActive():
            for selection, kind in (
                (deselected, QAccessible.Event.SelectionRemove),
                (selected, QAccessible.Event.Selection),
            ):
                if not selection.isEmpty():
                    self._tell_screen_reader(kind, selection.first().top())

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        QAbstractItemView.currentChanged(self, current, previous)
        if QAccessible.isActive() and current.isValid() and self.hasFocus():
            self._tell_screen_reader(QAccessible.Event.Focus, current.row())

    def _tell_screen_reader(self, kind: QAccessible.Event, row: int) -> None:
        event = QAccessibleEvent(self, kind)
        event.setChild(row)
        QAccessible.updateAccessibility(event)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Go to the next title that begins like this; Qt would read the whole list for it."""
        model, count = self.model(), self.places().count
        if not search or not count:
            return
        is_going_on = self._typing.isValid() and self._typing.elapsed() < TYPING_MS
        self._typed = f"{self._typed}{search}" if is_going_on else search
        self._typing.start()
        start = max(self.currentIndex().row(), 0) + (0 if is_going_on else 1)
        for step in range(min(count, TYPED_AHEAD)):
            index = model.index((start + step) % count, 0)
            if str(index.data() or "").casefold().startswith(self._typed.casefold()):
                self.setCurrentIndex(index)
                return

    # Qt overrides: changes and painting

    @override
    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        self._forget_places()
        super().rowsInserted(parent, start, end)

    @override
    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        super().rowsAboutToBeRemoved(parent, start, end)
        self._forget_places()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        places, offset = self.places(), self.verticalOffset()
        if not places.count:
            return
        painter = QPainter(self.viewport())
        area = event.rect()
        first, last = places.row_at(area.top() + offset), places.row_at(area.bottom() + offset)
        for row in range(first, last + 1):
            index = self.model().index(row, 0)
            self.paint_row(painter, self.visualRect(index), index)
        painter.end()
