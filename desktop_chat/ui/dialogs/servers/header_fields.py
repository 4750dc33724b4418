"""Headers that are sent to a server: a name and a secret value each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.servers.secret_line import SecretLine

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 20
LONGEST = 200
NAME_WIDTH = 170


class HeaderFields(QWidget):
    """A row for each header, and a button for one more.

    Signals:
        changed(): the user changed something.
    """

    changed = Signal()

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_HeaderRow] = []
        self._add = QPushButton(self.tr("Add a header"))
        self._add.setObjectName("addHeaderButton")
        foot = QHBoxLayout()
        foot.addWidget(self._add)
        foot.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(foot)
        for name in names:
            self._add_row(name, is_stored=True)
        self.setFocusProxy(self._add)
        self._add.clicked.connect(self._on_add_clicked)

    def values(self) -> dict[str, str | None]:
        """Return the values by name; None leaves the stored one. A row without a name is none."""
        return {row.name(): row.value.value() for row in self._rows if row.name()}

    def _add_row(self, name: str, *, is_stored: bool) -> _HeaderRow:
        row = _HeaderRow(name, is_stored=is_stored)
        row.changed.connect(self.changed)
        row.removed.connect(self._on_row_removed)
        self._rows.append(row)
        self._column.insertWidget(len(self._rows) - 1, row)
        self._add.setEnabled(len(self._rows) < MOST)
        # What is made late would come after all else.
        stops = [stop for each in self._rows for stop in each.stops()]
        for before, after in pairwise([*stops, self._add]):
            self.setTabOrder(before, after)
        self._number()
        return row

    def _number(self) -> None:
        for place, row in enumerate(self._rows, start=1):
            row.set_number(place)

    @Slot()
    def _on_add_clicked(self) -> None:
        self._add_row("", is_stored=False).line.setFocus()
        self.changed.emit()

    @Slot()
    def _on_row_removed(self) -> None:
        row = self.sender()
        if isinstance(row, _HeaderRow):
            self._rows.remove(row)
            self._column.removeWidget(row)
            row.deleteLater()
            self._add.setEnabled(True)
            self._number()
            self.changed.emit()


class _HeaderRow(QWidget):
    """Name, value, and a button that takes the header away.

    Signals:
        changed()
        removed()
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, name: str, *, is_stored: bool) -> None:
        super().__init__()
        self.line = QLineEdit(name)
        self.line.setMaxLength(LONGEST)
        self.line.setMinimumWidth(NAME_WIDTH)
        self.line.setPlaceholderText(self.tr("Name"))
        # The stored value belongs to this name.
        self.line.setReadOnly(is_stored)
        self.value = SecretLine(
            self.tr("Value of the header"), is_stored=is_stored, can_remove=False
        )
        self.value.set_placeholder(self.tr("Value"))
        self._remove = QPushButton(self.tr("Remove"))
        self._remove.clicked.connect(self.removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line, 1)
        layout.addWidget(self.value, 2)
        layout.addWidget(self._remove)
        self.line.textChanged.connect(self._on_line_changed)
        self.value.changed.connect(self.changed)

    def stops(self) -> tuple[QWidget, ...]:
        return self.line, self.value.line, self._remove

    def set_number(self, number: int) -> None:
        """Tell a screen reader which of the headers this is."""
        self.line.setAccessibleName(self.tr("Name of header {0}").format(number))
        self.value.line.setAccessibleName(self.tr("Value of header {0}").format(number))
        self._remove.setAccessibleName(self.tr("Remove header {0}").format(number))

    def name(self) -> str:
        return self.line.text().strip()

    @Slot()
    def _on_line_changed(self) -> None:
        self.changed.emit()
