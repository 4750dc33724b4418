"""The embedded engine's process: llama.cpp's server on this machine, until the app is gone.

It gets one JSON line on standard input, answers one on standard output, and then serves until
its standard input ends. Whatever llama.cpp prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
# Replies of so many chats run side by side; they share the context's memory.
PARALLEL_REPLIES = 4
# llama.cpp's own default for kept prompts is 8 GB.
PROMPT_CACHE_MIB = 256
# So many tokens of a prompt are read before the engine tells how far it is, and before it looks
# for a reply that was stopped. With llama.cpp's own 2048 most prompts are over by then; a
# processor was measured to read as fast with this.
PROMPT_STEP_TOKENS = 256
WARNINGS_AND_ERRORS = 2
NICENESS = 5
# From -1000, never killed, to 1000, killed first.
OOM_FILE, OOM_SCORE = Path("/proc/self/oom_score_adj"), "700"
FEW_PROCESSORS = 4


def main() -> int:
    """Load the model named on standard input and serve it; returns the exit status."""
    _die_with_thread_of_parent()
    answer = _take_over_stdout()
    order = _read_order()
    if order is None or _is_parent_gone(order):
        return 1
    _stay_in_background()
    if os.name == "posix" and sys.platform != "linux":
        start_watcher()
    try:
        server = _start_server(order)
    except ImportError:
        _answer(answer, {"error": "the part that runs models (xllamacpp) is not installed"})
        return 1
    except (RuntimeError, ValueError) as error:
        _answer(answer, {"error": str(error)})
        return 1
    port = int(server.listening_address.rsplit(":", 1)[1])
    _answer(answer, {"port": port, "gpu_bytes": _gpu_bytes()})
    _wait_for_end_of_stdin()
    # No tidy end: nothing is to be saved, and the app must not wait for a running reply.
    os._exit(0)


def _die_with_thread_of_parent() -> None:
    """Ask Linux to kill this process with the thread that started it.

    It works while a load holds the interpreter's lock, when no Python thread could notice.
    """
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _take_over_stdout() -> int:
    # What a library prints must not end up in the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    return answer


def _read_order() -> dict[str, Any] | None:
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(0, 65536)
        if not data:
            return None
        line += data
    order: dict[str, Any] = json.loads(line)
    return order


def _is_parent_gone(order: dict[str, Any]) -> bool:
    # On Windows a launcher may stand between; there the job object binds us.
    return os.name == "posix" and os.getppid() != order["parent"]


def _stay_in_background() -> None:
    if os.name == "posix":
        import resource

        # A crash would leave a file as large as the model.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # The window's process goes first when processors are few.
        os.nice(NICENESS)
    if sys.platform == "linux":
        # When memory runs out, the system ends this process and not the window.
        with contextlib.suppress(OSError), OOM_FILE.open("w") as file:
            file.write(OOM_SCORE)


def start_watcher() -> None:
    """Fork a process that kills this one as soon as the other end of standard input is closed.

    For systems without a parent-death signal. The watcher has an interpreter lock of its own, so
    it works during a load too; it ends when this process does.
    """
    # Only this process keeps the writing end, so the reading end tells when it is gone.
    alive_read, _alive_write = os.pipe()
    engine = os.getpid()
    if os.fork():
        os.close(alive_read)
        return
    # Held open here, the engine's files would hide its end from the app.
    os.dup2(alive_read, 1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 2)
    os.closerange(3, 64)
    _watch(1, engine)
    os._exit(0)


def _watch(alive: int, engine: int) -> None:
    import select

    ready, _, _ = select.select([0, alive], [], [])
    if alive not in ready and os.getppid() == engine:
        with contextlib.suppress(ProcessLookupError):
            os.kill(engine, signal.SIGKILL)


def _start_server(order: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["path"]
    params.offline = True
    params.n_ctx = order["context_length"]
    params.n_parallel = PARALLEL_REPLIES
    # One pool instead of a fixed share each: a single chat may use the whole context.
    params.kv_unified = True
    params.cache_ram_mib = PROMPT_CACHE_MIB
    # A graphics card reads long steps faster, and none of them takes it long.
    params.n_batch = params.n_ubatch if _gpu_bytes() > 0 else PROMPT_STEP_TOKENS
    # The first prompt does what warming up would do, and nobody waits for both.
    params.warmup = False
    # Loads the model once more to see what fits on a graphics card.
    params.fit_params = order["gpu_layers"] is None and _gpu_bytes() > 0
    if order["gpu_layers"] is not None:
        params.n_gpu_layers = order["gpu_layers"]
    params.verbosity = WARNINGS_AND_ERRORS
    if threads := order["threads"] or _threads():
        params.cpuparams.n_threads = threads
        params.cpuparams_batch.n_threads = threads
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [order["key"]]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = False
    return xllamacpp.Server(params)


def _threads() -> int:
    """Return how many processors to use; 0 leaves the choice to llama.cpp.

    Its threads wait for each other at every step. With as many as there are processors, a single
    other busy process, such as our window, was measured to cost nine tenths of the speed.
    """
    processors = os.cpu_count() or 1
    return max(1, processors - 1) if processors <= FEW_PROCESSORS else 0


def _gpu_bytes() -> int:
    """Return how much memory the graphics cards have that this build can use."""
    import xllamacpp

    # Integrated ones too; the third kind only helps the processor.
    kinds = xllamacpp.ggml_backend_dev_type
    cards = {getattr(kinds, f"GGML_BACKEND_DEVICE_TYPE_{name}", None) for name in ("GPU", "IGPU")}
    devices = xllamacpp.get_device_info()
    return sum(int(device["memory_total"]) for device in devices if device["type"] in cards)


def _answer(file: int, answer: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        os.write(file, json.dumps(answer).encode() + b"\n")


def _wait_for_end_of_stdin() -> None:
    while os.read(0, 4096):
        pass


if __name__ == "__main__":
    sys.exit(main())
