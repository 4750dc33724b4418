"""kill -9 at any moment of a stream costs no message and at most the last second of a reply."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psutil
import pytest

from desktop_chat.assembly import open_services
from desktop_chat.domain.errors import ChatError
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.handover import ask_holder
from tests.e2e.app_process import (
    NO_SERVER,
    Program,
    Stored,
    WindowProgram,
    environment,
    run,
    wait_until,
)
from tests.standin.chunks import numbered_words
from tests.standin.thread import StandInThread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATE = 200
MOMENTS = [random.Random(seed).uniform(0, 2.5) for seed in range(20)]
# More at once, and the stand-in no longer keeps to its rate on two processors.
AT_ONCE = 3
MAY_BE_LOST_S = 1.0
GONE_WITHIN_S = 2.0
QUESTION = "What stays of me?"


@pytest.fixture
def steady() -> Iterator[StandInThread]:
    """A server that answers every question with numbered words, steadily."""
    with StandInThread(parallel=AT_ONCE + 1) as server:
        server.play("steady", times=1000, tokens=4000, rate=RATE)
        yield server


def start_again(data_dir: Path) -> None:
    """What the next start does first, whether it is a window or a command."""

    async def start() -> None:
        launch = read_launch({"data_dir": str(data_dir)}, reads_working_directory=False)
        await (await open_services(launch)).aclose()

    asyncio.run(start())


def check(data_dir: Path, seen_in_time: str, seen: str) -> str:
    """Look at what a killed program left, before and after the next start; return the reply."""
    stored = Stored(data_dir)
    assert stored.is_sound()
    assert stored.texts("user") == [QUESTION]
    assert stored.last_reply()["status"] == "streaming"
    start_again(data_dir)
    reply = stored.last_reply()
    assert reply["status"] == "interrupted"
    assert numbered_words(4000).startswith(reply["content"])
    assert reply["content"].startswith(seen_in_time)
    assert seen.startswith(seen_in_time)
    assert stored.is_sound()
    return str(reply["content"])


def kill_ask(url: str, data_dir: Path, after_s: float) -> str:
    """Kill `ask` so long after its question is stored, and look at what is left."""
    stored = Stored(data_dir)
    arguments = ("--data-dir", str(data_dir), "ask", QUESTION)
    with Program(*arguments, env=environment(url)) as program:
        wait_until(stored.messages, "the question is stored")
        time.sleep(after_s)
        killed_at = time.monotonic()
        program.kill()
        return check(data_dir, program.text_at(killed_at - MAY_BE_LOST_S), program.text)


class Asker:
    """Asks the window's process, as `ask` does, and keeps what comes back with its time."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.heard: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        try:
            for item in ask_holder(self._data_dir, {"do": "ask", "text": QUESTION}):
                self.heard.append((time.monotonic(), str(item.get("text", ""))))
        except ChatError:
            pass  # the window is gone

    def text_at(self, moment: float) -> str:
        """Return what had come by then."""
        return "".join(text for at, text in self.heard if at <= moment)

    def wait(self) -> str:
        """Wait until the window is gone and return everything that came."""
        self._thread.join()
        return self.text_at(time.monotonic())


def kill_window(url: str, data_dir: Path, after_s: float) -> str:
    """Kill the window so long after a question is stored, and look at what is left."""
    stored = Stored(data_dir)
    with WindowProgram(data_dir, "--data-dir", str(data_dir), env=environment(url)) as window:
        asker = Asker(data_dir)
        wait_until(stored.messages, "the question is stored")
        time.sleep(after_s)
        killed_at = time.monotonic()
        window.kill()
        seen = asker.wait()
    return check(data_dir, asker.text_at(killed_at - MAY_BE_LOST_S), seen)


@pytest.mark.parametrize(
    ("kill", "moments"), [(kill_ask, MOMENTS[:10]), (kill_window, MOMENTS[10:])]
)
def test_row_1_kill_at_random_moments_loses_at_most_a_second(steady, tmp_path, kill, moments):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [
            pool.submit(kill, steady.url, tmp_path / f"data-{number}", after_s)
            for number, after_s in enumerate(moments)
        ]
    kept = [trial.result() for trial in done]
    assert sum(len(text.split()) for text in kept) > RATE, "the streams were hardly there"


def test_row_2_kill_before_the_first_byte_keeps_the_question(standin_thread, env, stored):
    standin_thread.play("never")
    with Program("ask", QUESTION, env=env) as program:
        wait_until(stored.messages, "the question is stored")
        program.kill()
    assert stored.texts("user") == [QUESTION]
    assert stored.last_reply()["content"] == ""


def test_row_26_start_after_a_kill_takes_lock_and_socket(standin_thread, env, stored, data_dir):
    standin_thread.play("stop-mid")
    with WindowProgram(data_dir, env=env) as window, Program("ask", "first", env=env) as asking:
        wait_until(lambda: asking.text, "the reply has begun")
        window.kill()
        asking.wait()
    with WindowProgram(data_dir, env=env) as window:
        assert stored.last_reply()["status"] == "interrupted"
        assert run("ask", "second", env=env).returncode == 0
        assert window.terminate() == 0
    assert stored.texts("user") == ["first", "second"]


@pytest.mark.engine
def test_kill_of_the_program_ends_its_engine(installed_model, data_dir):
    question = ("ask", "Tell me a long story.", "--max-tokens", "3000")
    with Program(*question, env=environment(NO_SERVER)) as program:
        wait_until(lambda: program.text, "the engine answers")
        children = program.children()
        assert children
        program.kill()
        _, left = psutil.wait_procs(children, timeout=GONE_WITHIN_S)
        assert left == []
