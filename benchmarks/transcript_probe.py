"""Opens chats, scrolls and streams in the real window and says how long everything took.

`python -m benchmarks.transcript_probe URL` reads one JSON order a line, `{"do": …}` with what the
method of that name takes, and answers with one line each. A line `{"mark": …}` before the answer
says that the process can be weighed now.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from array import array
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from benchmarks.probed_window import run_window
from benchmarks.stream_server import MODEL
from benchmarks.watches import (
    KEY_MS,
    LoopWatch,
    PaintWatch,
    Tracer,
    Typist,
    press_key,
    wheel_step,
)
from desktop_chat.domain.changes import ReplyGrew
from desktop_chat.domain.chat import ChatId
from desktop_chat.ui.session import Session
from desktop_chat.ui.shell import Shell

if TYPE_CHECKING:
    from desktop_chat.assembly import Reading, Services
    from desktop_chat.services.launch import Launch
    from desktop_chat.ui.window_controllers import Controllers

# Set it to see where the event loop was held up.
TRACE = "BENCHMARK_TRACE"
WHEEL_RATE = 60
# The wheel turns the other way this often, elsewhere in the text.
TURN_EVERY = 150
PAINT_WITHIN_S = 30.0
# Nothing happens any more once no gap was longer than this for so long.
QUIET_GAP_MS = 5.0
QUIET_S = 0.25
# A text of 10 MB is read in slices meanwhile; that may go on.
OPEN_S, STEP_S = 20.0, 5.0


class ProbedSession(Session):
    """A session that tells of pieces of a reply before the window hears of them."""

    def __init__(self, shell: Shell, launch: Launch, probe: Probe) -> None:
        super().__init__(shell, launch, on_ready=probe.is_ready.set)
        self._probe = probe

    def _connect(self, services: Services, reading: Reading) -> Controllers:
        services.broadcast.subscribe(ReplyGrew, self._probe.on_reply_grew)
        self._hooks.error_caught.connect(self._probe.on_error_caught)
        self._probe.controllers = super()._connect(services, reading)
        return self._probe.controllers


class Stream:
    """What is noted while one reply is written."""

    def __init__(self, marks: list[int]) -> None:
        self.characters = 0
        self.tokens = 0
        self.marks = marks
        self.passed: list[tuple[int, int, float, float]] = []
        self.arrived = array("d")
        self.token_to_pixel = array("d")


class Probe(QObject):
    """Does what it is ordered to."""

    controllers: Controllers

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._window = shell.window
        self._view = shell.window.transcript
        self._paints = PaintWatch(shell.window)
        self._loop = LoopWatch()
        # It costs time itself, so it looks only where it is asked to.
        self._tracer = Tracer(self._loop) if os.environ.get(TRACE) else None
        self._typist = Typist(shell.window.composer.prompt, self._paints)
        self._source = random.Random(7)
        self._stream = Stream([])
        self._watched = True
        # A window that breaks on the way may well be quick.
        self._errors: list[str] = []
        self._is_over = asyncio.Event()
        self.is_ready = asyncio.Event()
        self._window.composer.streaming_changed.connect(self._on_streaming_changed)
        shell.transcript.delta_appended.connect(self._on_delta_appended)

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        do = order.pop("do")
        answer: dict[str, Any] = await getattr(self, f"do_{do}")(**order)
        where = self._tracer.take() if self._tracer is not None else []
        return answer | {"errors": self._errors[:3], "where": where}

    def on_error_caught(self, details: str) -> None:
        self._errors.append(details)

    # Opening

    async def do_open(self, chats: list[int]) -> dict[str, Any]:
        """Open these chats one after the other."""
        return {"ms": [await self._open(chat) for chat in chats]}

    async def _open(self, chat: int) -> float:
        if self._shell.transcript.chat_id == chat:
            return 0.0
        painted = self._paints.painted()
        began = perf_counter()
        self._window.sidebar.chat_selected.emit(ChatId(chat))
        ended = await asyncio.wait_for(painted, PAINT_WITHIN_S)
        # What is painted in colours or as a formula comes now, before the next chat is opened.
        await asyncio.sleep(0.03)
        return (ended - began) * 1e3

    # Moving about

    async def do_jump(self, count: int) -> dict[str, Any]:
        return {"ms": [await self._jump() for _ in range(count)]}

    async def _jump(self) -> float:
        bar = self._view.verticalScrollBar()
        painted = self._paints.painted()
        began = perf_counter()
        bar.setValue(self._source.randint(0, max(1, bar.maximum())))
        self._view.viewport().update()  # also if the place is the same
        ended = await asyncio.wait_for(painted, PAINT_WITHIN_S)
        await asyncio.sleep(0.01)
        return (ended - began) * 1e3

    async def do_wheel(self, seconds: float, types: bool = True) -> dict[str, Any]:
        """Scroll at a steady rate, up and down by turns, and type."""
        samples = array("d")
        self._typist.samples = array("d")
        if types:
            self._typist.start()
        due = perf_counter()
        for number in range(round(seconds * WHEEL_RATE)):
            if number % TURN_EVERY == 0:
                await self._jump()
                due = perf_counter()
            due += 1 / WHEEL_RATE
            await asyncio.sleep(max(0.0, due - perf_counter()))
            self._paints.expect(samples, perf_counter())
            wheel_step(self._view, 1 if number // TURN_EVERY % 2 else -1)
            self._view.viewport().update(0, 0, 1, 1)  # a step that moves nothing is over too
        self._typist.stop()
        await asyncio.sleep(0.1)
        return {"ms": samples.tolist(), "keys": self._typist.samples.tolist()}

    # Streaming

    async def do_stream(
        self,
        text: str,
        characters: int,
        rate: float,
        piece: int,
        marks: list[int],
        unwatched: list[int],
    ) -> dict[str, Any]:
        """Have a reply written in a new chat.

        Args:
            text, characters, rate, piece: The order for `stream_server`.
            marks: Numbers of characters at which processor time is read.
            unwatched: From and to which number of characters nothing is watched and nothing
                typed, so that only the reply costs anything.
        """
        self._window.new_chat_requested.emit()
        await self._model_found()
        self._stream = Stream(sorted(marks))
        self._unwatched = unwatched
        self._typist.samples = array("d")
        self._loop.take()
        self._watch(True)
        self._is_over.clear()
        order = {"text": text, "characters": characters, "rate": rate, "piece": piece}
        began = perf_counter()
        self._window.composer.send_requested.emit(json.dumps(order))
        await self._is_over.wait()
        took = perf_counter() - began
        await self._quiet(5.0)
        self._watch(False)
        stream = self._stream
        return {
            "seconds": took,
            "characters": stream.characters,
            "tokens": stream.tokens,
            "passed": stream.passed,
            "token_to_pixel": stream.token_to_pixel.tolist(),
            "gaps": self._loop.take(),
            "keys": self._typist.samples.tolist(),
        }

    def _watch(self, on: bool) -> None:
        self._watched = on
        if on:
            self._loop.start()
            self._typist.start()
        else:
            self._loop.stop()
            self._typist.stop()

    async def _model_found(self) -> None:
        picker = self._window.header.model_picker
        found = asyncio.Event()
        picker.choices_changed.connect(found.set)
        while not picker.choices:
            await found.wait()
            found.clear()

    def on_reply_grew(self, event: ReplyGrew) -> None:
        stream = self._stream
        stream.characters += len(event.text)
        stream.tokens += 1
        if self._watched:
            stream.arrived.append(perf_counter())
        while stream.marks and stream.characters >= stream.marks[0]:
            self._pass(stream.marks.pop(0))

    def _pass(self, mark: int) -> None:
        stream = self._stream
        stream.passed.append((mark, stream.tokens, thread_time(), perf_counter()))
        if self._unwatched and mark in self._unwatched:
            self._watch(mark != self._unwatched[0])
        print(json.dumps({"mark": mark}), flush=True)

    def _on_delta_appended(self) -> None:
        stream = self._stream
        for arrived in stream.arrived:
            self._paints.expect(stream.token_to_pixel, arrived)
        stream.arrived = array("d")

    def _on_streaming_changed(self, is_streaming: bool) -> None:
        if not is_streaming:
            self._is_over.set()

    # The library

    async def do_list(self, count: int) -> dict[str, Any]:
        """Read the chat list anew until it is painted, so many times."""
        times = []
        for _ in range(count):
            painted = self._paints.painted()
            began = perf_counter()
            self.controllers.chats.reload()
            self._window.sidebar.update()
            times.append((await asyncio.wait_for(painted, PAINT_WITHIN_S) - began) * 1e3)
        return {"ms": times}

    async def do_search(self, texts: list[str]) -> dict[str, Any]:
        """Type into the search field at a steady rate; the longest gap after each key."""
        field = self._window.sidebar.search_field
        keys = []
        self._loop.take()
        self._loop.start()
        for text in texts:
            for character in text:
                press_key(field, character)
                await asyncio.sleep(KEY_MS / 1e3)
                keys.append(max(self._loop.take(), default=0.0))
            field.clear()
            await self._quiet(STEP_S)
            self._loop.take()
        self._loop.stop()
        return {"keys": keys}

    # Hostile texts

    async def do_show(self, chat: int) -> dict[str, Any]:
        """Open a chat and move about in it; the longest gap of each step."""
        longest: dict[str, float] = {}
        self._loop.take()
        self._loop.start()
        try:
            self._window.sidebar.chat_selected.emit(ChatId(chat))
            longest["open"] = await self._longest(OPEN_S)
            for name, step in (
                ("start", self._to_start),
                ("end", self._view.scroll_to_end),
                ("jump", self._jump_now),
                ("jump again", self._jump_now),
                ("wheel", self._turn_wheel),
                ("narrower", self._narrower),
                ("wider", self._wider),
                ("select", self._view.select_all),
                ("leave", self._window.new_chat_requested.emit),
            ):
                step()
                longest[name] = await self._longest(STEP_S)
        finally:
            self._loop.stop()
        return {"longest": longest}

    def _to_start(self) -> None:
        self._view.scroll_to(0)

    def _jump_now(self) -> None:
        bar = self._view.verticalScrollBar()
        bar.setValue(self._source.randint(0, max(1, bar.maximum())))

    def _turn_wheel(self) -> None:
        wheel_step(self._view, 3)

    def _narrower(self) -> None:
        self._window.resize(self._window.width() - 300, self._window.height())

    def _wider(self) -> None:
        self._window.resize(self._window.width() + 300, self._window.height())

    async def _longest(self, within_s: float) -> float:
        await self._quiet(within_s)
        return max(self._loop.take(), default=0.0)

    async def _quiet(self, at_most_s: float) -> None:
        """Wait until the window has nothing left to do."""
        deadline = perf_counter() + at_most_s
        while perf_counter() < deadline:
            seen = len(self._loop.gaps)
            await asyncio.sleep(QUIET_S)
            is_busy = self._view.stage.layout.unfinished()
            if not is_busy and max(self._loop.gaps[seen:], default=0.0) < QUIET_GAP_MS:
                return


async def serve_orders(shell: Shell, session: Session, probe: Probe) -> None:
    loop = asyncio.get_running_loop()
    running = loop.create_task(session.run())
    await probe.is_ready.wait()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer = await probe.obey(json.loads(line))
        print(json.dumps(answer), flush=True)
    shell.window.close()
    await running


async def serve(shell: Shell, launch: Launch) -> None:
    probe = Probe(shell)
    await serve_orders(shell, ProbedSession(shell, launch, probe), probe)


if __name__ == "__main__":
    os.environ["LM_STUDIO_URL"], os.environ["LM_STUDIO_MODEL"] = sys.argv[1], MODEL
    run_window(serve)
