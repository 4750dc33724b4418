"""Small pictures and their addresses, for tests of images."""

from __future__ import annotations

from base64 import b64encode

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
# 2 by 2 pixels; this Qt can read these formats but not write them.
GIF = (
    b"GIF89a\x02\x00\x02\x00\x80\x01\x00\xff\x00\x00\xff\xff\xff,"
    b"\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02\x02\x84Q\x00;"
)


def picture_bytes(width: int = 40, height: int = 20, kind: str = "PNG") -> bytes:
    """Return a red picture as a file of some format holds it."""
    if kind == "GIF":
        return GIF
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind), kind  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def data_address(body: bytes | None = None, kind: str = "image/png") -> str:
    """Return an address that holds a picture itself."""
    body = picture_bytes() if body is None else body
    return f"data:{kind};base64,{b64encode(body).decode()}"
