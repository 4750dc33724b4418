"""A program of a few lines in which something fails: `python -m tests.ui.hooks_child KIND FOLDER`.

It prints what the hooks told of, and at last how often its loop came round after that.
"""

from __future__ import annotations

import asyncio
import faulthandler
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from desktop_chat.services.background import Worker
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui import application
from desktop_chat.ui.dialogs.alert import show_alert
from desktop_chat.ui.hooks import CrashFile, ErrorHooks


def fail() -> None:
    raise ValueError("planned")


async def fail_later() -> None:
    fail()


class Failing(QWidget):
    @override
    def paintEvent(self, event: object) -> None:
        fail()


class Program(QObject):
    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._hooks = ErrorHooks(self)
        self._tasks = TaskScope(on_error=self._hooks.report)
        self._caught = asyncio.Event()
        self._hooks.error_caught.connect(self._on_error_caught)

    def _on_error_caught(self, details: str) -> None:
        print("caught:", details.strip().splitlines()[-1], flush=True)
        self._caught.set()

    async def run(self) -> int:
        self._hooks.install()
        self._hooks.install_in_loop(asyncio.get_running_loop())
        getattr(self, f"_{self._kind}")()
        await self._caught.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        print("goes on", flush=True)
        await self._tasks.aclose()
        return 0

    def _slot(self) -> None:
        QTimer.singleShot(0, fail)

    def _paint(self) -> None:
        self._failing = Failing()
        self._failing.show()

    def _task(self) -> None:
        self._tasks.spawn(fail_later())

    def _callback(self) -> None:
        asyncio.get_running_loop().call_soon(fail)

    def _thread(self) -> None:
        threading.Thread(target=fail).start()

    def _worker(self) -> None:
        self._tasks.spawn(self._fail_in_worker())

    def _hidden(self) -> None:
        """Close the only window there is: a dialog of one that is hidden."""
        self._widget = QWidget()
        self._widget.show()
        self._widget.hide()
        alert = show_alert(self._widget, "A sentence.")
        alert.finished.connect(self._caught.set)
        alert.accept()

    def _hanging(self) -> None:
        """End while a thread waits for what does not come, as a host's name may not."""
        self._tasks.spawn(asyncio.to_thread(time.sleep, 1000))
        asyncio.get_running_loop().call_later(0.1, self._caught.set)

    async def _fail_in_worker(self) -> None:
        worker = Worker("failing")
        try:
            await worker.run(fail)
        finally:
            worker.close()


def main(kind: str, folder: Path) -> int:
    app = application.make_application()
    if kind == "crash":
        print("has crashed before:", CrashFile(folder).open(), flush=True)
        faulthandler._sigsegv()  # type: ignore[attr-defined]
    return application.run(app, Program(kind).run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
