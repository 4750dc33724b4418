"""The list of models that the picker opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from desktop_chat.ui.header.model_choice import ModelChoice
from desktop_chat.ui.header.model_delegate import CHOICE_ROLE, HEADING_ROLE, ModelDelegate
from desktop_chat.ui.header.popup_foot import PopupFoot
from desktop_chat.ui.sizes import BUTTON

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.ui.theme import Theme

FILTER_FROM = 8
"""More models than these get a line to filter them by."""
WIDEST = 480
TALLEST = 420
PADDING = 5
_TO_LIST = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class ModelPopup(QFrame):
    """Models under the names of their engines, which are headings and no items.

    Signals:
        model_chosen(ref: ModelRef): a click or Enter on a model.
        command_requested(action_id: str): models or servers shall be seen.
    """

    model_chosen = Signal(object)
    command_requested = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme: Theme | None = None
        self._choices: list[ModelChoice] = []
        self._current: ModelRef | None = None
        self._items = QStandardItemModel(self)
        self._delegate = ModelDelegate(self)
        self.filter_line = QLineEdit()
        self.list = QListView()
        self._foot = PopupFoot()
        self._build_ui()
        self.filter_line.textChanged.connect(self._fill)
        self.filter_line.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.clicked.connect(self._on_list_clicked)
        self._foot.command_requested.connect(self._on_command_requested)

    def _build_ui(self) -> None:
        self.setObjectName("modelPopup")
        self.setAccessibleName(self.tr("Models"))
        self.filter_line.setAccessibleName(self.tr("Filter models"))
        self.filter_line.setPlaceholderText(self.tr("Filter models"))
        self.list.setObjectName("modelList")
        self.list.setAccessibleName(self.tr("Models"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setModel(self._items)
        self.list.setItemDelegate(self._delegate)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PADDING, PADDING, PADDING, PADDING)
        layout.setSpacing(PADDING)
        layout.addWidget(self.filter_line)
        layout.addWidget(self.list)
        layout.addWidget(self._foot)

    def open_under(
        self,
        picker: QWidget,
        choices: Sequence[ModelChoice],
        current: ModelRef | None,
        theme: Theme,
    ) -> None:
        """Show the models below the picker, the current one marked."""
        self._theme = theme
        self._choices = list(choices)
        self._current = current
        self._delegate.set_theme(theme)
        self._foot.set_theme(theme)
        self.list.setVisible(bool(self._choices))
        self.filter_line.setFixedHeight(theme.px(BUTTON))
        self.filter_line.setVisible(len(self._choices) > FILTER_FROM)
        self.filter_line.clear()
        self._fill()
        self._place(picker)
        self.show()
        has_filter = len(self._choices) > FILTER_FROM
        target = self.filter_line if has_filter else self.list
        (target if choices else self._foot).setFocus(Qt.FocusReason.PopupFocusReason)

    def _place(self, picker: QWidget) -> None:
        widest = max((self._delegate.width_of(choice) for choice in self._choices), default=0)
        foot = self._foot.sizeHint()
        least = max(picker.width(), foot.width() + 2 * PADDING)
        width = min(max(least, widest + 4 * PADDING), WIDEST)
        rows = sum(self.list.sizeHintForRow(row) for row in range(self._items.rowCount()))
        height = min(rows, TALLEST) + foot.height() + 3 * PADDING + 2
        if len(self._choices) > FILTER_FROM:
            height += self.filter_line.height() + PADDING
        self.resize(width, height)
        corner = picker.mapToGlobal(picker.rect().bottomRight())
        screen = picker.screen().availableGeometry()
        left = max(screen.left(), min(corner.x() - width + 1, screen.right() - width))
        self.move(left, min(corner.y() + PADDING, screen.bottom() - height))

    @Slot()
    def _fill(self) -> None:
        wanted = self.filter_line.text().casefold()
        self._items.clear()
        engine = ""
        for choice in self._choices:
            if wanted not in f"{choice.label} {choice.detail} {choice.engine}".casefold():
                continue
            item = QStandardItem(choice.label)
            item.setEditable(False)
            item.setData(choice, CHOICE_ROLE)
            item.setData(choice.engine if choice.engine != engine else "", HEADING_ROLE)
            loaded = self.tr("in memory") if choice.is_loaded else ""
            spoken = ", ".join(part for part in (choice.detail, loaded, choice.engine) if part)
            item.setData(spoken, Qt.ItemDataRole.AccessibleDescriptionRole)
            engine = choice.engine
            self._items.appendRow(item)
        self._mark()

    def _mark(self) -> None:
        rows = range(self._items.rowCount())
        refs = [self._items.item(row).data(CHOICE_ROLE).ref for row in rows]
        row = refs.index(self._current) if self._current in refs else -1
        self._delegate.current_row = row
        if refs:
            self.list.setCurrentIndex(self._items.index(max(row, 0), 0))

    def _choose(self, index: QModelIndex) -> None:
        choice = index.data(CHOICE_ROLE)
        if isinstance(choice, ModelChoice):
            self.hide()
            self.model_chosen.emit(choice.ref)

    @Slot(QModelIndex)
    def _on_list_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    @Slot(str)
    def _on_command_requested(self, action_id: str) -> None:
        self.hide()
        self.command_requested.emit(action_id)

    # Qt overrides

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
            return True
        if watched is self.filter_line and event.key() in _TO_LIST:
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)
