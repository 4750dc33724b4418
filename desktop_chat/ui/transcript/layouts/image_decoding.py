"""Turns bytes into a picture, in a thread; never an SVG, and never without bounds."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

ALLOCATION_MB = 64
# Twice the largest size in which a picture is shown, for dense screens.
KEPT = QSize(1488, 960)
_MAX_PIXELS = ALLOCATION_MB * 1024 * 1024 // 4
# JPEG is made smaller while it is read.
_MAX_JPEG_PIXELS = 6 * _MAX_PIXELS
_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        image: Its first frame, made smaller if it is large.
        size: What the file says, in pixels.
    """

    image: QImage
    size: QSize

    @property
    def bytes_used(self) -> int:
        """What it takes of the memory."""
        return int(self.image.sizeInBytes())


def format_of(data: bytes) -> str:
    """Return the name of the format that the first bytes tell, "" for all that is not shown."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for sign, name in _SIGNS if data.startswith(sign)), "")


def decode(data: bytes) -> Picture | None:
    """Return the picture in some bytes, None if there is none that can be shown."""
    name = format_of(data)
    if not name:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(name.encode()))
    # Or the bytes could choose another decoder than the one whose sign they bear.
    reader.setAutoDetectImageFormat(False)
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    QImageReader.setAllocationLimit(ALLOCATION_MB)
    size = reader.size()
    if not _is_sound(size, name):
        return None
    turned = reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90
    room = KEPT.transposed() if turned else KEPT
    if size.width() > room.width() or size.height() > room.height():
        kept = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(kept.expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return None
    return Picture(image, size.transposed() if turned else size)


def _is_sound(size: QSize, name: str) -> bool:
    most = _MAX_JPEG_PIXELS if name == "jpeg" else _MAX_PIXELS
    return size.isValid() and not size.isEmpty() and size.width() * size.height() <= most
