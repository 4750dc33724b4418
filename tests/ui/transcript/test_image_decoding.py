from __future__ import annotations

import struct
import zlib

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication

from desktop_chat.ui.transcript.layouts.image_decoding import decode, format_of
from tests.ui.transcript.pictures import SVG, picture_bytes


def png_of_size(width: int, height: int) -> bytes:
    """Return the start of a PNG that says to be of a size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_decode_known_format_is_a_picture(qapp: QGuiApplication, kind: str) -> None:
    picture = decode(picture_bytes(40, 20, kind))
    assert picture is not None
    assert picture.size == QSize(40, 20)
    assert picture.image.pixelColor(20, 10).red() > 240
    assert picture.bytes_used == 40 * 20 * 4


def test_decode_gif_is_its_first_frame(qapp: QGuiApplication) -> None:
    picture = decode(picture_bytes(kind="GIF"))
    assert picture is not None
    assert picture.size == QSize(2, 2)


@pytest.mark.parametrize(
    "data",
    [SVG, b"<?xml version='1.0'?>" + SVG, b"", b"P6 9 9 255 " + bytes(243), b"\x00\x00\x01\x00x"],
    ids=["svg", "xml", "nothing", "ppm", "ico"],
)
def test_decode_other_format_is_refused_by_its_first_bytes(
    qapp: QGuiApplication, data: bytes
) -> None:
    assert format_of(data) == ""
    assert decode(data) is None


@pytest.mark.qt_log_ignore("Unsupported marker type")
@pytest.mark.parametrize("sign", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM"])
def test_decode_svg_behind_the_sign_of_another_is_refused(
    qapp: QGuiApplication, sign: bytes
) -> None:
    assert decode(sign + SVG) is None


def test_decode_bomb_is_refused_before_it_is_read(qapp: QGuiApplication) -> None:
    assert decode(png_of_size(60_000, 60_000)) is None
    assert decode(png_of_size(5_000, 4_000)) is None


def test_decode_large_picture_is_kept_small_and_tells_its_size(qapp: QGuiApplication) -> None:
    picture = decode(picture_bytes(3000, 1000, "JPEG"))
    assert picture is not None
    assert picture.size == QSize(3000, 1000)
    assert picture.image.size() == QSize(1488, 496)
    assert picture.image.pixelColor(700, 200) == QColor("#fe0000")
