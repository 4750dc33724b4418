"""Which certificate of a server is trusted."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.servers.fingerprints import fingerprint_of
from desktop_chat.ui.sizes import TEXT_STATUS
from desktop_chat.ui.theme import Theme
from desktop_chat.ui.widgets.label import Label


class CertificateField(QWidget):
    """The system's list, or one certificate whose fingerprint is shown.

    Signals:
        fetch_requested(): show the server's certificate, so that it can be trusted.
        changed()
    """

    fetch_requested = Signal()
    changed = Signal()

    def __init__(self, pem: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pem = pem
        self._words = Label(px=TEXT_STATUS, ink="muted")
        self._words.setObjectName("certificateWords")
        self._words.setWordWrap(True)
        self._fetch = QPushButton(self.tr("Show the server's certificate…"))
        self._fetch.setObjectName("fetchCertificateButton")
        self._forget = QPushButton(self.tr("Trust the system's list again"))
        self._forget.setObjectName("forgetCertificateButton")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._fetch)
        row.addWidget(self._forget)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._words)
        layout.addLayout(row)
        self.setFocusProxy(self._fetch)
        self._fetch.clicked.connect(self.fetch_requested)
        self._forget.clicked.connect(self._on_forget_clicked)
        self.set_pem(pem)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._words.set_theme(theme)

    def pem(self) -> str:
        """Return the certificate that is trusted; "" for the system's list."""
        return self._pem

    def set_pem(self, pem: str) -> None:
        """Trust one certificate, or with "" the system's list."""
        self._pem = pem
        self._forget.setVisible(bool(pem))
        if pem:
            words = self.tr("Only this certificate is trusted. SHA-256:\n{0}")
            self._words.setText(words.format(fingerprint_of(pem)))
        else:
            self._words.setText(self.tr("Certificates are checked against the system's list."))
        self._fetch.setAccessibleDescription(self._words.text())

    @Slot()
    def _on_forget_clicked(self) -> None:
        self.set_pem("")
        self.changed.emit()
