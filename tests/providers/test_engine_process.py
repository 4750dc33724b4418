"""The engine's process: how it starts, what it says, and that it ends with the app."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import anyio
import psutil
import pytest

from desktop_chat.providers.local.engine_order import EngineOrder
from desktop_chat.providers.local.engine_process import (
    EngineProcess,
    EngineStart,
    exit_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.anyio

ENGINE = [sys.executable, "-m", "desktop_chat.providers.local.engine_child"]
ANSWER = "import sys, json; order = json.loads(sys.stdin.readline())\n"


def process(command: Sequence[str], path: Path = Path("tiny.gguf")) -> EngineProcess:
    return EngineProcess(command, EngineOrder(path, 512))


def script(text: str) -> list[str]:
    return [sys.executable, "-c", ANSWER + text]


async def started(engine: EngineProcess) -> EngineStart:
    engine.start()
    with anyio.fail_after(60):
        return await engine.started


async def test_order_names_file_length_key_and_parent() -> None:
    engine = process(script("print(json.dumps({'error': json.dumps(order)}), flush=True)"))
    order = json.loads((await started(engine)).failure)
    assert order["path"] == "tiny.gguf"
    assert order["context_length"] == 512
    assert order["key"] == engine.key
    assert len(engine.key) >= 32
    assert order["parent"] == psutil.Process().pid


async def test_port_is_reported_while_the_process_runs() -> None:
    engine = process(script("print('{\"port\": 4711}', flush=True); sys.stdin.read()"))
    assert (await started(engine)).port == 4711
    assert not engine.exited.done()
    await engine.end()
    assert engine.exited.result() == -signal.SIGKILL
    assert not psutil.pid_exists(engine.pid or 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Process groups are POSIX.")
async def test_engine_is_out_of_reach_of_signals_to_the_apps_group() -> None:
    engine = process(script("import os; print(json.dumps({'port': os.getpgid(0)}), flush=True)"))
    group = (await started(engine)).port
    assert group == engine.pid
    assert group != os.getpgid(0)
    await engine.exited


async def test_flood_of_log_lines_does_not_block_the_engine() -> None:
    flood = "sys.stderr.write('noise ' * 200 + chr(10))\n"
    engine = process(script(f"for _ in range(5000): {flood}print('{{\"port\": 1}}')"))
    assert (await started(engine)).port == 1
    assert await engine.exited == 0


async def test_first_logged_error_is_the_reason_of_a_failed_load() -> None:
    log = "1.0 I srv init: ok\n1.1 E load: error loading model: odd shape\n1.2 E x: y\n"
    engine = process(
        script(f"sys.stderr.write({log!r}); print(json.dumps({{'error': 'failed'}}), flush=True)")
    )
    assert await started(engine) == EngineStart(failure="odd shape")


async def test_end_before_the_answer_is_a_failure_that_names_the_signal() -> None:
    engine = process(script("import os; os.kill(os.getpid(), 6)"))
    assert (await started(engine)).failure == "signal SIGABRT"


@pytest.mark.parametrize("answer", ["no json", "[]", "{}", '{"port": "x"}', ""])
async def test_unreadable_answer_is_a_failure(answer: str) -> None:
    engine = process(script(f"print({answer!r}, flush=True)"))
    assert await started(engine) == EngineStart(failure="exit status 0")


async def test_command_that_cannot_be_run_is_a_failure(tmp_path: Path) -> None:
    engine = process([str(tmp_path / "absent")])
    assert "No such file" in (await started(engine)).failure
    await engine.end()


def test_exit_words_are_for_people() -> None:
    assert exit_words(3) == "exit status 3"
    assert exit_words(0xC0000005) == "exit status 0xc0000005"
    assert exit_words(-signal.SIGSEGV) == "signal SIGSEGV"
    assert exit_words(-99) == "signal 99"
    assert "memory" in exit_words(-signal.SIGKILL)


async def test_engine_with_a_file_that_is_no_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "no.gguf"
    path.write_text("import this")
    start = await started(process(ENGINE, path))
    assert start.port is None
    assert "invalid magic" in start.failure


@pytest.mark.engine
async def test_engine_refuses_requests_without_its_key(starter_model: Path) -> None:
    engine = process(ENGINE, starter_model)
    port = (await started(engine)).port
    address = f"http://127.0.0.1:{port}/v1/models"
    for key in ("", "wrong", engine.key[:-1]):
        with pytest.raises(HTTPError) as caught:
            ask(address, key)
        assert caught.value.code == 401
        caught.value.close()
    assert ask(address, engine.key) == 200
    await engine.end()


def ask(address: str, key: str) -> int:
    request = Request(address, headers={"Authorization": f"Bearer {key}"})
    with urlopen(request, timeout=10) as reply:
        status: int = reply.status
        return status


@pytest.mark.engine
async def test_engine_listens_on_loopback_only(starter_model: Path) -> None:
    engine = process(ENGINE, starter_model)
    port = (await started(engine)).port
    sockets = psutil.Process(engine.pid).net_connections()
    listening = [s.laddr for s in sockets if s.status == psutil.CONN_LISTEN]
    assert [(place.ip, place.port) for place in listening] == [("127.0.0.1", port)]
    await engine.end()


APP = """
import asyncio, sys
from pathlib import Path
from desktop_chat.providers.local.engine_order import EngineOrder
from desktop_chat.providers.local.engine_process import EngineProcess

async def main():
    engine = EngineProcess(sys.argv[2:], EngineOrder(Path(sys.argv[1]), 512))
    engine.start()
    print(engine.pid, flush=True)
    if (await engine.started).port:
        print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.engine
@pytest.mark.skipif(sys.platform != "linux", reason="The parent-death signal is Linux's.")
@pytest.mark.parametrize("moment", ["loading", "ready"])
def test_engine_ends_when_the_app_is_killed(
    starter_model: Path,
    moment: str,
) -> None:
    command = [sys.executable, "-c", APP, str(starter_model), *ENGINE]
    app = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    engine = psutil.Process(int(app.stdout.readline()))
    if moment == "ready":
        assert app.stdout.readline() == "ready\n"
    app.kill()
    app.wait()
    app.stdout.close()
    engine.wait(timeout=2)


WATCHED = """
import sys, time
from desktop_chat.providers.local.engine_child import start_watcher
start_watcher()
print("watched", flush=True)
time.sleep(float(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has job objects.")
async def test_watcher_kills_the_engine_when_the_app_is_gone() -> None:
    engine = watched("600")
    assert engine.stdin is not None
    (watcher,) = psutil.Process(engine.pid).children()
    engine.stdin.close()
    assert engine.wait(timeout=10) == -signal.SIGKILL
    await gone(watcher)
    close(engine)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has job objects.")
async def test_watcher_ends_with_the_engine() -> None:
    engine = watched("600")
    (watcher,) = psutil.Process(engine.pid).children()
    engine.terminate()
    assert engine.wait(timeout=10) == -signal.SIGTERM
    await gone(watcher)
    close(engine)


def watched(seconds: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WATCHED, seconds]
    engine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    assert engine.stdout.readline() == "watched\n"
    return engine


async def gone(watcher: psutil.Process) -> None:
    with anyio.fail_after(10):
        while watcher.is_running() and watcher.status() != psutil.STATUS_ZOMBIE:
            await anyio.sleep(0.02)


def close(engine: subprocess.Popen[str]) -> None:
    for pipe in (engine.stdin, engine.stdout):
        if pipe is not None:
            pipe.close()
