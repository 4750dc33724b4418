"""The transcript: opening, jumping, scrolling, streaming, typing, and what it holds in memory."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks import transcript_database as database
from benchmarks.desktop import NO_SERVER, environment, screen
from benchmarks.result import Result
from benchmarks.start import memory_mb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAIRS = 40
JUMPS = 300
WHEEL_S = 15.0
CHATS, WARM_UP = 1_000, 20
FRAME_MS = 16.7
RATE = 1_000.0
PIECE = 4
FULL, QUICK = 500_000, 60_000
# Around these numbers of characters the processor time of a token is compared.
EARLY = (2_500, 7_500)
LATE = 5_000
EARLY_RUNS = 3
AFTER = 2_500


class WindowEndedError(Exception):
    """The process with the window ended before it answered."""


class BrokenWindowError(Exception):
    """Something in the window raised an error: no figure counts."""


class Window:
    """A process with the real window that does what it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid
        self.weights: dict[int, float] = {}

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do} | order) + "\n")
        self._process.stdin.flush()
        self.weights = {}
        while line := self._process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            if "mark" not in answer:
                for where in answer["where"]:
                    print(f"    {where}")
                if answer["errors"]:
                    print("\n".join(answer["errors"]), file=sys.stderr)
                    raise BrokenWindowError(do)
                return answer
            self.weights[answer["mark"]] = memory_mb(self.pid)
        raise WindowEndedError(do)

    def kill(self) -> None:
        self._process.kill()


@contextlib.contextmanager
def window(data_dir: Path, on_screen: dict[str, str], url: str = NO_SERVER) -> Iterator[Window]:
    """Open the window on a data directory."""
    command = [sys.executable, "-m", "benchmarks.transcript_probe", url]
    env = environment(data_dir, url) | on_screen
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env) as process:
        try:
            yield Window(process)
        except BaseException:
            process.kill()
            raise


@contextlib.contextmanager
def stream_server() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.stream_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def measure_transcript(only: str = "", *, quick: bool = False) -> dict[str, Result]:
    """Measure all, or only "open", "move", "stream" or "chats"."""
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as folder, screen() as on_screen:
        data_dir = Path(folder) / "data"
        database.fill(data_dir, WARM_UP + CHATS)
        # Each in a process of its own: what one leaves behind is not in the other's way.
        for name, measure in PARTS.items():
            if only in ("", name):
                print(f"  {name} …", flush=True)
                results |= measure(data_dir, on_screen, quick)
    return results


def measure_open(data_dir: Path, on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    pair = [database.LONG_CHAT, database.SHORT_CHAT]
    with window(data_dir, on_screen) as shown:
        shown.ask("open", chats=pair * 3)  # imports, fonts
        count = 10 if quick else PAIRS
        times = shown.ask("open", chats=pair * count)["ms"]
    long, short = median(times[::2]), median(times[1::2])
    return {
        "open_10000": Result(long, "ms", 1.5, count, short),
        "open_10000_ms": Result(long, "ms", 50.0, count),
    }


def measure_move(data_dir: Path, on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    with window(data_dir, on_screen) as shown:
        shown.ask("open", chats=[database.LONG_CHAT])
        shown.ask("jump", count=10)
        jumps = shown.ask("jump", count=60 if quick else JUMPS)["ms"]
        wheel = shown.ask("wheel", seconds=4.0 if quick else WHEEL_S)
    _print_spread("jumps", jumps)
    _print_spread("wheel", wheel["ms"])
    _print_spread("keys", wheel["keys"])
    return {
        "jump_p95": Result(part(jumps, 0.95), "ms", 16.0, len(jumps)),
        "wheel_p99": Result(part(wheel["ms"], 0.99), "ms", FRAME_MS, len(wheel["ms"])),
        "typing_while_scrolling_p99": Result(
            part(wheel["keys"], 0.99), "ms", FRAME_MS, len(wheel["keys"])
        ),
    }


def measure_stream(data_dir: Path, on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    end = QUICK if quick else FULL
    late = [end - 3 * LATE, end - 2 * LATE, end - LATE, end]
    order = {"text": "rich", "rate": RATE, "piece": PIECE}
    with stream_server() as url, window(data_dir, on_screen, url) as shown:
        shown.ask("stream", **order, characters=2_000, marks=[], unwatched=[])
        early = [
            _cost(
                shown.ask(
                    "stream", **order, characters=EARLY[1] + AFTER, marks=EARLY, unwatched=EARLY
                )
            )[0]
            for _ in range(EARLY_RUNS)
        ]
        light = end // 10
        whole = shown.ask(
            "stream",
            **order,
            characters=end + AFTER,
            marks=[light, *late],
            unwatched=[late[0], end],
        )
        growth = shown.weights[end] - shown.weights[light]
    costs = _cost(whole)[1:]
    gaps, keys, pixels = whole["gaps"], whole["keys"], whole["token_to_pixel"]
    rate = whole["tokens"] / whole["seconds"]
    print(f"  {whole['tokens']} tokens in {whole['seconds']:.1f} s, {rate:.0f} a second")
    _print_spread("gaps", gaps)
    _print_spread("keys", keys)
    _print_spread("token to pixel", pixels)
    return {
        "stream_gap_p999": Result(part(gaps, 0.999), "ms", FRAME_MS, len(gaps)),
        "stream_gap_max": Result(max(gaps), "ms", 50.0, len(gaps)),
        "stream_cost_per_token": Result(median(costs), "us", 1.2, len(costs), median(early)),
        "stream_memory": Result(growth, "MB", 20.0, 1),
        "token_to_pixel_p95": Result(part(pixels, 0.95), "ms", 2 * FRAME_MS, len(pixels)),
        "typing_while_streaming_p99": Result(part(keys, 0.99), "ms", FRAME_MS, len(keys)),
    }


def _cost(answer: dict[str, Any]) -> list[float]:
    """Microseconds of the GUI thread for each token, between one mark and the next."""
    passed = answer["passed"]
    return [
        (after[2] - before[2]) / (after[1] - before[1]) * 1e6 for before, after in pairwise(passed)
    ]


def measure_chats(data_dir: Path, on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    count = 200 if quick else CHATS
    first = database.FIRST_CHAT
    with window(data_dir, on_screen) as shown:
        shown.ask("open", chats=list(range(first, first + WARM_UP)))
        before = memory_mb(shown.pid)
        first += WARM_UP
        shown.ask("open", chats=list(range(first, first + count)))
        after = memory_mb(shown.pid)
    print(f"  {before:.1f} MB, then {after:.1f} MB")
    return {"chats_1000": Result(after - before, "MB", 10.0, count)}


PARTS = {
    "open": measure_open,
    "move": measure_move,
    "stream": measure_stream,
    "chats": measure_chats,
}


def part(samples: Sequence[float], share: float) -> float:
    """Return what this share of the samples does not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _print_spread(name: str, samples: Sequence[float]) -> None:
    shares = ", ".join(
        f"p{share:g} {part(samples, share / 100):.1f}" for share in (50, 95, 99, 99.9)
    )
    print(f"  {name}: {shares}, most {max(samples):.1f} ms")
