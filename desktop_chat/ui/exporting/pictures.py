"""Pictures that a chat holds itself; others are never fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_chat.domain.transfer import AttachmentRecord

MAX_BYTES = 20_000_000
# What every program that reads documents can show.
_KINDS = ("png", "jpeg", "gif")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a document.

    Attributes:
        kind: png, jpeg or gif.
        width: In pixels.
        height: In pixels.
    """

    data: bytes
    kind: str
    width: int
    height: int

    @property
    def media_type(self) -> str:
        """Its media type."""
        return f"image/{self.kind}"

    def fitted(self, width: float, height: float) -> tuple[float, float]:
        """Return the size in which it fits into some room, and no larger than it is."""
        scale = min(1.0, width / self.width, height / self.height)
        return self.width * scale, self.height * scale


def picture_at(address: str) -> Picture | None:
    """Return the picture that stands in an address; None for one that lies elsewhere."""
    if address[:5].lower() != "data:":
        return None
    from desktop_chat.ui.transcript.layouts.image_address import data_of, is_data

    return picture_from(data_of(address)) if is_data(address) else None


def attached_picture(attachment: AttachmentRecord) -> Picture | None:
    """Return the picture that an attached file is, if it is one."""
    if attachment.data is None or not attachment.media_type.startswith("image/"):
        return None
    return picture_from(attachment.data)


def picture_from(data: bytes) -> Picture | None:
    """Return the picture in some bytes, None where there is none that can be shown."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice

    from desktop_chat.ui.transcript.layouts.image_decoding import decode, format_of

    if not data or len(data) > MAX_BYTES:
        return None
    found = decode(data)
    if found is None:
        return None
    kind = format_of(data)
    if kind in _KINDS:
        return Picture(data, kind, found.size.width(), found.size.height())
    written = QByteArray()
    buffer = QBuffer(written)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # The stubs want bytes where Qt wants text.
    if not found.image.save(buffer, "PNG"):  # type: ignore[call-overload]
        return None
    return Picture(bytes(written.data()), "png", found.image.width(), found.image.height())
