"""A list of rows of two lines under headings: a name, what is known of it, and its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QListView

from desktop_chat.ui.widgets.plain_tooltip import plain_tooltip
from desktop_chat.ui.widgets.row_delegate import ROW_ROLE, Row, RowDelegate

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex


class RowListModel(QAbstractListModel):
    """Rows in their order."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    # Qt overrides

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if 0 <= index.row() < len(self.rows) and self.rows[index.row()].is_heading:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            parts = (row.title, row.detail, row.state)
            return plain_tooltip("\n".join(part for part in parts if part))
        return None


class RowList(QListView):
    """Shows rows; one is chosen where there is one.

    Signals:
        current_row_changed(): another row is chosen, or what is chosen changed.
        row_activated(): Enter or a double click on the chosen row.
    """

    current_row_changed = Signal()
    row_activated = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = RowListModel(self)
        self._delegate = RowDelegate(self)
        self._awaited: Hashable = None
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setProperty("look", "rows")
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        # Not `activated`: some desktops send it at a single click.
        self.pressed.connect(self._on_pressed)
        self.doubleClicked.connect(self._on_double_clicked)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._delegate.set_theme(theme)
        self.scheduleDelayedItemsLayout()

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._model.rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; what was chosen stays chosen, and in its place, if it is there."""
        rows = list(rows)
        if rows == self._model.rows:
            return
        chosen = self.current_row()
        offset = self.verticalScrollBar().value()
        self._model.set_rows(rows)
        is_here = any(row.key == self._awaited for row in rows if not row.is_heading)
        kept = chosen.key if chosen else None
        self._choose_now(self._awaited if is_here else kept)
        self.verticalScrollBar().setValue(offset)
        self.current_row_changed.emit()

    def choose(self, key: Hashable) -> None:
        """Choose the row of a key; one that is not there yet as soon as it comes."""
        self._awaited = key
        self._choose_now(key)

    def _choose_now(self, key: Hashable) -> None:
        usable = [place for place, row in enumerate(self._model.rows) if not row.is_heading]
        wanted = [place for place in usable if self._model.rows[place].key == key]
        if wanted and key == self._awaited:
            self._awaited = None
        if wanted or (usable and not self.currentIndex().isValid()):
            self.setCurrentIndex(self._model.index((wanted or usable)[0], 0))

    def _usable_near(self, place: int) -> QModelIndex:
        """Return the row at a place, or the next one below or above that can be chosen."""
        rows = self._model.rows
        below, above = range(place, len(rows)), range(place - 1, -1, -1)
        usable = (one for one in (*below, *above) if not rows[one].is_heading)
        return self._model.index(next(usable, -1), 0)

    def current_row(self) -> Row | None:
        """Return the chosen row."""
        row = self.currentIndex().data(ROW_ROLE)
        return row if isinstance(row, Row) else None

    @Slot()
    def _on_current_changed(self) -> None:
        self.current_row_changed.emit()

    @Slot()
    def _on_pressed(self) -> None:
        # Whoever chooses by hand waits for nothing else any more.
        self._awaited = None

    @Slot()
    def _on_double_clicked(self) -> None:
        self.row_activated.emit()

    # Qt overrides

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._awaited = None
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Kept from the dialog, whose default button would be pressed as well.
            self.row_activated.emit()
        else:
            super().keyPressEvent(event)

    @override
    def moveCursor(
        self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        # Qt itself stops at a heading on the way to the first row or a page further.
        target = super().moveCursor(action, modifiers)
        return self._usable_near(target.row()) if target.isValid() else target
