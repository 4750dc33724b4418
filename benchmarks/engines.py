"""Engines: decoding, the cost of a token, Stop, many replies at once, and what is left behind."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.desktop import environment, screen
from benchmarks.recorded_stream import frames, wire
from benchmarks.result import Result
from benchmarks.streams import probe, standin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DECODE_ROUNDS = 15
# The issue asks for 0.8 × the speed of the bare decoder.
DECODE_LIMIT = 1 / 0.8
TOKEN_ROUNDS, TOKENS, TOKEN_RATE = 5, 5_000, 1_000
CHATS, CHAT_RATE, CHAT_S = 20, 100, 20.0
FRAME_MS, LONGEST_MS = 16.7, 50.0
STOPS, STOP_MS = 100, 200.0
TURNS, SIDE_BY_SIDE = 1_000, 10
KINDS = ("tasks", "sockets", "files", "threads", "processes")


def measure_engines(part: str = "", *, quick: bool = False) -> dict[str, Result]:
    parts: dict[str, Callable[[bool], dict[str, Result]]] = {
        "decode": measure_decoding,
        "token": measure_token,
        "together": measure_together,
        "stop": measure_stop,
        "leaks": measure_leaks,
    }
    results: dict[str, Result] = {}
    for name in [part] if part else parts:
        results |= parts[name](quick)
    return results


def measure_decoding(quick: bool) -> dict[str, Result]:
    """Decode a whole stream, in turns with the bare JSON decoder."""
    from desktop_chat.providers.dialect.chunks import ChunkDecoder
    from desktop_chat.providers.wire.failures import Failures

    given = frames()
    pieces = wire(given)
    bare, ours = [], []
    for _ in range(3 if quick else DECODE_ROUNDS):
        began = time.perf_counter()
        for frame in given:
            json.loads(frame)
        bare.append(time.perf_counter() - began)
        decoder = ChunkDecoder(Failures("http://127.0.0.1:1234"))
        began = time.perf_counter()
        count = sum(len(decoder.feed(piece)) for piece in pieces)
        ours.append(time.perf_counter() - began)
        if count != len(given) or not decoder.is_done:
            raise RuntimeError(f"{count} of {len(given)} chunks came")
    value, baseline = (median(times) / len(given) * 1e6 for times in (ours, bare))
    return {"decode_frame": Result(value, "us", DECODE_LIMIT, len(bare), baseline)}


def measure_token(quick: bool) -> dict[str, Result]:
    """Processor time of a token at full speed, provider and service, in turns with bare httpx."""
    bare: list[float] = []
    ours: list[float] = []
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(standin())
        env = environment(folder / "data") | {"QT_QPA_PLATFORM": "offscreen"}
        reader = stack.enter_context(probe("benchmarks.stream_probe", [url], env))
        for how in ("bare", "service"):
            reader.ask(how, tokens=50, rate=TOKEN_RATE)
        for _ in range(2 if quick else TOKEN_ROUNDS):
            for how, costs in (("bare", bare), ("service", ours)):
                costs.append(reader.ask(how, tokens=TOKENS, rate=TOKEN_RATE)["cpu_us"])
    return {"cpu_per_token_fast": Result(median(ours), "us", 1.3, len(bare), median(bare))}


class Window:
    """A process with the real window that does what it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do} | order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if answer["errors"]:
            raise RuntimeError(answer["errors"][0])
        return answer


@contextlib.contextmanager
def server(*arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.engine_server", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@contextlib.contextmanager
def window(*arguments: str) -> Iterator[tuple[Window, str]]:
    """Run the real window beside a server of its own; yields it and the server's address."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(server(*arguments))
        env = environment(folder / "data") | stack.enter_context(screen())
        command = [sys.executable, "-m", "benchmarks.engine_probe", url]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env)
        with stack.enter_context(process):
            yield Window(process), url


def measure_together(quick: bool) -> dict[str, Result]:
    with window() as (shown, _url):
        seconds = 6.0 if quick else CHAT_S
        answer = shown.ask("side_by_side", chats=CHATS, rate=CHAT_RATE, seconds=seconds)
    print(f"  {answer['rate']:.0f} tokens a second", flush=True)
    if answer["rate"] < CHATS * CHAT_RATE * 0.8:
        raise RuntimeError("the server did not keep up")
    gaps = sorted(answer["gaps"])
    return {
        "loop_gap_20_chats_p99": Result(_percentile(gaps, 99), "ms", FRAME_MS, len(gaps)),
        "loop_gap_20_chats_max": Result(gaps[-1], "ms", LONGEST_MS, len(gaps)),
    }


def measure_stop(quick: bool) -> dict[str, Result]:
    with window() as (shown, url):
        pressed = shown.ask("stops", count=20 if quick else STOPS)["pressed"]
        with urllib.request.urlopen(f"{url}/__lab/log") as reply:
            log = [entry for entry in json.load(reply) if entry["method"] == "POST"]
    # A reply that was stopped before its request went out has no entry.
    waits = sorted(_wait_ms(entry, pressed) for entry in log)
    if len(waits) < len(pressed) * 0.8:
        raise RuntimeError(f"{len(waits)} requests for {len(pressed)} stops")
    return {"stop_to_close_p99": Result(_percentile(waits, 99), "ms", STOP_MS, len(waits))}


def _wait_ms(entry: dict[str, Any], pressed: list[float]) -> float:
    stopped = min(press for press in pressed if press >= entry["time"])
    closed: float = entry["time"] + entry["closed_after_s"]
    return (closed - stopped) * 1e3


def measure_leaks(quick: bool) -> dict[str, Result]:
    count = 100 if quick else TURNS
    with window("--list") as (shown, _url):
        answer = shown.ask("turns", count=count, side_by_side=SIDE_BY_SIDE)
    before, after = answer["before"], answer["after"]
    return {
        f"left_{kind}": Result(after[kind] - before[kind], "pieces", 0, count) for kind in KINDS
    }


def _percentile(values: list[float], percent: float) -> float:
    return values[min(len(values) - 1, int(len(values) * percent / 100))]
