"""What stands below the text of a message: footer, how it ended, or the error with its button."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.messages import message_error
from desktop_chat.ui.progress_words import written_rate
from desktop_chat.ui.transcript.layouts.marked import NOTHING
from desktop_chat.ui.transcript.layouts.text_layout import TextLayout
from desktop_chat.ui.transcript.text.blocks import TextBlock
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.layouts.look import Look

FOOTER = 20
# What the toolbar of the message takes of the footer's line, and the distance from it.
TOOLS = 5 * 26 + 8
GAP = 10
BUTTON = 32
BUTTON_SIDE = 14
ICON = 16
# Where the words of an error begin, behind the sign.
INSET = ICON + 10
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
        return _tr("Stopped at the token limit")
    return ""


def footer_parts(message: Message) -> list[str]:
    """Return how it ended, tokens, speed, time to the first token, as far as they are known."""
    parts = [ending_words(message)]
    tokens, first = message.completion_tokens, message.time_to_first_token_ms
    if tokens is not None:
        parts.append(_tr("{count} tokens").format(count=tokens))
        speed = speed_words(message)
        if speed:
            parts.append(_tr("{speed} tok/s").format(speed=speed))
    if first is not None and tokens is not None:
        parts.append(_tr("first after {seconds} s").format(seconds=f"{first / 1000:.1f}"))
    return [part for part in parts if part]


def speed_words(message: Message) -> str:
    """Return the tokens per second, "" where they are not known."""
    first = message.time_to_first_token_ms
    speed = written_rate(message.completion_tokens, message.duration_ms, first)
    if speed is None:
        return ""
    return f"{speed:.0f}" if speed >= 10 else f"{speed:.1f}"


def error_words(message: Message) -> str:
    """Return the sentence of a failed message."""
    if message.status is not MessageStatus.FAILED:
        return ""
    return clean(message_error(message))[:MAX_ERROR] or _tr("The reply failed.")


def _joined(parts: list[str]) -> str:
    return " · ".join(parts)


class Notes:
    """The lines below a text. Points and rectangles count from their top, at column left.

    Every reply has room for its footer from the start, so that nothing moves when it comes, and
    beside the footer for the message's toolbar.

    Attributes:
        tools_middle: Height of the middle of the line in which a reply's toolbar stands.
    """

    def __init__(
        self, message: Message, look: Look, width: int, action: tuple[str, str] | None
    ) -> None:
        self._look = look
        self._error: TextLayout | None = None
        self.label = ""
        self.action = ""
        self.action_rect = QRect()
        self.height = 0
        self.tools_middle = 0
        self._footer = ""
        if message.sender is Sender.USER:
            return
        if message.status is not MessageStatus.STREAMING:
            self._footer = self._fitted(footer_parts(message), width)
        words = error_words(message)
        # Only an error that stands alone needs no distance from the text above.
        is_alone = words and not message.content and not message.reasoning
        top = 0 if is_alone else look.px(GAP)
        if words:
            self._error = TextLayout(TextBlock(words), look, width - look.px(INSET), "error")
            self._error_top = top
            top += self._error.height + look.px(GAP)
        if action is not None:
            self._place_button(action, top, look.px(INSET) if words else 0)
            top += look.px(BUTTON)
        # The toolbar stands in the footer's line, or beside the button where there is room.
        is_beside = self.action and self.action_rect.right() + look.px(TOOLS) <= width
        has_line = self._footer or not is_beside
        if self.action and has_line:
            top += look.px(GAP)
        self._footer_top = top
        self.tools_middle = top + look.px(FOOTER) // 2
        if not has_line:
            self.tools_middle = self.action_rect.center().y()
        self.height = top + (look.px(FOOTER) if has_line else 0)

    def _place_button(self, action: tuple[str, str], top: int, left: int) -> None:
        look = self._look
        self.action, self.label = action
        text_width = ceil(QFontMetricsF(look.label).horizontalAdvance(self.label))
        width = text_width + 2 * look.px(BUTTON_SIDE)
        self.action_rect = QRect(left, top, width, look.px(BUTTON))

    def _fitted(self, parts: list[str], width: int) -> str:
        """Return as many of the parts as there is room for; the details have all of them."""
        look = self._look
        room = width - look.px(TOOLS)
        metrics = QFontMetricsF(look.small)
        while len(parts) > 1 and metrics.horizontalAdvance(_joined(parts)) > room:
            parts = parts[:-1]
        return metrics.elidedText(_joined(parts), Qt.TextElideMode.ElideRight, room)

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
        error.paint(painter, at.x() + look.px(INSET), y, clip, NOTHING)

    def _paint_button(self, painter: QPainter, rect: QRect, *, is_hot: bool) -> None:
        look = self._look
        painter.setPen(QPen(look.colour("line"), look.theme.border))
        painter.setBrush(look.colour("hover" if is_hot else "window"))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setFont(look.label)
        painter.setPen(look.colour("text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.label)
