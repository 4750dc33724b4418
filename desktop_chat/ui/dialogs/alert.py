"""A sentence in a window of its own, always as plain text and never blocking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from desktop_chat.ui.icons import pixmap

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

TITLE = "Desktop Chat"
ICON_EDGE = 28


class Alert(QMessageBox):
    """A message with buttons; Esc and closing it choose none of them.

    Signals:
        answered(choice: str): the id of the pressed button, "" if it was closed.
    """

    answered = Signal(str)

    def __init__(
        self,
        text: str,
        *,
        details: str = "",
        choices: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pressed = ""
        self._ids: dict[QAbstractButton, str] = {}
        self._future: asyncio.Future[str] | None = None
        self.setObjectName("alert")
        self.setWindowTitle(TITLE)
        colour = self.palette().color(QPalette.ColorRole.BrightText).name()
        self.setIconPixmap(pixmap("warning", colour, ICON_EDGE, self.devicePixelRatioF()))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setAccessibleName(text)
        if details:
            self.setDetailedText(details)
        for choice, label in (choices or {}).items():
            button = self.addButton(label, QMessageBox.ButtonRole.ActionRole)
            self._ids[button] = choice
        close = QMessageBox.StandardButton.Cancel if choices else QMessageBox.StandardButton.Ok
        self.addButton(close)
        self.setEscapeButton(close)
        self.setDefaultButton(close)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for made in self.buttons():
            # The style sheet's narrowest button would cut off longer words.
            made.ensurePolished()
            made.setMinimumWidth(made.sizeHint().width())
        self.buttonClicked.connect(self._on_button_clicked)
        self.finished.connect(self._on_finished)

    def answer(self) -> asyncio.Future[str]:
        """Return a future of the answer, for a coroutine to await."""
        if self._future is None:
            # Imported here: the window shows itself before it needs the event loop.
            import asyncio

            self._future = asyncio.get_running_loop().create_future()
        return self._future

    @Slot(QAbstractButton)
    def _on_button_clicked(self, button: QAbstractButton) -> None:
        self._pressed = self._ids.get(button, "")

    @Slot()
    def _on_finished(self) -> None:
        self.answered.emit(self._pressed)
        if self._future is not None and not self._future.done():
            self._future.set_result(self._pressed)


def show_alert(
    parent: QWidget | None,
    text: str,
    details: str = "",
    choices: Mapping[str, str] | None = None,
) -> Alert:
    """Open an alert over `parent` and return at once.

    Args:
        parent: The window that it belongs to.
        text: One sentence that says what happened and what to do.
        details: Text behind a "Show Details" button.
        choices: Ids and labels of buttons beside Cancel; without them there is only OK.
    """
    alert = Alert(text, details=details, choices=choices, parent=parent)
    alert.open()
    return alert
