"""What a stream costs: time to its first word, and processor time for each token."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.desktop import NO_SERVER, environment, screen
from benchmarks.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST_PAIRS = 40
STEADY_ROUNDS = 3
RATE = 200
# Four seconds of reply.
TOKENS = 800
MODEL = f"scn/steady?tokens={TOKENS}&rate={RATE}"
# The issue allows a fixed part beside the factor.
FIRST_FACTOR = 1.2
FIRST_EXTRA_MS = 5.0


class Probe:
    """A process that reads streams when told to, and says what each one cost."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, how: str, *, tokens: int, rate: int) -> dict[str, float]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"how": how, "tokens": tokens, "rate": rate}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, float] = json.loads(self._process.stdout.readline())
        return answer


@contextlib.contextmanager
def standin() -> Iterator[str]:
    """Run the stand-in server as a process of its own and yield its address."""
    command = [sys.executable, "-m", "tests.standin", "--few", "--offer", MODEL, "--load", MODEL]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@contextlib.contextmanager
def probe(module: str, arguments: list[str], env: Mapping[str, str]) -> Iterator[Probe]:
    """Run a probe; it ends when its input does."""
    command = [sys.executable, "-m", module, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=env) as process:
        yield Probe(process)


def measure_streams() -> dict[str, Result]:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(standin())
        # The screen of the window; the other probe has none.
        shown = stack.enter_context(screen())
        plain_env = environment(folder / "plain") | {"QT_QPA_PLATFORM": "offscreen"}
        window_env = environment(folder / "window", NO_SERVER) | shown
        plain = stack.enter_context(probe("benchmarks.stream_probe", [url], plain_env))
        window = stack.enter_context(probe("benchmarks.window_probe", [url, MODEL], window_env))
        for how in ("bare", "service"):
            plain.ask(how, tokens=20, rate=1000)  # imports, tables, connections
        window.ask("window", tokens=TOKENS, rate=RATE)
        return measure_first(plain) | measure_steady(plain, window)


def measure_first(plain: Probe) -> dict[str, Result]:
    bare, ours = [], []
    for _ in range(FIRST_PAIRS):
        bare.append(plain.ask("bare", tokens=3, rate=1000)["first_ms"])
        ours.append(plain.ask("service", tokens=3, rate=1000)["first_ms"])
    baseline = median(bare)
    limit = FIRST_FACTOR + FIRST_EXTRA_MS / baseline
    return {"first_delta": Result(median(ours), "ms", limit, FIRST_PAIRS, baseline)}


def measure_steady(plain: Probe, window: Probe) -> dict[str, Result]:
    bare, service, shown = [], [], []
    for _ in range(STEADY_ROUNDS):
        bare.append(plain.ask("bare", tokens=TOKENS, rate=RATE)["cpu_us"])
        service.append(plain.ask("service", tokens=TOKENS, rate=RATE)["cpu_us"])
        shown.append(window.ask("window", tokens=TOKENS, rate=RATE)["cpu_us"])
    baseline = median(bare)
    return {
        "cpu_per_token_service": Result(median(service), "us", 1.5, STEADY_ROUNDS, baseline),
        "cpu_per_token_window": Result(median(shown), "us", 2.5, STEADY_ROUNDS, baseline),
    }
