"""How long hostile texts stop the window at worst: stored ones, sent ones, streamed ones."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import transcript_database as database
from benchmarks.desktop import screen
from benchmarks.hostile import MEGA, STREAMED, TEXTS
from benchmarks.result import Result
from benchmarks.transcript import Window, WindowEndedError, stream_server, window

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_MS = 200.0
# A window that does not answer for so long is ended, and counts as having stopped for as long.
PATIENCE_S = 120.0
# A megabyte in five seconds.
STREAM_RATE, STREAM_PIECE = 1_000.0, 200
SLOWEST_SHOWN = 12
CHATS = {name: database.FIRST_CHAT + 2 * number for number, name in enumerate(TEXTS)}


class Stalls:
    """Opens windows as they are needed, and keeps the longest stall of each text and step."""

    def __init__(self, data_dir: Path, on_screen: dict[str, str], url: str) -> None:
        self._data_dir = data_dir
        self._on_screen = on_screen
        self._url = url
        self._opened = contextlib.ExitStack()
        self._window: Window | None = None
        self.longest: dict[str, float] = {}

    def take(self, name: str, ask: Callable[[Window], dict[str, float]]) -> None:
        """Ask the window for something; one that does not come back is replaced."""
        if self._window is None:
            self._window = self._opened.enter_context(
                window(self._data_dir, self._on_screen, self._url)
            )
        patience = threading.Timer(PATIENCE_S, self._window.kill)
        patience.start()
        try:
            longest = ask(self._window)
        except WindowEndedError:
            longest = {"never came back": PATIENCE_S * 1e3}
            self._window = None
            self._opened.close()
        finally:
            patience.cancel()
        self.longest |= {f"{name}, {step}": gap for step, gap in longest.items()}
        step = max(longest, key=lambda one: longest[one])
        print(f"  {name:34} {longest[step]:9.1f} ms  ({step})", flush=True)

    def close(self) -> None:
        self._opened.close()


def measure_stall(only: str = "", *, quick: bool = False) -> dict[str, Result]:
    """Measure all texts, or those whose name begins with `only`."""
    names = [name for name in TEXTS if name.startswith(only)]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with database.filler(folder / "data") as add:
            for name in names:
                _add(add, name)
        on_screen = stack.enter_context(screen())
        url = stack.enter_context(stream_server())
        stalls = Stalls(folder / "data", on_screen, url)
        stack.callback(stalls.close)
        for name in names:
            _measure(stalls, name, quick=quick)
    worst = sorted(stalls.longest, key=lambda one: -stalls.longest[one])
    print("the longest:")
    for one in worst[:SLOWEST_SHOWN]:
        print(f"  {one}: {stalls.longest[one]:.1f} ms")
    return {"stall": Result(stalls.longest[worst[0]], "ms", LIMIT_MS, len(stalls.longest))}


def _add(add: database.Filler, name: str) -> None:
    text = TEXTS[name]()
    add.add_chat(CHATS[name], name, [(0, "Why?"), (1, text)])
    add.add_chat(CHATS[name] + 1, f"{name}, sent", [(0, text), (1, "I see.")])


def _measure(stalls: Stalls, name: str, *, quick: bool) -> None:
    chat = CHATS[name]
    stalls.take(name, lambda shown: dict(shown.ask("show", chat=chat)["longest"]))
    stalls.take(f"{name}, sent", lambda shown: dict(shown.ask("show", chat=chat + 1)["longest"]))
    if name in STREAMED:
        size = MEGA // 10 if quick else MEGA
        stalls.take(f"{name}, streamed", lambda shown: {"stream": _streamed(shown, name, size)})


def _streamed(shown: Window, name: str, size: int) -> float:
    order = {"text": name, "characters": size, "rate": STREAM_RATE, "piece": STREAM_PIECE}
    gaps: list[float] = shown.ask("stream", **order, marks=[], unwatched=[])["gaps"]
    return max(gaps)
