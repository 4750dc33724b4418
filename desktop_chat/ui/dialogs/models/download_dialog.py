"""Asks what model shall be fetched, and by which engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_chat.domain.model_info import EMBEDDED
from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.ui.theme import Theme

WIDTH = 480
MARGIN = 20
LONGEST = 2000
EXAMPLE_ADDRESS = "https://…/model.gguf"
EXAMPLE_NAME = "ibm/granite-4-micro"
_CHECKSUM = re.compile(r"[0-9a-fA-F]{64}")


class DownloadDialog(QDialog):
    """The source is a name for an engine with a catalogue, an address for the built-in one.

    Args:
        engines: Ids and names of those that can fetch models.

    Signals:
        download_requested(account_id: str, source: str, checksum: str)
    """

    download_requested = Signal(str, str, str)

    def __init__(self, engines: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: list[Label] = []
        self.engine = QuietComboBox()
        self.source = QLineEdit()
        self.checksum = QLineEdit()
        self._help = Label(px=TEXT_STATUS, ink="muted")
        self._checksum_title = Label(self.tr("SHA-256, if it is known"), px=TEXT_INTERFACE)
        self._cancel = QPushButton(self.tr("Cancel"))
        self._start = QPushButton(self.tr("Download"))
        for account_id, name in engines:
            self.engine.addItem(name, account_id)
        self._build_ui()
        self._connect()
        self._show_engine()
        self.source.setFocus()

    def _build_ui(self) -> None:
        self.setObjectName("downloadDialog")
        self.setWindowTitle(self.tr("Download a model"))
        self.engine.setObjectName("downloadEngine")
        self.source.setObjectName("downloadSource")
        self.checksum.setObjectName("downloadChecksum")
        self._start.setObjectName("startDownloadButton")
        self._start.setDefault(True)
        self.source.setMaxLength(LONGEST)
        self.checksum.setMaxLength(LONGEST)
        self.checksum.setAccessibleName(self._checksum_title.text())
        self._help.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(4)
        for title, field in ((self.tr("For"), self.engine), (self.tr("Model"), self.source)):
            label = Label(title, px=TEXT_INTERFACE)
            label.setBuddy(field)
            field.setAccessibleName(title)
            self._labels.append(label)
            layout.addWidget(label)
            layout.addWidget(field)
            if field is self.engine:
                layout.addSpacing(8)
        layout.addWidget(self._help)
        layout.addSpacing(8)
        layout.addWidget(self._checksum_title)
        layout.addWidget(self.checksum)
        layout.addStretch(1)
        layout.addSpacing(12)
        layout.addLayout(buttons)
        self._labels += [self._help, self._checksum_title]

    def _connect(self) -> None:
        self.engine.activated.connect(self._on_engine_activated)
        self.source.textChanged.connect(self._show_state)
        self.checksum.textChanged.connect(self._show_state)
        self._start.clicked.connect(self._on_start_clicked)
        self._cancel.clicked.connect(self.reject)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in self._labels:
            label.set_theme(theme)
        self.setFixedWidth(min(theme.px(WIDTH), self.screen().availableGeometry().width()))

    def _is_ours(self) -> bool:
        return str(self.engine.currentData()) == EMBEDDED

    def _show_engine(self) -> None:
        is_ours = self._is_ours()
        if is_ours:
            self.source.setPlaceholderText(EXAMPLE_ADDRESS)
            words = self.tr("Address of a GGUF file. A download that breaks off goes on later.")
        else:
            self.source.setPlaceholderText(EXAMPLE_NAME)
            words = self.tr("Name in the engine's catalogue, or address of the model's page.")
        self._help.setText(words)
        self.source.setAccessibleDescription(words)
        self._checksum_title.setVisible(is_ours)
        self.checksum.setVisible(is_ours)
        self._show_state()

    def _checksum(self) -> str:
        return self.checksum.text().strip() if self._is_ours() else ""

    @Slot()
    def _show_state(self) -> None:
        checksum = self._checksum()
        is_usable = not checksum or _CHECKSUM.fullmatch(checksum) is not None
        self._start.setEnabled(is_usable and bool(self.source.text().strip()))

    @Slot()
    def _on_engine_activated(self) -> None:
        self._show_engine()

    @Slot()
    def _on_start_clicked(self) -> None:
        if self._start.isEnabled():
            self.accept()
            source = self.source.text().strip()
            account_id = str(self.engine.currentData())
            self.download_requested.emit(account_id, source, self._checksum().lower())
