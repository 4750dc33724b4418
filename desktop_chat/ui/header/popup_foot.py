"""What stands below the models of the picker: the ways to more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.actions import action_text
from desktop_chat.ui.widgets.button import Button, ButtonLook

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

COMMANDS = (("models.open", "download"), ("servers.open", "server"))
HEIGHT = 30
TOP = 5


class PopupFoot(QWidget):
    """A button for each command, under a line.

    Signals:
        command_requested(action_id: str)
    """

    command_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._buttons: list[Button] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, TOP, 0, 0)
        layout.setSpacing(4)
        for action_id, icon_name in COMMANDS:
            text = action_text(action_id)
            button = Button(ButtonLook.QUIET, text=text, icon_name=icon_name, height=HEIGHT)
            button.setObjectName(action_id)
            button.clicked.connect(self._on_button_clicked)
            layout.addWidget(button)
            self._buttons.append(button)
        layout.addStretch(1)
        self.setFocusProxy(self._buttons[0])

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        for button in self._buttons:
            button.set_theme(theme)

    @Slot()
    def _on_button_clicked(self) -> None:
        self.command_requested.emit(self.sender().objectName())

    # Qt overrides

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is not None:
            line = max(1, round(self._theme.border))
            QPainter(self).fillRect(0, 0, self.width(), line, QColor(self._theme.line))
