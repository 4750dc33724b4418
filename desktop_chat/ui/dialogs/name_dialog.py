"""Asks for a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.widgets.dialog_buttons import DialogButtons
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

MARGIN = 20
WIDTH = 360
LONGEST = 200


class NameDialog(QDialog):
    """One line; an empty one cannot be entered.

    Args:
        title: What the window is called.
        label: What the name is of.
        name: What stands there at first, chosen as a whole.

    Signals:
        named(name: str): the user gave a name, without spaces around it.
    """

    named = Signal(str)

    def __init__(
        self, title: str, label: str, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._label = Label(label, px=TEXT_INTERFACE, ink="muted")
        self.line = QLineEdit(name[:LONGEST])
        buttons = QDialogButtonBox.StandardButton
        self._buttons = DialogButtons(buttons.Ok | buttons.Cancel)
        self.setObjectName("nameDialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.line.setAccessibleName(label)
        self.line.setMaxLength(LONGEST)
        self.line.selectAll()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(8)
        layout.addWidget(self._label)
        layout.addWidget(self.line)
        layout.addSpacing(8)
        layout.addWidget(self._buttons)
        self.line.textChanged.connect(self._on_line_changed)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self._on_line_changed()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._label.set_theme(theme)
        self.setMinimumWidth(theme.px(WIDTH))

    def _name(self) -> str:
        return " ".join(self.line.text().split())

    @Slot()
    def _on_line_changed(self) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(bool(self._name()))

    @Slot()
    def _on_accepted(self) -> None:
        name = self._name()
        if name:
            self.accept()
            self.named.emit(name)
