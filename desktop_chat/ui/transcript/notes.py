"""What stands below the text of a message: footer, how it ended, or the error with its button."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.messages import message_error
from desktop_chat.ui.transcript.blocks import TextBlock
from desktop_chat.ui.transcript.marked import NOTHING
from desktop_chat.ui.transcript.text_layout import TextLayout
from desktop_chat.ui.transcript.text_limits import clean

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.look import Look

FOOTER = 20
GAP = 10
BUTTON = 32
BUTTON_SIDE = 14
ICON = 16
MAX_ERROR = 600


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)


def ending_words(message: Message) -> str:
    """Return how a reply ended, if not as it should."""
    match message.status:
        case MessageStatus.STOPPED:
            return _tr("Stopped")
        case MessageStatus.INTERRUPTED:
            return _tr("Interrupted: the program ended before the reply did")
    if message.finish_reason == "length":
        return _tr("Cut off at the length limit")
    return ""


def footer_words(message: Message) -> str:
    """Return tokens, speed and time to the first token, as far as they are known."""
    parts = [ending_words(message)]
    tokens, first = message.completion_tokens, message.time_to_first_token_ms
    if tokens is not None:
        parts.append(_tr("{count} tokens").format(count=tokens))
        speed = _tokens_per_second(message)
        if speed is not None:
            words = f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"
            parts.append(_tr("{speed} tok/s").format(speed=words))
    if first is not None and tokens is not None:
        parts.append(_tr("first after {seconds} s").format(seconds=f"{first / 1000:.1f}"))
    return " · ".join(part for part in parts if part)


def _tokens_per_second(message: Message) -> float | None:
    if not message.completion_tokens or message.duration_ms is None:
        return None
    writing_ms = message.duration_ms - (message.time_to_first_token_ms or 0)
    return message.completion_tokens * 1000 / writing_ms if writing_ms > 0 else None


def error_words(message: Message) -> str:
    """Return the sentence of a failed message."""
    if message.status is not MessageStatus.FAILED:
        return ""
    return clean(message_error(message))[:MAX_ERROR] or _tr("The reply failed.")


class Notes:
    """The lines below a text. Points and rectangles count from their top, at column left.

    Every reply has room for its footer from the start, so that nothing moves when it comes.
    """

    def __init__(
        self, message: Message, look: Look, width: int, action: tuple[str, str] | None
    ) -> None:
        self._look = look
        self._error: TextLayout | None = None
        self._label = ""
        self.action = ""
        self.action_rect = QRect()
        self.height = 0
        self._footer = ""
        if message.sender is Sender.USER:
            return
        self._footer = "" if message.status is MessageStatus.STREAMING else footer_words(message)
        words = error_words(message)
        # Only an error that stands alone needs no distance from the text above.
        is_alone = words and not message.content and not message.reasoning
        top = 0 if is_alone else look.px(GAP)
        if words:
            inset = look.px(ICON + 10)
            self._error = TextLayout(TextBlock(words), look, width - inset, "error")
            self._error_top = top
            top += self._error.height + look.px(GAP)
            if action is not None:
                self.action, self._label = action
                text_width = ceil(QFontMetricsF(look.label).horizontalAdvance(self._label))
                self.action_rect = QRect(
                    inset, top, text_width + 2 * look.px(BUTTON_SIDE), look.px(BUTTON)
                )
                top += look.px(BUTTON)
        self._footer_top = top
        self.height = top + (look.px(FOOTER) if self._footer or not words else 0)

    def paint(self, painter: QPainter, at: QPoint, clip: QRect, *, is_hot: bool) -> None:
        """Paint error, button and footer; `is_hot` while the pointer is on the button."""
        if self._error is not None:
            self._paint_error(painter, at, clip)
        if self.action:
            self._paint_button(painter, self.action_rect.translated(at), is_hot=is_hot)
        if self._footer:
            painter.setFont(self._look.small)
            painter.setPen(self._look.colour("faint"))
            room = QRect(at.x(), at.y() + self._footer_top, self._look.column, 0)
            room.setHeight(self._look.px(FOOTER))
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self._footer)

    def _paint_error(self, painter: QPainter, at: QPoint, clip: QRect) -> None:
        look, error = self._look, self._error
        assert error is not None
        y = at.y() + self._error_top
        size = look.px(ICON)
        ratio = painter.device().devicePixelRatio()
        sign = QPointF(at.x(), y + (look.line - size) / 2)
        painter.drawPixmap(sign, pixmap("warning", look.theme.error, size, ratio))
        error.paint(painter, at.x() + look.px(ICON + 10), y, clip, NOTHING)

    def _paint_button(self, painter: QPainter, rect: QRect, *, is_hot: bool) -> None:
        look = self._look
        painter.setPen(QPen(look.colour("line"), look.theme.border))
        painter.setBrush(look.colour("hover" if is_hot else "window"))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setFont(look.label)
        painter.setPen(look.colour("text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._label)
