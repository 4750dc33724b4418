from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics, QGuiApplication

from desktop_chat.ui.transcript.layouts.image_address import (
    DATA_KINDS,
    MAX_DATA,
    data_of,
    is_data,
    shown_address,
    web_address,
)
from tests.ui.transcript.pictures import data_address, picture_bytes

NEVER = [
    *("file:///etc/passwd", "/etc/passwd", "../x.png", "x.png", "//host/share/x.png", ""),
    *("\\\\host\\share\\x.png", "smb://host/x.png", "ftp://host/x.png", "javascript:alert(1)"),
    *("qrc:/x.png", ":/x.png", "about:blank", "blob:https://x/1", "ms-msdt:/id", "http://"),
    *("https://user:word@example.org/a.png", "http://example.org\\@x/", "http:///a.png"),
    *("https://exa mple.org/a.png", "https://example.org/a\nb", "view-source:http://x/"),
    "https://example.org/" + "x" * 2000,
]


@pytest.mark.parametrize("address", NEVER)
def test_other_address_is_never_loaded(address: str) -> None:
    assert web_address(address) == ("", "")
    assert not is_data(address)


@pytest.mark.parametrize(
    ("address", "encoded", "host"),
    [
        ("https://example.org/a.png?b=1", "https://example.org/a.png?b=1", "example.org"),
        ("HTTP://127.0.0.1:8080/a.png", "http://127.0.0.1:8080/a.png", "127.0.0.1"),
        ("https://аррӏе.com/ä", "https://xn--80ak6aa92e.com/%C3%A4", "xn--80ak6aa92e.com"),
    ],
)
def test_web_address_comes_encoded_with_its_host(address: str, encoded: str, host: str) -> None:
    assert web_address(address) == (encoded, host)


@pytest.mark.parametrize("kind", DATA_KINDS)
def test_data_of_known_kind_holds_the_bytes(kind: str) -> None:
    address = data_address(b"bytes", kind)
    assert is_data(address)
    assert data_of(address) == b"bytes"


@pytest.mark.parametrize(
    "address",
    [
        *("data:image/svg+xml;base64,PHN2Zz4=", "data:text/html;base64,PGI+", "data:image/png,x"),
        *("data:image/png;base64,", "data:image/png;base64", "data:charset,", "data:"),
        "data:image/png;charset=x;base64,aaaa",
    ],
)
def test_data_of_other_kind_is_not_shown(address: str) -> None:
    assert not is_data(address)


def test_data_beyond_the_limit_is_not_shown(qapp: QGuiApplication) -> None:
    assert is_data(data_address(bytes(MAX_DATA)))
    assert not is_data(data_address(bytes(MAX_DATA + 200)))


def test_damaged_data_is_nothing() -> None:
    assert data_of("data:image/png;base64,A") == b""
    assert data_of("data:image/png;base64,ä") == b""
    assert data_of("data:image/png;base64,%61%61%61%61") == b"i\xa6\x9a"


def test_shown_address_keeps_the_host_and_elides_the_middle(qapp: QGuiApplication) -> None:
    metrics = QFontMetrics(QGuiApplication.font())
    long = "https://images.example.org/" + "path/" * 40 + "chart.png"
    shown = shown_address(long, metrics, 300)
    assert shown.startswith("https://images.example.org")
    assert shown.endswith("png")
    assert "…" in shown
    assert metrics.horizontalAdvance(shown) <= 300


def test_shown_address_of_a_long_host_keeps_its_end(qapp: QGuiApplication) -> None:
    metrics = QFontMetrics(QGuiApplication.font())
    shown = shown_address("https://www.bank.com." + "a" * 80 + ".evil.example/x", metrics, 200)
    assert shown.startswith("…")
    assert shown.endswith(".evil.example")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "\\\\host\\x", "https://[", "a\u202eb"])
def test_shown_address_is_plain_text(qapp: QGuiApplication, address: str) -> None:
    shown = shown_address(address, QFontMetrics(QGuiApplication.font()), 400)
    assert shown == address.replace("\u202e", "�")


def test_shown_address_of_data_is_its_kind(qapp: QGuiApplication) -> None:
    metrics = QFontMetrics(QGuiApplication.font())
    assert shown_address(data_address(picture_bytes()), metrics, 400) == "data:image/png…"
