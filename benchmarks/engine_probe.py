"""Streams in many chats, stops and fails in the real window, and says what that did.

`python -m benchmarks.engine_probe URL` reads one JSON order a line, `{"do": …}` with what the
method of that name takes, and answers with one line each.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import random
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import psutil
from PySide6.QtCore import QObject

from benchmarks.probed_window import run_window
from benchmarks.watches import LoopWatch
from desktop_chat.domain.changes import ReplyEnded, ReplyGrew
from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.ui.session import Session
from desktop_chat.ui.shell import Shell

if TYPE_CHECKING:
    from desktop_chat.assembly import Reading, Services
    from desktop_chat.services.launch import Launch
    from desktop_chat.ui.window_controllers import Controllers

PROMPT = "Count."
SETTLE_S = 1.0
# What a server can do to a reply, and how often beside the others.
FAULTS = (
    "plain-2026",
    "plain-2026",
    "reasoning-content",
    "length",
    "empty-stop",
    "cut-fin",
    "cut-rst",
    "cut-before-body",
    "eof-no-finish",
    "event-error-first",
    "event-error-midway",
    "data-error-object",
    "error-then-hang",
    "done-then-open",
    "html-502",
    "empty-500",
    "invalid-json-200",
    "not-http",
    "crash-400",
    "spliced",
    "bytes-1",
    "late-headers?seconds=2",
)
# These end by Stop alone.
ENDLESS = ("stall-midway", "never", "steady?tokens=100000&rate=200")
STOP_SHARE = 0.3
LONGEST_S = 30.0


class ProbedSession(Session):
    """A session that hands its services to the probe."""

    def __init__(self, shell: Shell, launch: Launch, probe: Probe) -> None:
        super().__init__(shell, launch, on_ready=probe.is_ready.set)
        self._probe = probe

    def _connect(self, services: Services, reading: Reading) -> Controllers:
        self._probe.services = services
        self._hooks.error_caught.connect(self._probe.on_error_caught)
        return super()._connect(services, reading)


class Probe(QObject):
    """Does what it is ordered to."""

    services: Services

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._loop = LoopWatch()
        self._source = random.Random(11)
        self._errors: list[str] = []
        self.is_ready = asyncio.Event()

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        do = order.pop("do")
        answer: dict[str, Any] = await getattr(self, f"do_{do}")(**order)
        return answer | {"errors": self._errors[:3]}

    def on_error_caught(self, details: str) -> None:
        self._errors.append(details)

    async def do_side_by_side(self, chats: int, rate: int, seconds: float) -> dict[str, Any]:
        """Stream in so many chats at once, one of them shown; return the gaps of the loop."""
        model = f"scn/steady?tokens={int(rate * seconds)}&rate={rate}"
        begun = _Begun(chats)
        self.services.broadcast.subscribe(ReplyGrew, begun.on_reply_grew)
        self._shell.window.composer.send_requested.emit(PROMPT)
        began = time.perf_counter()
        async with asyncio.TaskGroup() as turns:
            for _ in range(chats):
                turns.create_task(self._turn(model))
            await begun.are_all.wait()
            self._loop.start()
            await asyncio.sleep(seconds * 0.7)
            self._loop.stop()
        tokens_per_s = chats * int(rate * seconds) / (time.perf_counter() - began)
        return {"gaps": self._loop.take(), "rate": tokens_per_s}

    async def do_stops(self, count: int) -> dict[str, Any]:
        """Stop so many replies at any time; return when each was stopped, as wall-clock time."""
        pressed = []
        for number in range(count):
            # Before the server said anything, and amid the text.
            model = "scn/never" if number % 2 else "scn/steady?tokens=100000&rate=200"
            turn = asyncio.get_running_loop().create_task(self._turn(model))
            await asyncio.sleep(0.05 + self._source.random() * 0.2)
            (chat_id,) = self.services.chat.live_chats
            pressed.append(time.time())
            self.services.chat.stop(chat_id)
            with contextlib.suppress(asyncio.CancelledError):
                await turn
        return {"pressed": pressed}

    async def do_turns(self, count: int, side_by_side: int) -> dict[str, Any]:
        """Have so many turns with whatever a server may do; return what is left over."""
        await self._some_turns(side_by_side * 4, side_by_side)
        before = await self._holdings()
        await self._some_turns(count, side_by_side)
        return {"before": before, "after": await self._holdings()}

    async def _some_turns(self, count: int, side_by_side: int) -> None:
        for _ in range(0, count, side_by_side):
            async with asyncio.timeout(LONGEST_S), asyncio.TaskGroup() as turns:
                for _ in range(side_by_side):
                    turns.create_task(self._any_turn())

    async def _any_turn(self) -> None:
        is_endless = self._source.random() < 0.1
        name = self._source.choice(ENDLESS if is_endless else FAULTS)
        turn = asyncio.get_running_loop().create_task(self._turn(f"scn/{name}"))
        if is_endless or self._source.random() < STOP_SHARE:
            await asyncio.sleep(self._source.random() * 0.1)
            turn.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await turn

    async def _turn(self, model: str) -> None:
        turn = self.services.chat.send(None, PROMPT, model_ref=ModelRef(LM_STUDIO, model))
        async with contextlib.aclosing(turn) as events:
            async for event in events:
                if isinstance(event, ReplyEnded):
                    return

    async def _holdings(self) -> dict[str, int]:
        """Count what a turn could leave behind."""
        # A look at the server may be under way just now.
        counts = []
        for _ in range(5):
            await asyncio.sleep(SETTLE_S)
            gc.collect()
            process = psutil.Process()
            counts.append(
                {
                    "tasks": len(asyncio.all_tasks()),
                    "sockets": len(process.net_connections()),
                    "files": process.num_fds(),
                    "threads": threading.active_count(),
                    "processes": len(process.children(recursive=True)),
                }
            )
        return {name: min(count[name] for count in counts) for name in counts[0]}


class _Begun:
    """Notes in which chats a reply has begun."""

    def __init__(self, count: int) -> None:
        self.are_all = asyncio.Event()
        self._count = count
        self._chats: set[int] = set()

    def on_reply_grew(self, event: ReplyGrew) -> None:
        self._chats.add(event.chat_id)
        if len(self._chats) >= self._count:
            self.are_all.set()


async def serve_orders(shell: Shell, session: Session, probe: Probe) -> None:
    loop = asyncio.get_running_loop()
    running = loop.create_task(session.run())
    await probe.is_ready.wait()
    await probe.services.engines.until_known()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await probe.obey(json.loads(line))), flush=True)
    shell.window.close()
    await running


async def serve(shell: Shell, launch: Launch) -> None:
    probe = Probe(shell)
    await serve_orders(shell, ProbedSession(shell, launch, probe), probe)


if __name__ == "__main__":
    os.environ["LM_STUDIO_URL"] = sys.argv[1]
    os.environ["LM_STUDIO_MODEL"] = "scn/steady?tokens=3000&rate=100"
    run_window(serve)
