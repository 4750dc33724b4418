"""Icons of resources/icons, drawn in a colour of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_chat.assets import asset_text
from desktop_chat.ui.sizes import ICON


def icon(name: str, colour: str, size: int = ICON) -> QIcon:
    """Return an icon in one colour, sharp on screens of 100, 200 and 300 %."""
    result = QIcon()
    for ratio in (1, 2, 3):
        result.addPixmap(pixmap(name, colour, size, float(ratio)))
    return result


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int = ICON, ratio: float = 1.0) -> QPixmap:
    """Return a picture of `size` logical pixels for a screen of this device pixel ratio."""
    edge = max(1, round(size * ratio))
    picture = QPixmap(edge, edge)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    _renderer(name, colour).render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


@lru_cache(maxsize=64)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    # Qt's SVG knows no currentColor from outside: the colour is written into the text.
    text = asset_text(f"icons/{name}.svg").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(text.encode()))
