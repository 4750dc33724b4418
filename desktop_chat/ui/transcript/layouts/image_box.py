"""The box that stands for an image, and the rounded picture that takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QImage, QPainter, QPen, QPixmap

from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.layouts.image_address import shown_address
from desktop_chat.ui.transcript.text.text_limits import with_marks

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.layouts.look import Look
    from desktop_chat.ui.transcript.text.blocks import ImageBlock

RADIUS = 10
BUTTON_RADIUS = 8
WIDTH = 480
PADDING = 12
NAME_LINE = 20
ADDRESS_LINE = 18
BUTTON = 30
ICON = 18
_BESIDE = 360
_MAX_LABEL = 300


class Box:
    """Where the parts of the box are, counted from its top left.

    Attributes:
        action: What its button says; "" for no button.
        button: Where the button is; empty without one.
    """

    def __init__(self, look: Look, width: int, block: ImageBlock) -> None:
        self.look = look
        self.block = block
        self.width = min(width, look.px(WIDTH))
        self.height = self.plain_height(look)
        self.action = ""
        self.error = ""
        self.is_awaited = False
        self.button = QRect()
        self.text = QRect()
        self.error_place = QRect()

    @staticmethod
    def plain_height(look: Look) -> int:
        """Return the height of a box without an error."""
        return look.px(NAME_LINE) + look.px(ADDRESS_LINE) + 2 * look.px(PADDING)

    def arrange(self, action: str, *, is_awaited: bool, error: str) -> None:
        """Find the places for the parts."""
        px, metrics = self.look.px, QFontMetrics(self.look.label)
        self.is_awaited, self.error = is_awaited, error
        self.action = "" if is_awaited else action
        self.height = self.plain_height(self.look)
        left = px(PADDING) + px(ICON) + px(10)
        beside = self.aside_words()
        size = QSize(metrics.horizontalAdvance(beside) + 2 * px(12), px(BUTTON)) if beside else None
        self.text = QRect(left, px(PADDING), self.width - left - px(PADDING), 0)
        self.text.setHeight(px(NAME_LINE) + px(ADDRESS_LINE))
        self.error_place = QRect()
        if error:
            room = QRect(left, 0, self.text.width(), px(200))
            words = QFontMetrics(self.look.small)
            needed = words.boundingRect(room, Qt.TextFlag.TextWordWrap, error).height()
            self.error_place = QRect(left, self.text.bottom() + px(6), room.width(), needed)
        below = max(self.text.bottom(), self.error_place.bottom())
        self.button = QRect()
        if size is not None and self.width >= px(_BESIDE):
            top = (self.height - size.height()) // 2
            self.button = QRect(QPoint(self.width - px(PADDING) - size.width(), top), size)
            self.text.setRight(self.button.left() - px(12))
        elif size is not None:
            self.button = QRect(QPoint(left, below + px(8)), size)
            below = self.button.bottom()
        self.height = below + 1 + px(PADDING)

    def aside_words(self) -> str:
        """Return what stands in the button's place."""
        if self.is_awaited:
            return QCoreApplication.translate("Transcript", "Loading…")
        return self.action


def paint_box(painter: QPainter, box: Box, place: QRect, marks: list[str]) -> None:
    """Paint the box; `marks` are the colours in which its text is marked."""
    look, at = box.look, place.topLeft()
    painter.setPen(QPen(look.colour("code_line"), look.theme.border))
    painter.setBrush(look.colour(marks[-1] if marks else "code"))
    painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    ratio, edge = painter.device().devicePixelRatio(), look.px(ICON)
    sign = at + QPoint(look.px(PADDING), look.px(PADDING) + look.px(1))
    painter.drawPixmap(sign, pixmap("image", look.theme.muted, edge, ratio))
    _paint_words(painter, box, at)
    if box.error:
        painter.setFont(look.small)
        painter.setPen(look.colour("error"))
        painter.drawText(box.error_place.translated(at), Qt.TextFlag.TextWordWrap, box.error)
        small = look.px(14)
        warning = QPoint(look.px(PADDING) + look.px(2), box.error_place.top())
        painter.drawPixmap(at + warning, pixmap("warning", look.theme.error, small, ratio))
    if not box.button.isEmpty():
        _paint_button(painter, box, box.button.translated(at))


def _paint_words(painter: QPainter, box: Box, at: QPoint) -> None:
    look, text = box.look, box.text.translated(at)
    name = with_marks(" ".join(box.block.label[:_MAX_LABEL].split()))
    name = name or QCoreApplication.translate("Transcript", "Image")
    middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.setFont(look.label)
    painter.setPen(look.colour("text"))
    metrics = QFontMetrics(look.label)
    shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, text.width())
    painter.drawText(QRect(text.topLeft(), QSize(text.width(), look.px(NAME_LINE))), middle, shown)
    painter.setFont(look.small)
    painter.setPen(look.colour("muted"))
    line = text.adjusted(0, look.px(NAME_LINE), 0, 0)
    address = shown_address(box.block.address, QFontMetrics(look.small), line.width())
    painter.drawText(line, middle, address)


def _paint_button(painter: QPainter, box: Box, place: QRect) -> None:
    look = box.look
    painter.setFont(look.label)
    if box.is_awaited:
        painter.setPen(look.colour("muted"))
    else:
        painter.setPen(QPen(look.colour("line"), look.theme.border))
        painter.setBrush(look.colour("window"))
        outline = QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(outline, BUTTON_RADIUS, BUTTON_RADIUS)
        painter.setPen(look.colour("text"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, box.aside_words())


def rounded(image: QImage, size: QSize, ratio: float, look: Look) -> QPixmap:
    """Return a picture of `size` logical pixels with round corners."""
    exact = QSize(round(size.width() * ratio), round(size.height() * ratio))
    smooth = Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(exact, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    result = QImage(exact, QImage.Format.Format_ARGB32_Premultiplied)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = min(RADIUS * ratio, exact.width() / 2, exact.height() / 2)
    area = QRectF(QPointF(0, 0), exact.toSizeF())
    painter.setPen(Qt.PenStyle.NoPen)
    if image.hasAlphaChannel() and look.theme.is_dark:
        # Drawings without a ground of their own are made for white paper.
        painter.setBrush(QColor("white"))
        painter.drawRoundedRect(area, radius, radius)
    painter.setBrush(QBrush(scaled))
    painter.drawRoundedRect(area, radius, radius)
    painter.end()
    result.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(result)


def tint(painter: QPainter, place: QRect, colour: str, look: Look) -> None:
    """Paint a mark over a picture."""
    veil = QColor(look.colour(colour))
    veil.setAlpha(130)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(veil)
    painter.drawRoundedRect(QRectF(place), RADIUS, RADIUS)
