"""A line for a secret, which is written and never shown."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

LONGEST = 10_000


class SecretLine(QWidget):
    """An empty line leaves what is stored, unless that was taken away by the button.

    Args:
        name: What a screen reader calls it.
        is_stored: Whether the key store has a value.
        can_remove: Whether there is a button that takes that away.

    Signals:
        changed(): the user wrote something, or took away what was stored.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        *,
        is_stored: bool = False,
        can_remove: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._can_remove = can_remove
        self._is_stored = is_stored
        self._is_removed = False
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setMaxLength(LONGEST)
        self.line.setAccessibleName(name)
        self._remove = QPushButton(self.tr("Remove"))
        self._remove.setAccessibleName(f"{self.tr('Remove')}: {name}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.line, 1)
        layout.addWidget(self._remove)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._on_line_changed)
        self._remove.clicked.connect(self._on_remove_clicked)
        self._show_state()

    def value(self) -> str | None:
        """Return what was entered; None leaves what is stored, "" takes it away."""
        text = self.line.text().strip()
        if text:
            return text
        return None if self._is_stored and not self._is_removed else ""

    def set_placeholder(self, text: str) -> None:
        """Say what stands there while nothing is stored or written."""
        if not self._is_stored:
            self.line.setPlaceholderText(text)

    def _show_state(self) -> None:
        is_kept = self._is_stored and not self._is_removed
        self._remove.setVisible(is_kept and self._can_remove)
        if is_kept:
            self.line.setPlaceholderText(self.tr("Stored. Type or paste to replace it"))
        elif self._is_removed:
            self.line.setPlaceholderText(self.tr("Removed when you save"))

    @Slot()
    def _on_line_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_remove_clicked(self) -> None:
        self._is_removed = True
        self.line.clear()
        self._show_state()
        self.line.setFocus()
        self.changed.emit()
