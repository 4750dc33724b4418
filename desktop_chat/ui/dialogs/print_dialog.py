"""The preview of what is printed, with the choices that it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.printing.page_look import PAPERS
from desktop_chat.ui.printing.page_view import PageView
from desktop_chat.ui.sizes import TEXT_STATUS
from desktop_chat.ui.widgets.check_box import CheckBox
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

WIDTH = 720
HEIGHT = 860
MARGIN = 16


class PrintDialog(QDialog):
    """Shows the pages; decides nothing.

    Signals:
        changed(): other pages are wanted, by `options`.
        print_requested(): the pages shall be printed.
    """

    changed = Signal()
    print_requested = Signal()

    def __init__(self, title: str, paper: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = PageView()
        self._count = Label(px=TEXT_STATUS, ink="muted")
        self._paper = QuietComboBox()
        self._landscape = CheckBox(self.tr("Landscape"))
        self._thoughts = CheckBox(self.tr("Thoughts"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._print = QPushButton(self.tr("Print…"))
        self._build_ui(title)
        for value, name in zip(PAPERS, (self.tr("A4"), self.tr("Letter")), strict=True):
            self._paper.addItem(name, value)
        self._paper.setCurrentIndex(max(0, self._paper.findData(paper)))
        self._paper.currentIndexChanged.connect(self.changed)
        self._landscape.toggled.connect(self.changed)
        self._thoughts.toggled.connect(self.changed)
        self._print.clicked.connect(self.print_requested)
        self._cancel.clicked.connect(self.reject)

    def _build_ui(self, title: str) -> None:
        self.setObjectName("printDialog")
        self.setWindowTitle(self.tr("Print: %1").replace("%1", title))
        self._paper.setObjectName("printPaper")
        self._paper.setAccessibleName(self.tr("Paper"))
        self._landscape.setObjectName("printLandscape")
        self._thoughts.setObjectName("printThoughts")
        self._print.setObjectName("printButton")
        self._print.setDefault(True)
        self._print.setEnabled(False)
        self._cancel.setObjectName("printCancelButton")
        row = QHBoxLayout()
        row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        row.setSpacing(12)
        for part in (self._paper, self._landscape, self._thoughts, self._count):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self._print)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 12)
        layout.setSpacing(12)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self.view.set_theme(theme)
        for part in (self._count, self._landscape, self._thoughts):
            part.set_theme(theme)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - 4 * MARGIN)
        self.resize(width, min(theme.px(HEIGHT), room.height() - 6 * MARGIN))

    def options(self) -> dict[str, object]:
        """Return what is chosen."""
        return {
            "paper": self._paper.currentData(),
            "is_landscape": self._landscape.isChecked(),
            "thoughts": self._thoughts.isChecked(),
        }

    @Slot(int)
    def set_count(self, count: int) -> None:
        """So many pages are there, and perhaps more to come."""
        self.view.set_count(count)
        self._count.set_ink("muted")
        self._count.setText(self.tr("%1 pages…").replace("%1", str(count)))

    def set_complete(self, *, is_complete: bool) -> None:
        """All pages are there, or have to be made anew."""
        self._print.setEnabled(is_complete)
        text = self._count.text().removesuffix("…")
        if text == self.tr("%1 pages").replace("%1", "1"):
            text = self.tr("1 page")
        self._count.setText(text if is_complete else self.tr("Laying out…"))

    def show_error(self, text: str) -> None:
        """Say why there are no pages."""
        self._count.set_ink("error")
        self._count.setText(text)

    def show_printing(self, number: int) -> None:
        """Say which page is being printed."""
        self._print.setEnabled(False)
        self._count.setText(self.tr("Printing page %1").replace("%1", str(number)))
