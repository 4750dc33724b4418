"""Asks for a server: where it is, and what it takes to be let in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_chat.ui.dialogs.servers.entered import EnteredServer
from desktop_chat.ui.dialogs.servers.server_form import ServerForm
from desktop_chat.ui.sizes import TEXT_STATUS
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from desktop_chat.domain.account import Account
    from desktop_chat.ui.theme import Theme

WIDTH = 540
HEIGHT = 560
EDGE = 80
MARGIN = 20


class ServerDialog(QDialog):
    """Shows what is entered, and what came of it; decides nothing.

    Args:
        account: What is there already; its id is 0 for a new one.
        has_key: Whether the key store has a key for it.

    Signals:
        test_requested(EnteredServer): ask it for its models.
        save_requested(EnteredServer): keep it.
        certificate_requested(url: str, proxy: str): show the server's certificate.
    """

    test_requested = Signal(object)
    save_requested = Signal(object)
    certificate_requested = Signal(str, str)

    def __init__(self, account: Account, *, has_key: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._account = account
        self._is_busy = False
        self._focus: QWidget | None = None
        # The permission is for one address: another one asks anew.
        self._plain_key_url = account.url if account.allows_plain_key else None
        self.form = ServerForm(account, has_key=has_key)
        self._scroll = QScrollArea()
        self._note = Label(px=TEXT_STATUS, ink="muted")
        self._test = QPushButton(self.tr("Test connection"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._save = QPushButton(self.tr("Save"))
        self._build_ui()
        self._connect()
        self._show_state()
        self.form.url.setFocus()

    def _build_ui(self) -> None:
        is_new = self._account.id == 0
        self.setObjectName("serverDialog")
        self.setWindowTitle(self.tr("Add a server") if is_new else self.tr("Edit the server"))
        self._note.setObjectName("serverTestNote")
        self._note.setWordWrap(True)
        self._note.hide()
        self._test.setObjectName("testServerButton")
        self._save.setObjectName("saveServerButton")
        self._cancel.setObjectName("cancelServerButton")
        self._save.setDefault(True)
        scroll = self._scroll
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.form)
        foot = QVBoxLayout()
        foot.setContentsMargins(MARGIN, 0, MARGIN, 0)
        foot.setSpacing(12)
        foot.addWidget(self._note)
        foot.addLayout(self._buttons())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 16)
        layout.setSpacing(12)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)

    def _buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._test)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        return buttons

    def _connect(self) -> None:
        self.form.changed.connect(self._on_form_changed)
        self.form.certificate_requested.connect(self._on_certificate_requested)
        self.form.field_shown.connect(self._on_field_shown)
        self._test.clicked.connect(self._on_test_clicked)
        self._save.clicked.connect(self._on_save_clicked)
        self._cancel.clicked.connect(self.reject)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self.form.set_theme(theme)
        self._note.set_theme(theme)
        room = self.screen().availableGeometry()
        width = min(theme.px(WIDTH), room.width() - EDGE)
        self.resize(width, min(theme.px(HEIGHT), room.height() - EDGE))

    def entered(self) -> EnteredServer:
        """Return what is entered now."""
        entered = self.form.entered(self._account)
        is_allowed = entered.account.url == self._plain_key_url
        return replace(entered, account=replace(entered.account, allows_plain_key=is_allowed))

    def allow_plain_key(self) -> None:
        """The user allowed sending the key to this address without encryption."""
        self._plain_key_url = self.form.url.text().strip()

    def set_busy(self, text: str) -> None:
        """Say what is being done; nothing else can be asked for meanwhile."""
        # A button that is switched off loses the keyboard.
        self._focus = self.focusWidget()
        self._is_busy = True
        self.set_note(text)
        self._show_state()

    def set_done(self, text: str = "", *, is_error: bool = False) -> None:
        """Say how it ended."""
        self._is_busy = False
        self.set_note(text, is_error=is_error)
        self._show_state()
        if self._focus is not None:
            self._focus.setFocus()
        self._focus = None

    def set_note(self, text: str, *, is_error: bool = False) -> None:
        """Show a sentence over the buttons."""
        self._note.set_ink("error" if is_error else "muted")
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self.form.setAccessibleDescription(text)

    def _show_state(self) -> None:
        can_ask = self.form.is_complete() and not self._is_busy
        self._test.setEnabled(can_ask)
        self._save.setEnabled(can_ask)

    @Slot()
    def _on_form_changed(self) -> None:
        # What was said is about what stood there before.
        if not self._is_busy:
            self.set_note("")
        self._show_state()

    @Slot()
    def _on_certificate_requested(self) -> None:
        account = self.entered().account
        if not self._is_busy:
            self.certificate_requested.emit(account.url, account.proxy)

    @Slot(QWidget)
    def _on_field_shown(self, field: QWidget) -> None:
        # What was unfolded has its place only after the layout.
        self.form.adjustSize()
        self._scroll.ensureWidgetVisible(field)

    @Slot()
    def _on_test_clicked(self) -> None:
        self.test_requested.emit(self.entered())

    @Slot()
    def _on_save_clicked(self) -> None:
        self.save_requested.emit(self.entered())
