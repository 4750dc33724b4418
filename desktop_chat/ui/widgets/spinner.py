"""A small turning ring for work that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QPaintEvent, QShowEvent
    from typing_extensions import override

    from desktop_chat.ui.theme import Theme

EDGE = 14
STEP_MS = 120
STEPS = 12
ARC = 100


class Spinner(QWidget):
    """Turns while it is shown; stands still where the system asks for no motion.

    Where the end is known, the ring fills instead.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._step = 0
        self._fraction: float | None = None
        self._timer = QTimer(self)
        # A slow step: each one is a repaint that streaming has to share the processor with.
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and size."""
        self._theme = theme
        self.setFixedSize(self.sizeHint())
        self.update()

    @property
    def is_turning(self) -> bool:
        """Whether it moves."""
        return self._timer.isActive()

    def set_fraction(self, fraction: float | None) -> None:
        """Fill so much of the ring, from 0 to 1; None lets it turn."""
        if fraction != self._fraction:
            self._fraction = fraction
            self.update()

    def _on_timer_timeout(self) -> None:
        if self._fraction is None:
            self._step = (self._step + 1) % STEPS
            self.update()

    # Qt overrides

    @override
    def sizeHint(self) -> QSize:
        edge = self._theme.px(EDGE) if self._theme else EDGE
        return QSize(edge, edge)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        from PySide6.QtWidgets import QStyle  # 10 ms: not before the first paint

        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        if self.style().styleHint(hint, None, self) > 0:
            self._timer.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        area, turn = QRectF(self.rect()), self._step / STEPS
        paint_ring(painter, area, self._theme, turn, fraction=self._fraction)


def paint_ring(
    painter: QPainter,
    area: QRectF,
    theme: Theme,
    turn: float = 0.0,
    *,
    fraction: float | None = None,
) -> None:
    """Draw the ring that stands for work: filled by a part, or with an arc turned by one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ring = area.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if theme.border == 1:  # a line of high contrast would hide the arc
        painter.setPen(QPen(QColor(theme.line), 1.6))
        painter.drawEllipse(ring)
    painter.setPen(QPen(QColor(theme.accent), 1.8, c=Qt.PenCapStyle.RoundCap))
    if fraction is None:
        start = 90 + ARC / 2 - turn * 360
        painter.drawArc(ring, round(start * 16), -ARC * 16)
    else:
        painter.drawArc(ring, 90 * 16, round(-360 * 16 * fraction))
