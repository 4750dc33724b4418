"""How much of the model's context the conversation fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop_chat.ui.fonts import font_of
from desktop_chat.ui.sizes import BUTTON, TEXT_STATUS

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

BAR_WIDTH = 72
BAR_HEIGHT = 5
GAP = 8
NEARLY_FULL = 0.9


class ContextMeter(QProgressBar):
    """A bar and two numbers, hidden while neither is known; a progress bar to screen readers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._used: int | None = None
        self._total: int | None = None
        self._words = ""
        self.setObjectName("contextMeter")
        self.setAccessibleName(self.tr("Context"))
        self.setTextVisible(False)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and text size."""
        self._theme = theme
        self.setFixedHeight(theme.px(BUTTON))
        self.updateGeometry()
        self.update()

    def set_usage(self, used: int | None, total: int | None) -> None:
        """Show tokens in the context and how many fit; None for what is not known."""
        if (used, total) == (self._used, self._total):
            return
        self._used = used
        self._total = total
        self.setRange(0, total or 1)
        self.setValue(min(used or 0, total or 0))
        self._words = self._worded()
        self.setAccessibleDescription(self._sentence())
        self.setToolTip(self._sentence())
        self.setVisible(bool(self._words))
        self.updateGeometry()
        self.update()

    def _worded(self) -> str:
        if self._used is None:
            return short_count(self._total) if self._total else ""
        if not self._total:
            return short_count(self._used)
        return f"{short_count(self._used)} / {short_count(self._total)}"

    def _sentence(self) -> str:
        locale = QLocale()
        total = locale.toString(self._total or 0)
        if self._used is None:
            return self.tr("Context of {0} tokens").format(total) if self._total else ""
        used = locale.toString(self._used)
        if not self._total:
            return self.tr("{0} tokens in the context").format(used)
        return self.tr("{0} of {1} tokens in the context").format(used, total)

    # Qt overrides

    @override
    def sizeHint(self) -> QSize:
        if self._theme is None:
            return super().sizeHint()
        metrics = QFontMetrics(font_of(self._theme.px(TEXT_STATUS)))
        # Room for the widest numbers of this total, so that counting up moves nothing.
        widest = metrics.horizontalAdvance(f"88.8k / {short_count(self._total or 0)}")
        words = max(widest if self._total else 0, metrics.horizontalAdvance(self._words))
        return QSize(BAR_WIDTH + GAP + words, self._theme.px(BUTTON))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font_of(theme.px(TEXT_STATUS)))
        painter.setPen(QColor(theme.muted))
        words = QRect(BAR_WIDTH + GAP, 0, self.width() - BAR_WIDTH - GAP, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._words)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(0, (self.height() - BAR_HEIGHT) / 2, BAR_WIDTH, BAR_HEIGHT)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        if self._used and self._total:
            part = min(self._used / self._total, 1.0)
            painter.setBrush(QColor(theme.warning if part >= NEARLY_FULL else theme.accent))
            bar.setWidth(max(bar.width() * part, BAR_HEIGHT))
            painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)


def short_count(count: int) -> str:
    """Return a count of tokens in few letters: 940, 2.5k, 8k, 131k."""
    if count < 1000:
        return str(count)
    # Contexts are powers of two: 8192 is known as 8k.
    thousands = count / 1024 if count % 1024 == 0 else count / 1000
    text = f"{thousands:.1f}" if thousands < 100 else f"{thousands:.0f}"
    return f"{text.removesuffix('.0')}k"
