"""The list of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from desktop_chat.ui.item_models.search_results import SearchResultsModel, SearchRole
from desktop_chat.ui.search.result_delegate import ResultDelegate

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from PySide6.QtGui import QKeyEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex


class ResultsView(QListView):
    """Chats and messages that a search found.

    Signals:
        hit_chosen(hit: SearchHit): the user wants to see it.
        left(): the user goes back to the search field.
    """

    hit_chosen = Signal(object)
    left = Signal()

    def __init__(
        self, results_model: SearchResultsModel, theme: Theme, now: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._results = results_model
        self._hovered = QPersistentModelIndex()
        self._delegate = ResultDelegate(theme, self, now, self)
        self._build_ui()
        self.setModel(results_model)
        self.clicked.connect(self._on_clicked)
        self.entered.connect(self._on_entered)
        self.viewportEntered.connect(self._on_viewport_entered)
        results_model.modelReset.connect(self._on_model_reset)

    def _build_ui(self) -> None:
        self.setObjectName("searchResults")
        self.setAccessibleName(self.tr("Search results"))
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._delegate.set_theme(theme)
        self.scheduleDelayedItemsLayout()

    def step(self, by: int) -> None:
        """Go on by so many rows, from the search field."""
        last = self._results.rowCount() - 1
        if last < 0:
            return
        current = self.currentIndex()
        row = min(max(current.row() + by, 0), last) if current.isValid() else 0
        self.setCurrentIndex(self._results.index(row))

    def choose_current(self) -> None:
        """Open the current row, or the first one."""
        if self._results.rowCount():
            current = self.currentIndex()
            self._choose(current if current.isValid() else self._results.index(0))

    def is_current(self, index: Index) -> bool:
        """Whether Enter would open this row."""
        return self.currentIndex() == index

    def is_under_pointer(self, index: Index) -> bool:
        """Whether the pointer is over this row."""
        return self._hovered.isValid() and self._hovered == index

    def has_keyboard_focus(self, index: Index) -> bool:
        """Whether to show the focus at this row: it came by the keyboard."""
        if not self.hasFocus() or self.currentIndex() != index:
            return False
        return self.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)

    def _choose(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        hit = index.data(SearchRole.HIT)
        if hit is None:
            self._results.show_all_titles()
        else:
            self.hit_chosen.emit(hit)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    @Slot(QModelIndex)
    def _on_entered(self, index: QModelIndex) -> None:
        self._hovered = QPersistentModelIndex(index)

    @Slot()
    def _on_viewport_entered(self) -> None:
        self._hovered = QPersistentModelIndex()

    @Slot()
    def _on_model_reset(self) -> None:
        self._hovered = QPersistentModelIndex()
        self.scrollToTop()

    # Qt overrides

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._on_viewport_entered()
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_first = self.currentIndex().row() <= 0
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.choose_current()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case Qt.Key.Key_Up if is_first:
                self.left.emit()
            case _:
                super().keyPressEvent(event)
