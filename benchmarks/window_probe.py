"""Sends messages in the real window and says what showing the replies cost.

`python -m benchmarks.window_probe URL MODEL`; orders and answers as in `stream_probe`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QObject

from desktop_chat import paths
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.first_list import read_first_chats
from desktop_chat.storage.lock import DataDirectoryLock
from desktop_chat.ui import application
from desktop_chat.ui.session import Session
from desktop_chat.ui.shell import Shell

PROMPT = "Count."


class Driver(QObject):
    """Types and sends; counts from the first delta on screen to the end of the reply."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._window = shell.window
        self._used_at_first: float | None = None
        self._is_over = asyncio.Event()
        self.is_ready = asyncio.Event()
        self._window.composer.streaming_changed.connect(self._on_streaming_changed)

    def mark_ready(self) -> None:
        self._shell.transcript.delta_appended.connect(self._on_delta_appended)
        self.is_ready.set()

    async def model_found(self) -> None:
        picker = self._window.header.model_picker
        found = asyncio.Event()
        picker.choices_changed.connect(found.set)
        if not picker.choices:
            await found.wait()

    async def turn(self) -> float:
        """Processor time of one reply in seconds."""
        self._used_at_first = None
        self._is_over.clear()
        self._window.composer.send_requested.emit(PROMPT)
        await self._is_over.wait()
        if self._used_at_first is None:
            raise RuntimeError("no delta came into the window")
        return time.process_time() - self._used_at_first

    def _on_delta_appended(self) -> None:
        if self._used_at_first is None:
            self._used_at_first = time.process_time()

    def _on_streaming_changed(self, is_streaming: bool) -> None:
        if not is_streaming:
            self._is_over.set()


async def serve_orders(shell: Shell, session: Session, driver: Driver) -> None:
    loop = asyncio.get_running_loop()
    running = loop.create_task(session.run())
    await driver.is_ready.wait()
    await driver.model_found()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        tokens = json.loads(line)["tokens"]
        cost = await driver.turn()
        print(json.dumps({"cpu_us": cost / tokens * 1e6}), flush=True)
    shell.window.close()
    await running


def main() -> None:
    os.environ["LM_STUDIO_URL"], os.environ["LM_STUDIO_MODEL"] = sys.argv[1:]
    launch = read_launch({}, reads_working_directory=False)
    lock = DataDirectoryLock(launch.data_dir)
    lock.acquire()
    chats = read_first_chats(Path(paths.database_path(launch.data_dir)))
    shell = Shell(theme="light", text_size=100)
    shell.show_and_paint()
    shell.build(chats)

    async def run() -> None:
        driver = Driver(shell)
        session = Session(shell, launch, on_ready=driver.mark_ready)
        await serve_orders(shell, session, driver)

    try:
        application.run(shell.app, run)
    finally:
        lock.release()


if __name__ == "__main__":
    main()
