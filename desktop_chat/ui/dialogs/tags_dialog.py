"""The tags of some chats: put on and taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.widgets.dialog_buttons import DialogButtons
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.theme import Theme

MARGIN = 20
WIDTH, HEIGHT = 340, 400
LONGEST = 60


class TagsDialog(QDialog):
    """A tick before each tag: on all of the chats, on some of them (half), or on none.

    Args:
        text: Which chats, as a sentence.
        tags: Name of each tag, and on how many of the chats it is.
        count: How many chats there are.

    Signals:
        changed(put_on: tuple[str, ...], taken_off: tuple[str, ...]): the user wants these
            tags on all of the chats, and those on none.
    """

    changed = Signal(object, object)

    def __init__(
        self,
        text: str,
        tags: Sequence[tuple[str, int]],
        count: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label = Label(text, px=TEXT_INTERFACE, ink="muted")
        self.list = QListWidget()
        self.line = QLineEdit()
        self._add = QPushButton(self.tr("Add"))
        self._before: dict[str, Qt.CheckState] = {}
        self._build_ui()
        for name, with_it in tags:
            state = Qt.CheckState.PartiallyChecked if with_it else Qt.CheckState.Unchecked
            self._add_tag(name, Qt.CheckState.Checked if with_it >= count else state)
        self._before = self._states()

    def _build_ui(self) -> None:
        self.setObjectName("tagsDialog")
        self.setWindowTitle(self.tr("Tags"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._label.setWordWrap(True)
        self.list.setObjectName("tagList")
        self.list.setAccessibleName(self.tr("Tags"))
        self.line.setMaxLength(LONGEST)
        self.line.setPlaceholderText(self.tr("New tag"))
        self.line.setAccessibleName(self.tr("New tag"))
        self._add.setAutoDefault(False)
        self._add.setEnabled(False)
        new = QHBoxLayout()
        new.setSpacing(8)
        new.addWidget(self.line, 1)
        new.addWidget(self._add)
        standard = QDialogButtonBox.StandardButton
        buttons = DialogButtons(standard.Ok | standard.Cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self._label)
        layout.addLayout(new)
        layout.addWidget(self.list, 1)
        layout.addWidget(buttons)
        self.line.textChanged.connect(self._on_line_changed)
        self._add.clicked.connect(self._on_add_clicked)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        self.line.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._label.set_theme(theme)
        self.resize(theme.px(WIDTH), theme.px(HEIGHT))

    def _add_tag(self, name: str, state: Qt.CheckState) -> QListWidgetItem:
        item = QListWidgetItem(name)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(state)
        self.list.addItem(item)
        return item

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _states(self) -> dict[str, Qt.CheckState]:
        return {item.text(): item.checkState() for item in self._items()}

    def _typed(self) -> str:
        return " ".join(self.line.text().split())

    def _take_typed(self) -> None:
        name = self._typed()
        if not name:
            return
        same = [each for each in self._items() if each.text().casefold() == name.casefold()]
        item = same[0] if same else self._add_tag(name, Qt.CheckState.Checked)
        item.setCheckState(Qt.CheckState.Checked)
        self.list.scrollToItem(item)
        self.line.clear()

    @Slot()
    def _on_line_changed(self) -> None:
        self._add.setEnabled(bool(self._typed()))

    @Slot()
    def _on_add_clicked(self) -> None:
        self._take_typed()
        self.line.setFocus()

    @Slot()
    def _on_accepted(self) -> None:
        self._take_typed()
        now = self._states()
        changed = {name: state for name, state in now.items() if state != self._before.get(name)}
        put_on = tuple(name for name, state in changed.items() if state is Qt.CheckState.Checked)
        off = tuple(name for name, state in changed.items() if state is Qt.CheckState.Unchecked)
        taken_off = tuple(name for name in off if name in self._before)
        self.accept()
        if put_on or taken_off:
            self.changed.emit(put_on, taken_off)
