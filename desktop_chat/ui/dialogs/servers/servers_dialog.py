"""The servers: which there are, how they are, and what was found on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_chat.ui.dialogs.servers.found_servers import FoundServers
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.label import Label
from desktop_chat.ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.account import FoundServer
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.widgets.row_delegate import Row

WIDTH = 640
HEIGHT = 520
MARGIN = 20


class ServersDialog(QDialog):
    """Lists servers by their engines' ids; decides nothing.

    Signals:
        add_requested(): another server shall be entered.
        edit_requested(account_id: str): the chosen one shall be changed.
        remove_requested(account_id: str): the chosen one shall go.
        search_requested(): this machine shall be searched for servers.
        found_accepted(FoundServer): a server that was found shall be used.
    """

    add_requested = Signal()
    edit_requested = Signal(str)
    remove_requested = Signal(str)
    search_requested = Signal()
    found_accepted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fixed: frozenset[str] = frozenset()
        self._problems: dict[str, str] = {}
        self._is_read_only = False
        self._intro = Label(px=TEXT_INTERFACE, ink="muted")
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self.list = RowList()
        self.found = FoundServers()
        self._add = QPushButton(self.tr("Add…"))
        self._edit = QPushButton(self.tr("Edit…"))
        self._remove = QPushButton(self.tr("Remove…"))
        self._close = QPushButton(self.tr("Close"))
        self._build_ui()
        self._connect()
        self._show_state()

    def _build_ui(self) -> None:
        self.setObjectName("serversDialog")
        self.setWindowTitle(self.tr("Servers"))
        self._intro.setText(
            self.tr("Models of these servers stand in the model list, beside the built-in engine.")
        )
        self._intro.setWordWrap(True)
        self._note.setWordWrap(True)
        self._note.setObjectName("serverNote")
        self.list.setObjectName("serverList")
        self.list.setAccessibleName(self.tr("Servers"))
        self._add.setObjectName("addServerButton")
        self._edit.setObjectName("editServerButton")
        self._remove.setObjectName("removeServerButton")
        self._close.setObjectName("closeButton")
        self._edit.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._add)
        buttons.addWidget(self._edit)
        buttons.addWidget(self._remove)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 16, MARGIN, 16)
        layout.setSpacing(12)
        layout.addWidget(self._intro)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._note)
        layout.addWidget(self.found)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.list.current_row_changed.connect(self._on_current_row_changed)
        self.list.row_activated.connect(self._on_edit_clicked)
        self._add.clicked.connect(self.add_requested)
        self._edit.clicked.connect(self._on_edit_clicked)
        self._remove.clicked.connect(self._on_remove_clicked)
        self._close.clicked.connect(self.reject)
        self.found.search_requested.connect(self.search_requested)
        self.found.accepted.connect(self.found_accepted)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for part in (self._intro, self._note, self.list, self.found):
            part.set_theme(theme)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - 2 * MARGIN)
        self.resize(width, min(theme.px(HEIGHT), room.height() - 4 * MARGIN))

    def set_servers(
        self, rows: Sequence[Row], problems: dict[str, str], fixed: frozenset[str]
    ) -> None:
        """Show these servers.

        Args:
            rows: Their keys are the engines' ids.
            problems: What is wrong, in a sentence, by the engine's id.
            fixed: Those that cannot be removed.
        """
        self._problems, self._fixed = problems, fixed
        self.list.set_rows(rows)
        self._show_state()

    def set_found(self, servers: Sequence[FoundServer], *, is_searching: bool = False) -> None:
        """Offer what was found on this machine."""
        self.found.set_servers(servers, is_searching=is_searching)

    def set_read_only(self) -> None:
        """Nothing can be changed: another process holds the data."""
        self._is_read_only = True
        self.found.hide()
        self._show_state()

    def choose(self, account_id: str) -> None:
        """Choose a server."""
        self.list.choose(account_id)

    def _chosen(self) -> str:
        row = self.list.current_row()
        return str(row.key) if row is not None else ""

    def _show_state(self) -> None:
        chosen, can_change = self._chosen(), not self._is_read_only
        self._add.setEnabled(can_change)
        self._edit.setEnabled(bool(chosen) and can_change)
        self._remove.setEnabled(bool(chosen) and can_change and chosen not in self._fixed)
        problem = self._problems.get(chosen, "")
        self._note.setText(problem)
        self._note.setVisible(bool(problem))
        self.list.setAccessibleDescription(problem)

    @Slot()
    def _on_current_row_changed(self) -> None:
        self._show_state()

    @Slot()
    def _on_edit_clicked(self) -> None:
        if self._edit.isEnabled():
            self.edit_requested.emit(self._chosen())

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.remove_requested.emit(self._chosen())
