"""The context menu of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_chat.ui.transcript.hits import Hit


class MessageMenu(QMenu):
    """Copy, Copy message, Select all; on a link also what can be done with it.

    Signals:
        copy_requested(), select_all_requested(): as their labels say.
        copy_message_requested(int): row of the message.
        link_requested(str, str): address and label.
    """

    copy_requested = Signal()
    select_all_requested = Signal()
    copy_message_requested = Signal(int)
    link_requested = Signal(str, str)

    def __init__(self, parent: QWidget, row: int, hit: Hit, *, has_selection: bool) -> None:
        super().__init__(parent)
        self._row = row
        self._hit = hit
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if hit.href:
            self.addAction(self.tr("Open link")).triggered.connect(self._on_open_triggered)
            self.addAction(self.tr("Copy address")).triggered.connect(self._on_address_triggered)
            self.addSeparator()
        copy = self.addAction(self.tr("Copy"))
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setEnabled(has_selection)
        copy.triggered.connect(self.copy_requested)
        message = self.addAction(self.tr("Copy message"))
        message.setEnabled(row >= 0)
        message.triggered.connect(self._on_message_triggered)
        self.addSeparator()
        whole = self.addAction(self.tr("Select all"))
        whole.setShortcut(QKeySequence.StandardKey.SelectAll)
        whole.triggered.connect(self.select_all_requested)

    @Slot()
    def _on_open_triggered(self) -> None:
        self.link_requested.emit(self._hit.href, self._hit.label)

    @Slot()
    def _on_address_triggered(self) -> None:
        QGuiApplication.clipboard().setText(self._hit.href)

    @Slot()
    def _on_message_triggered(self) -> None:
        self.copy_message_requested.emit(self._row)
