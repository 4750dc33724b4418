"""Addresses of images: from where one may be loaded, and how an address is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from PySide6.QtCore import Qt

from desktop_chat.ui.transcript.text.text_limits import with_marks

if TYPE_CHECKING:
    from PySide6.QtGui import QFontMetrics

# What stands in a message itself.
DATA_KINDS = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
MAX_DATA = 5_000_000
_SHOWN = 400


def web_address(address: str) -> tuple[str, str]:
    """Return an address that an image may be loaded from, in ASCII, and its host; or nothing."""
    if not address[:8].lower().startswith(("http://", "https://")):
        return "", ""
    # The gate of links draws in dialogs, which a text without images does without.
    from desktop_chat.ui.links import check_link

    link = check_link(address)
    return (link.address, link.host) if link is not None else ("", "")


def is_data(address: str) -> bool:
    """Whether an address is an image by itself, of a kind and size that can be shown."""
    head, comma, body = address[:100].partition(",")
    kind, _, coding = head.lower().removeprefix("data:").partition(";")
    is_known = head[:5].lower() == "data:" and kind in DATA_KINDS and coding == "base64"
    return is_known and bool(comma and body) and len(address) <= MAX_DATA * 4 // 3 + 100


def data_of(address: str) -> bytes:
    """Return the bytes of an image that stands in its address; none if they are damaged."""
    import binascii

    body = address.partition(",")[2]
    try:
        return binascii.a2b_base64(unquote_to_bytes(body) if "%" in body else body)
    except ValueError:
        return b""


def shown_address(address: str, metrics: QFontMetrics, width: int) -> str:
    """Return an address as plain text for a width in pixels: the host is cut last of all."""
    if address[:5].lower() == "data:":
        kind = address[5:60].partition(",")[0].partition(";")[0]
        return with_marks(metrics.elidedText(f"data:{kind}…", Qt.TextElideMode.ElideRight, width))
    text = with_marks(address[:_SHOWN].replace("\n", " "))
    try:
        origin = urlsplit(text).netloc and text[: text.index(urlsplit(text).netloc)]
        start = len(origin) + len(urlsplit(text).netloc) if origin else 0
    except ValueError:
        start = 0
    head, rest = text[:start], text[start:]
    room = width - metrics.horizontalAdvance(head)
    if room < metrics.horizontalAdvance("/…"):
        # The end of a host tells whose it is.
        return metrics.elidedText(head, Qt.TextElideMode.ElideLeft, width)
    return head + metrics.elidedText(rest, Qt.TextElideMode.ElideMiddle, room)
