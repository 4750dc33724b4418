"""What was found on this machine, each with a button that takes it into use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.servers.words import found_words
from desktop_chat.ui.sizes import RADIUS, TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.card import Card
from desktop_chat.ui.widgets.label import ElidedLabel, Label

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import override

    from desktop_chat.domain.account import FoundServer
    from desktop_chat.ui.theme import Theme


class FoundServers(Card):
    """Offers servers; none of them is used before the user says so.

    Signals:
        search_requested(): look again.
        accepted(FoundServer): use this one.
    """

    search_requested = Signal()
    accepted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(RADIUS + 2, parent)
        self.setObjectName("foundServers")
        self._rows: list[_FoundRow] = []
        self._words = Label(px=TEXT_STATUS, ink="muted")
        self._words.setObjectName("foundWords")
        self._words.setWordWrap(True)
        self._search = QPushButton(self.tr("Search again"))
        self._search.setObjectName("searchServersButton")
        self._search.clicked.connect(self.search_requested)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._words, 1)
        head.addWidget(self._search)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 8, 10, 8)
        self._column.setSpacing(6)
        self._column.addLayout(head)

    @override
    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._words.set_theme(theme)
        for row in self._rows:
            row.set_theme(theme)

    def set_servers(self, servers: Sequence[FoundServer], *, is_searching: bool) -> None:
        """Offer these, and none of those before."""
        for row in self._rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self._rows = [_FoundRow(server) for server in servers]
        before = self._search
        for row in self._rows:
            row.accepted.connect(self._on_row_accepted)
            self._column.addWidget(row)
            # What is made late would come after all else.
            self.setTabOrder(before, row.button)
            before = row.button
            if self._theme is not None:
                row.set_theme(self._theme)
        self._search.setEnabled(not is_searching)
        self._words.setText(self._said(is_searching=is_searching))

    def _said(self, *, is_searching: bool) -> str:
        if is_searching:
            return self.tr("Looking at the usual ports of this machine…")
        if self._rows:
            return self.tr("Found on this machine, and not in use yet:")
        return self.tr("No other server was found on this machine.")

    @Slot(object)
    def _on_row_accepted(self, server: FoundServer) -> None:
        self.accepted.emit(server)


class _FoundRow(QWidget):
    """One server.

    Signals:
        accepted(FoundServer)
    """

    accepted = Signal(object)

    def __init__(self, server: FoundServer) -> None:
        super().__init__()
        self._server = server
        self._name = ElidedLabel(server.name, px=TEXT_INTERFACE)
        self._detail = ElidedLabel(found_words(server), px=TEXT_STATUS, ink="muted")
        self.button = QPushButton(self.tr("Add"))
        self.button.setObjectName("useFoundButton")
        self.button.setAccessibleName(self.tr("Add {0}").format(server.name))
        self.button.setAccessibleDescription(found_words(server))
        self.button.clicked.connect(self._on_use_clicked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._name)
        layout.addWidget(self._detail)
        layout.addStretch(1)
        layout.addWidget(self.button)

    def set_theme(self, theme: Theme) -> None:
        for part in (self._name, self._detail):
            part.set_theme(theme)

    @Slot()
    def _on_use_clicked(self) -> None:
        self.accepted.emit(self._server)
