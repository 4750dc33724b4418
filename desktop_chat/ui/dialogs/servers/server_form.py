"""The fields of a server; the rare ones are folded away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_chat.domain.account import Account, AccountKind
from desktop_chat.ui.dialogs.servers.certificate_field import CertificateField
from desktop_chat.ui.dialogs.servers.entered import EnteredServer
from desktop_chat.ui.dialogs.servers.header_fields import HeaderFields
from desktop_chat.ui.dialogs.servers.secret_line import SecretLine
from desktop_chat.ui.dialogs.servers.words import kind_words, kinds, usual_address
from desktop_chat.ui.dialogs.setting_fields import QuietComboBox
from desktop_chat.ui.sizes import TEXT_INTERFACE, TEXT_STATUS
from desktop_chat.ui.widgets.check_box import CheckBox
from desktop_chat.ui.widgets.label import Label

if TYPE_CHECKING:
    from desktop_chat.ui.theme import Theme

MARGIN = 20
LONGEST = 2000
BODY_LINES = 4
BODY_LONGEST = 20_000


class ServerForm(QWidget):
    """Name, kind, address and key; and what few servers need.

    Signals:
        changed(): the user changed something.
        certificate_requested(): the user wants to see the server's certificate.
        field_shown(field: QWidget): the user is led to this field.
    """

    changed = Signal()
    certificate_requested = Signal()
    field_shown = Signal(QWidget)

    def __init__(self, account: Account, *, has_key: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: list[Label] = []
        self.name = QLineEdit(account.name)
        self.kind = QuietComboBox()
        self.url = QLineEdit(account.url)
        self.key = SecretLine(self.tr("Key"), is_stored=has_key)
        self.headers = HeaderFields(account.header_names)
        self.body = QPlainTextEdit(account.extra_body)
        self.proxy = QLineEdit(account.proxy)
        self.certificate = CertificateField(account.certificate)
        self.is_enabled = CheckBox(self.tr("Use this server"))
        self._toggle = QPushButton(self.tr("More…"))
        self._more = QWidget()
        self._build_ui()
        self._fill(account)
        self._connect()

    def _build_ui(self) -> None:
        for widget, name in (
            (self.name, "serverName"),
            (self.kind, "serverKind"),
            (self.url, "serverUrl"),
            (self.key.line, "serverKey"),
            (self.body, "serverBody"),
            (self.proxy, "serverProxy"),
            (self.is_enabled, "serverEnabled"),
            (self._toggle, "moreButton"),
        ):
            widget.setObjectName(name)
        for line in (self.name, self.url, self.proxy):
            line.setMaxLength(LONGEST)
        self.body.setTabChangesFocus(True)
        self.proxy.setPlaceholderText(self.tr("None; the system's is not used either"))
        self.key.set_placeholder(self.tr("None"))
        column = _column(self)
        column.setContentsMargins(MARGIN, 4, MARGIN, 8)
        self._add(column, self.tr("Kind"), self.kind)
        self._add(column, self.tr("Address"), self.url)
        self._add(column, self.tr("Name"), self.name)
        self._add(column, self.tr("Key"), self.key, self.tr("Kept in the system's key store."))
        column.addWidget(self.is_enabled)
        column.addSpacing(4)
        column.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._more)
        column.addStretch(1)
        self._build_more()

    def _build_more(self) -> None:
        column = _column(self._more)
        column.setContentsMargins(0, 8, 0, 0)
        words = self.tr("Their values are kept in the system's key store.")
        self._add(column, self.tr("Headers"), self.headers, words)
        words = self.tr("A JSON object whose keys are added to each chat request.")
        self._add(column, self.tr("Extra JSON body"), self.body, words)
        self._add(column, self.tr("Proxy"), self.proxy)
        self._add(column, self.tr("Certificate"), self.certificate)

    def _add(self, column: QVBoxLayout, title: str, field: QWidget, words: str = "") -> None:
        label = Label(title, px=TEXT_INTERFACE)
        label.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(title)
        column.addWidget(label)
        column.addWidget(field)
        self._labels.append(label)
        if words:
            help_label = Label(words, px=TEXT_STATUS, ink="muted")
            help_label.setWordWrap(True)
            field.setAccessibleDescription(words)
            column.addWidget(help_label)
            self._labels.append(help_label)
        column.addSpacing(8)

    def _fill(self, account: Account) -> None:
        for kind in kinds():
            self.kind.addItem(kind_words(kind), kind.value)
        self.kind.setCurrentIndex(self.kind.findData(account.kind.value))
        self.is_enabled.setChecked(account.is_enabled)
        self._show_example()
        rare = (account.header_names, account.extra_body, account.proxy, account.certificate)
        self.show_more(any(rare))

    def _connect(self) -> None:
        for line in (self.name, self.url, self.proxy, self.body):
            line.textChanged.connect(self._on_changed)
        self.kind.activated.connect(self._on_kind_activated)
        self.key.changed.connect(self.changed)
        self.headers.changed.connect(self.changed)
        self.certificate.changed.connect(self.changed)
        self.certificate.fetch_requested.connect(self.certificate_requested)
        self.is_enabled.toggled.connect(self._on_changed)
        self._toggle.clicked.connect(self._on_toggle_clicked)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        for label in self._labels:
            label.set_theme(theme)
        self.certificate.set_theme(theme)
        self.is_enabled.set_theme(theme)
        line = self.body.fontMetrics().lineSpacing()
        self.body.setFixedHeight(BODY_LINES * line + 2 * theme.px(10))

    def show_more(self, is_shown: bool) -> None:
        """Show or fold what few servers need."""
        self._more.setVisible(is_shown)
        self._toggle.setText(self.tr("Less") if is_shown else self.tr("More…"))

    def is_complete(self) -> bool:
        """Whether enough is entered to ask the server."""
        return bool(self.url.text().strip())

    def entered(self, base: Account) -> EnteredServer:
        """Return what is entered, over what is not asked for here."""
        headers = self.headers.values()
        account = replace(
            base,
            name=" ".join(self.name.text().split()) or self._usual_name(),
            kind=self._kind(),
            url=self.url.text().strip(),
            header_names=tuple(headers),
            extra_body=self.body.toPlainText().strip()[:BODY_LONGEST],
            certificate=self.certificate.pem(),
            proxy=self.proxy.text().strip(),
            is_enabled=self.is_enabled.isChecked(),
        )
        return EnteredServer(account, self.key.value(), headers)

    def point_at(self, field: str) -> None:
        """Put the keyboard into a field that cannot be used as it is."""
        fields = {"name": self.name, "url": self.url, "key": self.key.line}
        rare = {
            "extra_body": self.body,
            "proxy": self.proxy,
            "headers": self.headers,
            "certificate": self.certificate,
        }
        if field in rare:
            self.show_more(is_shown=True)
        target = fields.get(field) or rare.get(field)
        if target is not None:
            target.setFocus()
            self.field_shown.emit(target)

    def _kind(self) -> AccountKind:
        return AccountKind(self.kind.currentData())

    def _usual_name(self) -> str:
        # A server of no known kind is called by its address; the service does that.
        return "" if self._kind() is AccountKind.OTHER else kind_words(self._kind())

    def _show_example(self) -> None:
        self.url.setPlaceholderText(usual_address(self._kind()))
        self.name.setPlaceholderText(self._usual_name() or self.tr("The address"))

    @Slot()
    def _on_kind_activated(self) -> None:
        known = {usual_address(kind) for kind in kinds()}
        is_local = self._kind() is not AccountKind.OTHER
        if is_local and (not self.url.text().strip() or self.url.text() in known):
            self.url.setText(usual_address(self._kind()))
        self._show_example()
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    @Slot()
    def _on_toggle_clicked(self) -> None:
        # Its parent may not be shown yet, so that isVisible would say nothing.
        self.show_more(self._more.isHidden())


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setSpacing(4)
    return column
