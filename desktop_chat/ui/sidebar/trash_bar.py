"""What stands above the chats of the trash: how long they stay, and the way to be rid of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_chat.ui.sizes import TEXT_STATUS
from desktop_chat.ui.widgets.button import Button, ButtonLook
from desktop_chat.ui.widgets.label import ElidedLabel

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

MARGIN = 18
BUTTON_HEIGHT = 24


class TrashBar(QWidget):
    """One line.

    Signals:
        empty_requested(): the user wants everything in the trash deleted for good.
    """

    empty_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trashBar")
        self._words = ElidedLabel(self.tr("Kept for 30 days"), px=TEXT_STATUS, ink="muted")
        self._empty = Button(
            ButtonLook.LINK,
            text=self.tr("Empty the trash"),
            height=BUTTON_HEIGHT,
            text_px=TEXT_STATUS,
        )
        self._empty.setObjectName("emptyTrashButton")
        self._empty.clicked.connect(self.empty_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, 0, MARGIN - 8, 0)
        layout.addWidget(self._words)
        layout.addStretch(1)
        layout.addWidget(self._empty)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._words.set_theme(theme)
        self._empty.set_theme(theme)
