"""The panel around code: its header with name and controls, its footer that folds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainterPath, QPen

from desktop_chat.services.drawing.code_languages import label_of
from desktop_chat.ui.icons import pixmap
from desktop_chat.ui.transcript.layouts.hits import Control

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from desktop_chat.ui.transcript.layouts.block_state import BlockState
    from desktop_chat.ui.transcript.layouts.look import Look

HEADER = 33
FOOTER = 34
SIDE = 12
RADIUS = 10
ICON = 14
_GAP = 7
# How far a control reaches beyond its letters.
_BLEED = 9
_FADED_LINES = 3


class _Shown(NamedTuple):
    """A control as it is painted: its icon and, where there is room, a word."""

    action: str
    icon: str
    word: str
    rect: QRect


class CodeFrame:
    """Where the parts of the panel are, and how they are painted.

    Args:
        look: Fonts and colours.
        width: Of the panel.
        language: As the fence names it.
    """

    def __init__(self, look: Look, width: int, language: str) -> None:
        self._look = look
        self._width = width
        self._words = _words()
        self._name = label_of(language) or self._words["code"]
        self._metrics = QFontMetrics(look.small)
        self._shown: list[_Shown] = []
        self._title = self._footer = ""
        self._footer_top = 0
        self._arranged_for: tuple[str, str, int, int] | None = None
        self.controls: tuple[Control, ...] = ()

    @property
    def header(self) -> int:
        """The height of the header."""
        return self._look.px(HEADER)

    def arrange(self, wrap: str, fold: str, lines: int, footer_top: int) -> None:
        """Place the controls.

        Args:
            wrap: "wrap" or "unwrap" for what can be done to the lines, "" for nothing.
            fold: "fold" or "unfold" for what the footer does, "" without a footer.
            lines: How many lines there are.
            footer_top: Where the footer starts.
        """
        wanted_for = (wrap, fold, lines if fold else 0, footer_top if fold else 0)
        if wanted_for == self._arranged_for:
            return
        self._arranged_for, words = wanted_for, self._words
        # The longer word, so that nothing moves when it is copied.
        wanted = [("copy", "copy", max(words["copy"], words["copied"], key=self._width_of))]
        if wrap:
            wanted.append(("wrap", "wrap-text", words[wrap]))
        self._shown = self._place(wanted)
        room = self._shown[-1].rect.left() - self._look.px(SIDE)
        self._title = self._elided(self._name, room)
        names = {"copy": words["copy"], "wrap": words.get(f"{wrap} lines", "")}
        made = [Control(one.action, names[one.action], one.rect) for one in self._shown[::-1]]
        self._footer, self._footer_top = "", footer_top
        if fold:
            label = _show_all(lines) if fold == "unfold" else words["fold"]
            room = self._width - self._look.px(2 * SIDE + ICON + _GAP)
            self._footer = self._elided(label, room)
            rect = QRect(0, footer_top, self._width, self._look.px(FOOTER))
            made.append(Control(fold, label, rect))
        self.controls = tuple(made)

    def _place(self, wanted: list[tuple[str, str, str]]) -> list[_Shown]:
        """Place controls from the right; without words if the name would be cut off."""
        px = self._look.px
        icon, bleed = px(ICON), px(_BLEED)
        if len(wanted) * (icon + 2 * bleed) > self._width:
            del wanted[1:]
        words = sum(self._width_of(word) + px(_GAP) for _, _, word in wanted)
        bare = len(wanted) * (icon + 2 * bleed)
        room = self._width - px(SIDE) - min(self._width_of(self._name), px(100)) - bare
        shown, right = [], self._width - px(SIDE) + bleed
        for action, name, word in wanted:
            text = word if words <= room else ""
            size = icon + 2 * bleed + (px(_GAP) + self._width_of(text) if text else 0)
            rect = QRect(right - size, px(2), size, px(HEADER) - px(4))
            shown.append(_Shown(action, name, text, rect))
            right -= size
        return shown

    def _elided(self, text: str, room: int) -> str:
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room))

    def _width_of(self, text: str) -> int:
        return self._metrics.horizontalAdvance(text)

    # Painting

    def paint(
        self, painter: QPainter, x: int, y: int, height: int, clip: QRect, state: BlockState
    ) -> None:
        """Paint panel and header; `height` is the panel's."""
        look = self._look
        border, radius = look.theme.border, look.px(RADIUS)
        # Far beyond the window Qt could not paint it.
        top = max(y, clip.top() - 2 * radius - border)
        bottom = min(y + height, clip.bottom() + 2 * radius + border)
        half = border / 2
        panel = QRectF(x, top, self._width, bottom - top).adjusted(half, half, -half, -half)
        path = QPainterPath()
        path.addRoundedRect(panel, radius, radius)
        painter.setPen(QPen(look.colour("code_line"), border))
        painter.setBrush(look.colour("code"))
        painter.drawPath(path)
        if y + self.header < clip.top():
            return
        rule = QRect(x + border, y + self.header - border, self._width - 2 * border, border)
        painter.fillRect(rule, look.colour("code_line"))
        self._paint_header(painter, x, y, state)

    def _paint_header(self, painter: QPainter, x: int, y: int, state: BlockState) -> None:
        px = self._look.px
        painter.setFont(self._look.small)
        painter.setPen(self._look.colour("muted"))
        box = QRect(x + px(SIDE), y, self._width, self.header)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._title)
        for one in self._shown:
            icon, word = one.icon, one.word
            if one.action == "copy":
                icon = "check" if state.is_copied else icon
                word = self._words["copied" if state.is_copied else "copy"] if word else ""
            self._paint_control(painter, one.rect.translated(x, y), icon, word)

    def _paint_control(self, painter: QPainter, rect: QRect, name: str, word: str) -> None:
        px = self._look.px
        right = rect.right() + 1 - px(_BLEED)
        if word:
            box = QRect(rect.left(), rect.top(), right - rect.left(), rect.height())
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(box, middle, word)
            right -= self._width_of(word) + px(_GAP)
        self._paint_icon(painter, name, right - px(ICON), rect)

    def _paint_icon(self, painter: QPainter, name: str, left: int, rect: QRect) -> None:
        size = self._look.px(ICON)
        ratio = painter.device().devicePixelRatio()
        at = QPointF(left, rect.top() + (rect.height() - size) / 2)
        painter.drawPixmap(at, pixmap(name, self._look.theme.muted, size, ratio))

    def paint_footer(self, painter: QPainter, x: int, y: int, *, is_folded: bool) -> None:
        """Paint the footer, and over the lines above it that there are more of them."""
        if not self._footer:
            return
        px, look = self._look.px, self._look
        top = y + self._footer_top
        if is_folded:
            self._paint_fade(painter, x, top)
        rect = QRect(x, top, self._width, px(FOOTER))
        painter.setFont(look.small)
        painter.setPen(look.colour("muted"))
        icon, gap = px(ICON), px(_GAP)
        left = x + (self._width - self._width_of(self._footer) - gap - icon) // 2
        box = QRect(left + icon + gap, top, self._width, rect.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._footer)
        self._paint_icon(painter, "chevron-down" if is_folded else "chevron-up", left, rect)

    def _paint_fade(self, painter: QPainter, x: int, bottom: int) -> None:
        look, border = self._look, self._look.theme.border
        height = _FADED_LINES * look.code_line
        solid = look.colour("code")
        clear = QColor(solid)
        clear.setAlpha(0)
        gradient = QLinearGradient(0, bottom - height, 0, bottom)
        gradient.setColorAt(0, clear)
        gradient.setColorAt(1, solid)
        area = QRect(x + border, bottom - height, self._width - 2 * border, height)
        painter.fillRect(area, gradient)


def _show_all(lines: int) -> str:
    return QCoreApplication.translate("Transcript", "Show all %n lines", "", lines)


def _words() -> dict[str, str]:
    return {
        "code": QCoreApplication.translate("Transcript", "Code"),
        "copy": QCoreApplication.translate("Transcript", "Copy"),
        "copied": QCoreApplication.translate("Transcript", "Copied"),
        "wrap": QCoreApplication.translate("Transcript", "Wrap"),
        "unwrap": QCoreApplication.translate("Transcript", "Unwrap"),
        "wrap lines": QCoreApplication.translate("Transcript", "Wrap lines"),
        "unwrap lines": QCoreApplication.translate("Transcript", "Do not wrap lines"),
        "fold": QCoreApplication.translate("Transcript", "Show fewer lines"),
    }
