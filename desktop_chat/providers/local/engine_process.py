"""The app's side of the embedded engine's process: start, answer, end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any

from desktop_chat.providers.local.child_environment import without_secrets
from desktop_chat.providers.local.process_binding import Binding, NoBinding, bind_to_this_process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop_chat.providers.local.engine_order import EngineOrder

logger = logging.getLogger(__name__)

KEPT_LINES = 40
LONGEST_LINE = 2_000
END_TIMEOUT_S = 2.0
# "0.00.007.088 E llama_model_load: error loading model: …": time, level, place, text.
LOGGED_ERROR = re.compile(r"^[\d.]+ E +[^:]+: (error loading model: )?(?P<text>.+)$")


@dataclass(frozen=True, slots=True)
class EngineStart:
    """What came of a start: a port, or the reason why there is none.

    Attributes:
        gpu_bytes: Memory of the graphics cards that the engine can use; 0 for none.
    """

    port: int | None = None
    failure: str = ""
    gpu_bytes: int = 0


class EngineProcess:
    """One run of the engine with one model.

    `start` must be called on a thread that lives as long as the app, in practice that of the
    event loop: Linux ends the engine with the *thread* that started it. Everything else is called
    on that thread too; two reader threads of this class report to it.

    Attributes:
        order: What it was told to load.
        key: Random; the engine refuses requests without it.
        started: Its result comes when the model is loaded or cannot be; it never raises.
        exited: Its result is the exit status, negative for a signal; it never raises.
        is_ending: True once `end` was called, so that the exit is no crash.
    """

    def __init__(self, command: Sequence[str], order: EngineOrder) -> None:
        self._loop = asyncio.get_running_loop()
        self.order = order
        self.key = os.urandom(32).hex()
        self.started: asyncio.Future[EngineStart] = self._loop.create_future()
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self.is_ending = False
        self._command = tuple(command)
        self._popen: subprocess.Popen[bytes] | None = None
        self._started_at = self._loop.time()
        self._binding: Binding = NoBinding()
        self._log: deque[str] = deque(maxlen=KEPT_LINES)

    @property
    def pid(self) -> int | None:
        """The number of the process; None before it was started."""
        return self._popen.pid if self._popen else None

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return self._loop.time() - self._started_at

    def start(self) -> None:
        """Start the process; takes some milliseconds and returns before the model is loaded."""
        self._started_at = self._loop.time()
        try:
            self._popen = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=without_secrets(),
                creationflags=_creation_flags(),
                # Ctrl+C, or a signal to the whole group, is for the app, which ends the engine.
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror or "it cannot be started"
            self.started.set_result(EngineStart(failure=f"{self._command[0]}: {reason}"))
            self.exited.set_result(1)
            return
        self._binding = bind_to_this_process(self._popen)
        self._send_order(self._popen)
        logger.info("engine %s starts with %s", self._popen.pid, self.order.path.name)
        log_thread = self._run_thread(self._read_log, self._popen)
        self._run_thread(self._read_answer, self._popen, log_thread)

    def kill(self) -> None:
        """Kill the process, which has nothing to save, and do not wait for its end."""
        self.is_ending = True
        if self._popen is not None and not self.exited.done():
            self._popen.kill()

    async def end(self) -> None:
        """Kill the process and wait until it is gone."""
        self.kill()
        if self._popen is None or self.exited.done():
            return
        await asyncio.wait({self.exited}, timeout=END_TIMEOUT_S)

    def failure_detail(self) -> str:
        """Say in a few words how the process ended and what it complained about before."""
        words = exit_words(self.exited.result()) if self.exited.done() else ""
        return ": ".join(part for part in (words, self._complaint()) if part)

    def _send_order(self, popen: subprocess.Popen[bytes]) -> None:
        order = asdict(self.order) | {"path": str(self.order.path)}
        order |= {"key": self.key, "parent": os.getpid()}
        assert popen.stdin is not None
        # Not closed afterwards: its end would tell the engine that the app is gone.
        with contextlib.suppress(OSError):
            popen.stdin.write(json.dumps(order).encode() + b"\n")
            popen.stdin.flush()

    def _run_thread(self, target: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, name="engine", daemon=True)
        thread.start()
        return thread

    def _read_log(self, popen: subprocess.Popen[bytes]) -> None:
        assert popen.stderr is not None
        # Read always: a full pipe would stop the engine.
        while line := popen.stderr.readline(LONGEST_LINE):
            self._log.append(line.decode("utf-8", errors="replace").rstrip())

    def _read_answer(self, popen: subprocess.Popen[bytes], log_thread: threading.Thread) -> None:
        assert popen.stdout is not None
        line = popen.stdout.readline(LONGEST_LINE)
        start = _parse_answer(line)
        if start is not None and start.port is not None:
            self._report(self._on_started, start)
        while popen.stdout.read(LONGEST_LINE):
            pass
        status = popen.wait()
        log_thread.join(END_TIMEOUT_S)
        _close_pipes(popen)
        self._report(self._on_exited, status, start)

    def _report(self, callback: Callable[..., None], *arguments: object) -> None:
        # The loop may be closed when the app is on its way out.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _on_started(self, start: EngineStart) -> None:
        if not self.started.done():
            self.started.set_result(start)

    def _on_exited(self, status: int, start: EngineStart | None) -> None:
        self._binding.release()
        self.exited.set_result(status)
        if not self.is_ending:
            logger.info("engine %s ended, %s: %s", self.pid, exit_words(status), list(self._log))
        said = start.failure if start else ""
        detail = (self._complaint() or said) if said else self.failure_detail()
        self._on_started(EngineStart(failure=detail))

    def _complaint(self) -> str:
        """Return the first error that llama.cpp logged, which is the cause of the others."""
        matches = (LOGGED_ERROR.match(line) for line in tuple(self._log))
        return next((match["text"] for match in matches if match), "")


def exit_words(status: int) -> str:
    """Word an exit status: negative ones are signals."""
    if status == -getattr(signal, "SIGKILL", 9):
        return "killed from outside, perhaps because memory ran out"
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
        return f"signal {-status}"
    return f"exit status {status:#x}" if status > 255 else f"exit status {status}"


def _parse_answer(line: bytes) -> EngineStart | None:
    try:
        answer: dict[str, Any] = json.loads(line)
        if "port" in answer:
            return EngineStart(int(answer["port"]), gpu_bytes=int(answer.get("gpu_bytes", 0)))
        return EngineStart(failure=str(answer["error"]))
    except (ValueError, TypeError, KeyError):
        return None


def _close_pipes(popen: subprocess.Popen[bytes]) -> None:
    pipes: tuple[IO[bytes] | None, ...] = (popen.stdin, popen.stdout, popen.stderr)
    for pipe in pipes:
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _creation_flags() -> int:
    """No console window on Windows, and no share in its Ctrl+C."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0
