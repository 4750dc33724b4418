"""Smooth scrolling: a wheel step is a short glide, a touchpad is followed at once."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QStyle, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

FRAME_MS = 12
# Nearly all of a step is done within the 120 ms of design.md.
EASE_MS = 32.0
LONGEST_MS = 120
STEP_ANGLE = 120
STEP_LINES = 3


class Glide(QObject):
    """Turns wheel events into movements, frame by frame.

    Signals:
        moved(int): the window is to move down by so many pixels, up for a negative number.
    """

    moved = Signal(int)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._left = 0.0
        # What wheels with fine steps have turned, less than a pixel.
        self._rest = 0.0
        self._since_push = QElapsedTimer()
        self._since_frame = QElapsedTimer()
        self._frames = QTimer(self)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._on_frames_timeout)

    @property
    def is_running(self) -> bool:
        """Whether a glide is not over yet."""
        return self._frames.isActive()

    def wheel(self, event: QWheelEvent, line: int) -> None:
        """Scroll as a wheel or touchpad says; `line` is the height of a line in pixels."""
        if not event.pixelDelta().isNull():
            self.stop()
            self.moved.emit(-event.pixelDelta().y())
            return
        exact = -event.angleDelta().y() / STEP_ANGLE * STEP_LINES * line + self._rest
        pixels = round(exact)
        self._rest = exact - pixels
        self.push(pixels)

    def push(self, pixels: int) -> None:
        """Move by so many pixels more; the first part of them at once."""
        if not pixels:
            return
        if self._left * pixels < 0:
            self._left = 0.0  # the other way now: what was left to glide is not wanted any more
        self._left += pixels
        self._since_push.start()
        if not self._is_animated():
            self._move(self._left)
        elif not self._frames.isActive():
            self._since_frame.start()
            self._frames.start()
            self._advance(FRAME_MS)

    def stop(self) -> None:
        """Stay where the window is now."""
        self._left = 0.0
        self._frames.stop()

    def _is_animated(self) -> bool:
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        return self._widget.style().styleHint(hint, None, self._widget) > 0

    def _advance(self, elapsed_ms: int) -> None:
        step = self._left * (1 - exp(-max(1, elapsed_ms) / EASE_MS))
        is_over = self._since_push.elapsed() >= LONGEST_MS or abs(self._left) < 1.5
        self._move(self._left if is_over else step)

    def _move(self, step: float) -> None:
        pixels = round(step) or (1 if step > 0 else -1)
        self._left -= pixels
        if abs(self._left) < 1:
            self.stop()
        self.moved.emit(pixels)

    @Slot()
    def _on_frames_timeout(self) -> None:
        self._advance(self._since_frame.restart())
