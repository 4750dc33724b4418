"""Collects the pieces of a reply and hands them on at most once a frame."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

FRAME_MS = 16
MAX_PAUSE_MS = 250


class StreamBuffer(QObject):
    """Batches deltas: at once after an idle frame, else one batch a frame.

    Signals:
        flushed(str, str): text and reasoning that arrived since the last batch.
    """

    flushed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setTimerType(Qt.TimerType.PreciseTimer)
        self._frame.setInterval(FRAME_MS)
        self._frame.timeout.connect(self._on_frame_timeout)

    @property
    def is_waiting(self) -> bool:
        """Whether the last frame is not over yet."""
        return self._frame.isActive()

    def push(self, text: str = "", reasoning: str = "") -> None:
        """Add a piece; it is handed on now if the last frame was idle."""
        if text:
            self._text.append(text)
        if reasoning:
            self._reasoning.append(reasoning)
        if not self._frame.isActive():
            self._on_frame_timeout()

    def rest(self, busy_ms: float) -> None:
        """Leave time between frames for the rest of the window: showing one took `busy_ms`."""
        self._frame.setInterval(int(min(max(FRAME_MS, 2 * busy_ms), MAX_PAUSE_MS)))

    def flush(self) -> None:
        """Hand on what is left, now; nothing may be lost at the end of a reply."""
        self._frame.stop()
        self._emit_pending()

    def clear(self) -> None:
        """Drop what is left."""
        self._frame.stop()
        self._text.clear()
        self._reasoning.clear()

    def _emit_pending(self) -> bool:
        if not self._text and not self._reasoning:
            return False
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        self._text.clear()
        self._reasoning.clear()
        self.flushed.emit(text, reasoning)
        return True

    @Slot()
    def _on_frame_timeout(self) -> None:
        if self._emit_pending():
            self._frame.start()
