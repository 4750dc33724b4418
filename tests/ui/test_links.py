"""The gate for addresses: what may be opened, what is asked, what is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_chat.ui.links import check_link, open_link, open_own_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

# A dialog of fixed size on the offscreen platform says so.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SCHEMES = ("http", "https", "mailto", "file", "smb", "javascript", "ms-msdt", "data")


class Desktop(QObject):
    """Stands where the browser would be."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def desktop(qapp: object) -> Iterator[Desktop]:
    found = Desktop()
    for scheme in SCHEMES:
        # The stub wants bytes, the function a string.
        QDesktopServices.setUrlHandler(scheme, found, "open")  # type: ignore[arg-type]
    yield found
    for scheme in SCHEMES:
        QDesktopServices.unsetUrlHandler(scheme)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


REFUSED = [
    "javascript:alert(1)",
    "file:///etc/passwd",
    "smb://host/share",
    "ms-msdt:/id",
    "search-ms:query=x",
    "data:text/html,x",
    "vscode://file/x",
    "//host/share",
    "\\\\host\\share",
    "https:\\\\host",
    "/usr/share/applications/x.desktop",
    "http://",
    "https://user@host.org/",
    "https://user:pw@host.org/",
    "https://host.org/a b",
    "https://host.org/\x00",
    "https://host.org/" + "a" * 3000,
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_open_link_refused_opens_nothing_and_says_why(
    desktop: Desktop, parent: QWidget, text: str
) -> None:
    assert check_link(text) is None
    dialog = open_link(parent, text)
    assert dialog is not None
    assert "not opened" in dialog.text()
    dialog.accept()
    assert desktop.opened == []


def test_open_link_plain_web_address_opens_at_once(desktop: Desktop, parent: QWidget) -> None:
    assert open_link(parent, "https://example.org/path?q=1#x") is None
    assert desktop.opened == ["https://example.org/path?q=1#x"]


DOUBTFUL = [
    ("https://аррӏе.com/", None, "xn--80ak6aa92e.com"),
    ("http://127.0.0.1:1234/", None, "127.0.0.1"),
    ("http://[::1]/", None, "::1"),
    ("http://0x7f000001/", None, "127.0.0.1"),
    ("http://localhost/", None, "localhost"),
    ("https://evil.example/", "https://bank.example/", "evil.example"),
    ("https://evil.example/", "click", "evil.example"),
]


@pytest.mark.parametrize(("text", "label", "host"), DOUBTFUL)
def test_open_link_doubtful_asks_and_cancel_is_the_default(
    desktop: Desktop, parent: QWidget, text: str, label: str | None, host: str
) -> None:
    dialog = open_link(parent, text, label)
    assert dialog is not None
    assert host in dialog.text()
    assert dialog.defaultButton().text() == dialog.button(QMessageBox.StandardButton.Cancel).text()
    dialog.reject()
    assert desktop.opened == []


def test_open_link_doubtful_opens_after_yes(desktop: Desktop, parent: QWidget) -> None:
    dialog = open_link(parent, "http://localhost:8080/a")
    assert dialog is not None
    next(button for button in dialog.buttons() if button.text() == "Open").click()
    assert desktop.opened == ["http://localhost:8080/a"]


def test_open_link_mail_asks(desktop: Desktop, parent: QWidget) -> None:
    dialog = open_link(parent, "mailto:a@b.org")
    assert dialog is not None
    assert "a@b.org" in dialog.informativeText()
    dialog.reject()
    assert desktop.opened == []


def test_dialog_shows_foreign_text_as_text(desktop: Desktop, parent: QWidget) -> None:
    dialog = open_link(parent, "javascript:<b>x</b>")
    assert dialog is not None
    assert dialog.textFormat() is Qt.TextFormat.PlainText
    dialog.reject()


def test_open_own_folder_only_folders(desktop: Desktop, tmp_path: Path) -> None:
    script = tmp_path / "x.desktop"
    script.write_text("")
    assert not open_own_folder(script)
    assert desktop.opened == []
    assert open_own_folder(tmp_path)
    assert desktop.opened == [QUrl.fromLocalFile(str(tmp_path)).toString()]


def test_addresses_leave_the_program_in_one_place() -> None:
    package = Path(__file__).parents[2] / "desktop_chat"
    calls = [
        path.name
        for path in package.rglob("*.py")
        for _ in re.finditer(r"openUrl|webbrowser|os\.startfile|xdg-open", path.read_text("utf-8"))
    ]
    assert calls == ["links.py"]
