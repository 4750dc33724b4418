"""Garbage collection in the GUI thread alone.

Python collects in whichever thread happens to allocate. A worker thread that collects a cycle
with a QObject in it destroys that object outside its thread, which Qt does not survive.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_EVERY_MS = 100
# Looking through all that lives takes longer than a frame: it waits until nothing happens, for so
# many looks, but not for ever.
QUIET_LOOKS = 20
MOST_LOOKS = 6_000


class GuiCollector(QObject):
    """Does by timer what Python does by allocation, with Python's own thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._was_enabled = gc.isenabled()
        self._looks_due = 0
        self._quiet_looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.collect_if_due)

    def start(self) -> None:
        """Switch automatic collection off; what lives now is never looked at again."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Leave collection to Python again, if it was before."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def collect_if_due(self) -> None:
        """Collect the oldest generation whose count is over its threshold.

        The oldest of all waits until the program rests.
        """
        counts = gc.get_count()
        is_busy = counts[0] > self._thresholds[0]
        self._quiet_looks = 0 if is_busy else self._quiet_looks + 1
        if counts[2] > self._thresholds[2]:
            self._looks_due += 1
            if self._quiet_looks >= QUIET_LOOKS or self._looks_due >= MOST_LOOKS:
                self._looks_due = 0
                gc.collect(2)
                return
        for generation in (1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return
