"""How long until the window is there, and what it holds in memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from benchmarks.big_database import fill
from benchmarks.desktop import environment, screen
from benchmarks.result import Result
from desktop_chat.ui import sizes

PAIRS = 11
# Waiting three seconds in each run would triple the time that this takes.
MEMORY_PAIRS = 3
MEMORY_AFTER_S = 3.0
START_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    first_paint_ms: float
    ready_ms: float
    memory_mb: float


def measure_start() -> dict[str, Result]:
    with tempfile.TemporaryDirectory() as folder, screen() as on_screen:
        data_dir = Path(folder) / "data"
        print("making a database of 100 000 messages …", flush=True)
        fill(data_dir)
        env = environment(data_dir) | on_screen
        size = [str(sizes.WINDOW_WIDTH), str(sizes.WINDOW_HEIGHT)]
        timing = Path(folder) / "timing.jsonl"
        bare_command = [sys.executable, "-m", "benchmarks.bare_window", str(timing), *size]
        our_command = [sys.executable, "-m", "desktop_chat"]
        env["DESKTOP_CHAT_TIMING"] = str(timing)
        # The first start of each reads from disk what the later ones find in memory.
        run(bare_command, env, timing, has_ready=False)
        run(our_command, env, timing)
        bare, ours = [], []
        for number in range(PAIRS):
            weighs = number < MEMORY_PAIRS
            bare.append(run(bare_command, env, timing, has_ready=False, weighs=weighs))
            ours.append(run(our_command, env, timing, weighs=weighs))
    return compare(bare, ours)


def compare(bare: list[Start], ours: list[Start]) -> dict[str, Result]:
    bare_paint = median(start.first_paint_ms for start in bare)
    bare_memory = median(start.memory_mb for start in bare[:MEMORY_PAIRS])
    our_paint = median(start.first_paint_ms for start in ours)
    our_ready = median(start.ready_ms for start in ours)
    our_memory = median(start.memory_mb for start in ours[:MEMORY_PAIRS])
    return {
        "start_first_paint": Result(our_paint, "ms", 1.5, PAIRS, bare_paint),
        "start_ready": Result(our_ready, "ms", 2.5, PAIRS, bare_paint),
        "start_memory": Result(our_memory, "MB", 1.6, MEMORY_PAIRS, bare_memory),
    }


def run(
    command: list[str],
    env: dict[str, str],
    timing: Path,
    *,
    has_ready: bool = True,
    weighs: bool = False,
) -> Start:
    """Start a program, wait for its marks, weigh it if asked to, and end it."""
    timing.unlink(missing_ok=True)
    process = subprocess.Popen(command, env=env)
    try:
        marks = wait_for_mark(timing, "first_paint", process)
        painted_at = time.monotonic()
        if has_ready:
            marks = wait_for_mark(timing, "ready", process)
        memory = 0.0
        if weighs:
            time.sleep(max(0.0, painted_at + MEMORY_AFTER_S - time.monotonic()))
            memory = memory_mb(process.pid)
    finally:
        process.terminate()
        process.wait()
    return Start(marks["first_paint"], marks.get("ready", 0.0), memory)


def wait_for_mark(timing: Path, mark: str, process: subprocess.Popen[bytes]) -> dict[str, float]:
    """Read the marks that a program wrote down until the one that is waited for is there."""
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        lines = timing.read_text(encoding="utf-8").splitlines() if timing.exists() else []
        marks = {row["event"]: float(row["t_ms"]) for row in map(json.loads, lines)}
        if mark in marks:
            return marks
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} never came to {mark!r} (status {process.poll()})")


def memory_mb(pid: int) -> float:
    """The memory of a process and its children; what is shared counts in shares (PSS)."""
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    texts = [Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii") for one in family]
    return sum(int(kb) for text in texts for kb in re.findall(r"^Pss:\s+(\d+)", text, re.M)) / 1024
