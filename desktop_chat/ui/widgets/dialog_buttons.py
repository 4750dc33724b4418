"""The row of buttons at the foot of a dialog."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialogButtonBox


class DialogButtons(QDialogButtonBox):
    """Buttons with words only: the style's own pictures are of another set, black on any ground."""

    def __init__(
        self, standard: QDialogButtonBox.StandardButton = QDialogButtonBox.StandardButton.NoButton
    ) -> None:
        super().__init__(standard)
        for button in self.buttons():
            button.setIcon(QIcon())
