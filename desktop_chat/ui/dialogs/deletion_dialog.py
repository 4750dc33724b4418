"""Deleting for good: asks first, shows how far it is, and says what still holds the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.sizes import TEXT_INTERFACE
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.theme import Theme

MARGIN = 20
WIDTH = 440
PARTS = 1000
LISTED_ROWS = 5
LISTED_ROW = 24
LIST_FRAME = 12


class DeletionDialog(QDialog):
    """A question, then a bar, then the result.

    Args:
        question: What would be deleted.

    Signals:
        confirmed(): the user wants it.
    """

    confirmed = Signal()

    def __init__(self, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_busy = False
        self._row_height = LISTED_ROW
        self._text = Label(question, px=TEXT_INTERFACE)
        self._note = Label(px=TEXT_INTERFACE, ink="muted")
        self.bar = QProgressBar()
        self.backups = QListWidget()
        self.delete_button = QPushButton(self.tr("Delete for good"))
        self.close_button = QPushButton(self.tr("Cancel"))
        self._build_ui()

    def _build_ui(self) -> None:
        self.setObjectName("deletionDialog")
        self.setWindowTitle(self.tr("Delete for good"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for label in (self._text, self._note):
            label.setWordWrap(True)
        self._note.setText(self.tr("This cannot be undone."))
        self.bar.setObjectName("deletionProgress")
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setRange(0, PARTS)
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.backups.setObjectName("deletionBackups")
        self.backups.setAccessibleName(self.tr("Backups that still hold the text"))
        self.backups.hide()
        self.delete_button.setObjectName("deleteForGoodButton")
        # Enter chooses what does no harm.
        self.delete_button.setAutoDefault(False)
        self.close_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.delete_button)
        buttons.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        for part in (self._text, self._note, self.bar, self.backups):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.close_button.clicked.connect(self.reject)
        self.close_button.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in (self._text, self._note):
            label.set_theme(theme)
        self.bar.setFixedHeight(theme.px(6))
        self._row_height = theme.px(LISTED_ROW)
        self.setFixedWidth(theme.px(WIDTH))

    @Slot()
    def _on_delete_clicked(self) -> None:
        self._is_busy = True
        self.delete_button.hide()
        self.close_button.hide()
        self.bar.show()
        self._text.setText(self.tr("Deleting…"))
        self._note.setText(self.tr("Each word is removed from the files and the search index."))
        self.confirmed.emit()

    @Slot(float)
    def set_progress(self, part: float) -> None:
        """Show how much of it is done, from 0 to 1."""
        self.bar.setValue(round(part * PARTS))

    def show_done(self, text: str, backups: Sequence[str]) -> None:
        """Show the result, and by their names the backups that still hold the text."""
        self._end(text)
        self._note.setVisible(bool(backups))
        self._note.setText(
            self.tr("These backups still hold the text. They go with time, or delete their files:")
        )
        self.backups.clear()
        self.backups.addItems(list(backups))
        rows = min(len(backups), LISTED_ROWS)
        self.backups.setFixedHeight(rows * self._row_height + LIST_FRAME)
        self.backups.setVisible(bool(backups))
        self.adjustSize()

    def show_error(self, text: str) -> None:
        """Show what went wrong."""
        self._end(text)
        self._note.hide()

    def text(self) -> str:
        """Return the sentence that is shown."""
        return self._text.text()

    def _end(self, text: str) -> None:
        self._is_busy = False
        self.bar.hide()
        self._text.setText(text)
        self.close_button.setText(self.tr("Close"))
        self.close_button.show()
        self.close_button.setFocus()

    # Qt overrides

    @Slot()
    def reject(self) -> None:
        """Close, unless the deletion is under way: it is told when it is done."""
        if not self._is_busy:
            super().reject()
