"""Garbage collection in the GUI thread alone.

Python collects in whichever thread happens to allocate. A worker thread that collects a cycle
with a QObject in it destroys that object outside its thread, which Qt does not survive.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_EVERY_MS = 100
# What survived so many looks is taken for lasting, and not looked at again with every frame.
LOOKS_UNTIL_LASTING = 2
# To look through all that lasts takes longer than a frame: it waits until nothing has happened for
# so many looks, and so many have passed since the last time.
QUIET_LOOKS = 100
FULL_EVERY_LOOKS = 3_000


class GuiCollector(QObject):
    """Does by timer what Python does by allocation.

    The longer something lives the more rarely it is looked at: a collection that looks through
    all objects of a long conversation would hold up the window.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._was_enabled = gc.isenabled()
        self._looks = 0
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
        """Collect what was made lately; all there is, if the program has rested for long."""
        young, middle, _ = gc.get_count()
        is_busy = young > self._thresholds[0]
        self._quiet_looks = 0 if is_busy else self._quiet_looks + 1
        self._looks += 1
        if self._quiet_looks >= QUIET_LOOKS and self._looks >= FULL_EVERY_LOOKS:
            self._looks = 0
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        elif middle >= LOOKS_UNTIL_LASTING:
            gc.collect(1)
            gc.freeze()
        elif is_busy:
            gc.collect(0)
