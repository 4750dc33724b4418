"""The one gate through which an address leaves the program."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

SCHEMES = ("http", "https", "mailto")
MAX_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Link:
    """A checked address.

    Attributes:
        address: What is opened, in ASCII (international names as punycode).
        is_doubtful: Whether the user is asked first.
    """

    address: str
    host: str
    is_doubtful: bool


def check_link(text: str, label: str | None = None) -> Link | None:
    """Return what `text` leads to, or None if it is never opened."""
    if len(text) > MAX_ADDRESS or "\\" in text or any(ord(letter) < 33 for letter in text):
        return None
    url = QUrl(text, QUrl.ParsingMode.StrictMode)
    scheme = url.scheme().lower()
    if not url.isValid() or scheme not in SCHEMES or url.userInfo():
        return None
    address = bytes(url.toEncoded().data()).decode("ascii")
    if scheme == "mailto":
        return Link(address, "", is_doubtful=True)
    # An IPv6 address has no form for name servers.
    host = bytes(QUrl.toAce(url.host()).data()).decode("ascii") or ascii(url.host())[1:-1]
    if not host:
        return None
    is_other = label is not None and label.strip() not in (text, address, url.toDisplayString())
    return Link(address, host, is_other or _is_odd_host(url.host(), host))


def is_openable(text: str) -> bool:
    """Whether an address is one that may be opened at all."""
    return check_link(text) is not None


def _is_odd_host(host: str, encoded: str) -> bool:
    """Whether a host may be another than it looks: not ASCII, a number, or this machine."""
    if not host.isascii() or encoded.startswith("xn--") or ".xn--" in encoded:
        return True
    name = encoded.strip("[].").lower()
    if name == "localhost" or name.endswith((".localhost", ".local")) or "." not in name:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.rsplit(".", 1)[-1].isdigit()
    return True


def open_link(parent: QWidget | None, text: str, label: str | None = None) -> QMessageBox | None:
    """Open an address in the browser or mail program; ask first where it may deceive.

    Returns the dialog that was opened, if one was: the question, or why nothing is opened.
    """
    link = check_link(text, label)
    if link is None:
        return _refuse(parent, text)
    if link.is_doubtful:
        return _ask(parent, link)
    _open(QUrl(link.address, QUrl.ParsingMode.StrictMode))
    return None


def open_own_folder(folder: Path) -> bool:
    """Show a folder that this program made in the file manager; return whether that worked."""
    return folder.is_dir() and _open(QUrl.fromLocalFile(str(folder)))


def _open(url: QUrl) -> bool:
    return QDesktopServices.openUrl(url)


class _Question(QMessageBox):
    """Shows where a link leads. Cancel is the default."""

    def __init__(self, parent: QWidget | None, link: Link) -> None:
        super().__init__(parent)
        self._address = link.address
        self._open_button = self.addButton(self.tr("Open"), QMessageBox.ButtonRole.AcceptRole)
        self.setDefaultButton(self.addButton(QMessageBox.StandardButton.Cancel))
        self.finished.connect(self._on_finished)

    @Slot(int)
    def _on_finished(self, _result: int) -> None:
        if self.clickedButton() is self._open_button:
            _open(QUrl(self._address, QUrl.ParsingMode.StrictMode))


def _ask(parent: QWidget | None, link: Link) -> QMessageBox:
    dialog = _Question(parent, link)
    question = _tr("Open this link?")
    if link.host:
        question = _tr("Open this link to {host}?").format(host=link.host)
    return _show(dialog, question, link.address)


def _refuse(parent: QWidget | None, text: str) -> QMessageBox:
    dialog = QMessageBox(parent)
    dialog.setStandardButtons(QMessageBox.StandardButton.Ok)
    reason = _tr("This link is not opened. Only web and mail addresses are.")
    return _show(dialog, reason, text[:200])


def _show(dialog: QMessageBox, text: str, detail: str) -> QMessageBox:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Foreign text is never read as HTML, in which it could hide a link of its own.
    dialog.setTextFormat(Qt.TextFormat.PlainText)
    dialog.setText(text)
    dialog.setInformativeText(detail)
    dialog.open()
    return dialog


def _tr(text: str) -> str:
    return QCoreApplication.translate("Links", text)
