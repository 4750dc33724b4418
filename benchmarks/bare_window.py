"""The least that PySide6 needs for a window of this size: what the real one is compared with.

`python -m benchmarks.bare_window TIMING WIDTH HEIGHT`
"""

from __future__ import annotations

import json
import os
import sys
import time

from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit


def since_start_ms() -> float:
    """Milliseconds since this process began; the system counts its beginning in 10 ms steps."""
    with open("/proc/self/stat", encoding="ascii") as stat:  # noqa: PTH123 - pathlib costs a start
        ticks = float(stat.read().rpartition(")")[2].split()[19])
    began = ticks / os.sysconf("SC_CLK_TCK")
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - began) * 1e3


class TextView(QPlainTextEdit):
    painted = False

    def paintEvent(self, event):
        super().paintEvent(event)
        if not self.painted:
            self.painted = True
            line = json.dumps({"event": "first_paint", "t_ms": since_start_ms()})
            with open(sys.argv[1], "a", encoding="utf-8") as timing:  # noqa: PTH123
                timing.write(line + "\n")


def main() -> None:
    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.setWindowTitle("Bare")
    window.setCentralWidget(TextView())
    window.resize(int(sys.argv[2]), int(sys.argv[3]))
    window.show()
    app.exec()


if __name__ == "__main__":
    main()
