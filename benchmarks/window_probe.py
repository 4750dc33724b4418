"""Sends messages in the real window and says what showing the replies cost.

`python -m benchmarks.window_probe URL MODEL`; orders and answers as in `stream_probe`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from benchmarks.probed_window import run_window
from desktop_chat.ui.session import Session
from desktop_chat.ui.shell import Shell

if TYPE_CHECKING:
    from desktop_chat.services.launch import Launch


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


async def serve(shell: Shell, launch: Launch) -> None:
    driver = Driver(shell)
    await serve_orders(shell, Session(shell, launch, on_ready=driver.mark_ready), driver)


if __name__ == "__main__":
    os.environ["LM_STUDIO_URL"], os.environ["LM_STUDIO_MODEL"] = sys.argv[1:]
    run_window(serve)
