"""What is watched in the real window: paints, gaps of the event loop, keys until they are seen."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from array import array
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from PySide6.QtWidgets import QPlainTextEdit, QWidget

TICK_MS = 1
TRACED_S = 0.05
LOOK_S = 0.005
# Ten keys a second: a fast typist.
KEY_MS = 100
DRAFT = "And why are there two tides a day, when the Moon passes only once over each place? "


class PaintWatch(QObject):
    """Tells when the window has been painted and handed to the screen.

    Qt gathers what is to be painted and does it on an event of the window; a time is taken when
    that event has been worked off.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._is_inside = False
        self._due: list[tuple[array[float], float]] = []
        self._waiters: list[asyncio.Future[float]] = []
        self.count = 0
        window.installEventFilter(self)

    def expect(self, samples: array[float], due: float) -> None:
        """Add to `samples` the milliseconds from `due` until the next paint ends."""
        self._due.append((samples, due))

    def painted(self) -> asyncio.Future[float]:
        """Return a future of when the next paint ends."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiters.append(future)
        return future

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest or self._is_inside:
            return False
        self._is_inside = True
        QCoreApplication.sendEvent(watched, event)
        self._is_inside = False
        now = perf_counter()
        self.count += 1
        for samples, due in self._due:
            samples.append((now - due) * 1e3)
        self._due.clear()
        for future in self._waiters:
            if not future.done():
                future.set_result(now)
        self._waiters.clear()
        return True


class LoopWatch(QObject):
    """Measures how long the event loop did not come round, in ms, in `gaps`."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps = array("d")
        self._last = 0.0
        self._is_on = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        self._last = perf_counter()
        self._is_on = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer.isActive():
            self._on_timeout()
            self._timer.stop()
            self._is_on = False

    def late_s(self) -> float:
        """Return for how long it has not come round, in seconds; for any thread."""
        return perf_counter() - self._last if self._is_on else 0.0

    def take(self) -> list[float]:
        """Return the gaps so far, and forget them."""
        taken = self.gaps.tolist()
        self.gaps = array("d")
        return taken

    def _on_timeout(self) -> None:
        now = perf_counter()
        self.gaps.append(max(0.0, (now - self._last) * 1e3 - TICK_MS))
        self._last = now


class Tracer:
    """Looks at what the GUI thread does while the event loop does not come round."""

    def __init__(self, loop: LoopWatch) -> None:
        self._loop = loop
        self._gui_thread = threading.get_ident()
        self._seen: Counter[str] = Counter()
        threading.Thread(target=self._look, daemon=True).start()

    def take(self) -> list[str]:
        """Return where it was seen most often, as text, and forget it."""
        taken = [f"{count:4} x {where}" for where, count in self._seen.most_common(8)]
        self._seen.clear()
        return taken

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_S)
            if self._loop.late_s() > TRACED_S:
                frame = sys._current_frames().get(self._gui_thread)
                self._seen[" < ".join(_own_frames(frame))] += 1


def _own_frames(frame: FrameType | None) -> Iterator[str]:
    """Yield the innermost functions of the program, at most four."""
    count = 0
    while frame is not None and count < 4:
        code = frame.f_code
        if "desktop_chat" in code.co_filename:
            count += 1
            yield f"{Path(code.co_filename).stem}:{frame.f_lineno} {code.co_qualname}"
        frame = frame.f_back


class Typist(QObject):
    """Types on and on; measures from when a key was due to the end of the paint that shows it."""

    def __init__(self, prompt: QPlainTextEdit, paints: PaintWatch) -> None:
        super().__init__()
        self.samples = array("d")
        self._prompt = prompt
        self._paints = paints
        self._typed = 0
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        self._due = perf_counter()
        self._wait()

    def stop(self) -> None:
        self._timer.stop()

    def _wait(self) -> None:
        self._due += KEY_MS / 1e3
        # After a stall this lies in the past: who types does not wait for us.
        self._timer.start(max(0, round((self._due - perf_counter()) * 1e3)))

    def _on_timeout(self) -> None:
        if self._typed % (3 * len(DRAFT)) == 0:
            self._prompt.clear()
        letter = DRAFT[self._typed % len(DRAFT)]
        self._typed += 1
        # A timer may fire a little early.
        self._paints.expect(self.samples, min(self._due, perf_counter()))
        press_key(self._prompt, letter)
        self._wait()


def press_key(widget: QWidget, letter: str) -> None:
    """Press and release the key of a letter."""
    none = Qt.KeyboardModifier.NoModifier
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, ord(letter.upper()), none, letter)
        QCoreApplication.sendEvent(widget, event)


def wheel_step(view: QWidget, steps: int) -> None:
    """Turn the wheel over the middle of a view; up for a positive number."""
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent

    viewport = view.viewport()  # type: ignore[attr-defined]
    at = QPointF(viewport.width() / 2, viewport.height() / 2)
    event = QWheelEvent(
        at,
        QPointF(viewport.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QCoreApplication.sendEvent(viewport, event)
