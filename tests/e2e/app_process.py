"""The real program as a process, and what it left in its data directory."""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import psutil

from tests.source_tree import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

COMMAND = (sys.executable, "-m", "desktop_chat")
# Guards against hanging, many times what a loaded machine needs; nothing is measured with them.
START_WITHIN_S = 60.0
END_WITHIN_S = 30.0
POLL_S = 0.01
# Nothing listens on the discard port of any machine that tests run on.
NO_SERVER = "http://127.0.0.1:9"


def wait_until(is_so: Callable[[], Any], what: str, timeout_s: float = START_WITHIN_S) -> Any:
    """Block until something is so and return what it returned."""
    deadline = time.monotonic() + timeout_s
    while not (found := is_so()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain: {what}")
        time.sleep(POLL_S)
    return found


def environment(url: str, **more: str) -> dict[str, str]:
    """Return the environment of a started program: the test's own, with this server.

    The fixtures of `tests/conftest.py` have set data directory, home and key store.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return env | {"LM_STUDIO_URL": url, "QT_QPA_PLATFORM": "offscreen"} | more


def run(
    *arguments: str, env: Mapping[str, str], text: str = "", within: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end.

    Args:
        *arguments: Its command line.
        env: Its environment.
        text: What it reads from its standard input.
        within: A command that runs it, such as one that takes rights away.
    """
    return subprocess.run(
        [*within, *COMMAND, *arguments],
        cwd=ROOT,
        env=dict(env),
        input=text,
        capture_output=True,
        text=True,
        timeout=START_WITHIN_S,
        check=False,
    )


class Program:
    """A started program whose output is read as it comes; it is killed at the end of the block.

    Attributes:
        printed: Standard output so far, as pairs of a time and a text.
    """

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        self.printed: list[tuple[float, str]] = []
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._complaints = b""
        self._is_reading = True
        self._threads = [threading.Thread(target=job) for job in (self._read, self._listen)]
        for thread in self._threads:
            thread.start()

    @property
    def text(self) -> str:
        """Everything printed so far."""
        return "".join(text for _, text in self.printed)

    @property
    def complaints(self) -> str:
        """Everything on standard error; read it after the end."""
        return self._complaints.decode()

    def text_at(self, moment: float) -> str:
        """Return what was printed by a time on the monotonic clock."""
        return "".join(text for at, text in self.printed if at <= moment)

    def send(self, number: int) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """Kill it and wait until it is gone."""
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(END_WITHIN_S)
        for thread in self._threads:
            thread.join(END_WITHIN_S)
        return status

    def terminate(self) -> int:
        """End it as the system does at a logout, and return the exit status."""
        self.send(signal.SIGTERM)
        return self.wait()

    def stop_reading(self) -> None:
        """Close our end of its standard output, as `head` does."""
        self._is_reading = False

    def children(self) -> list[psutil.Process]:
        """Return the processes that it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def _read(self) -> None:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        decoder = codecs.getincrementaldecoder("utf-8")()
        while self._is_reading and (data := os.read(descriptor, 65536)):
            self.printed.append((time.monotonic(), decoder.decode(data)))
        self.process.stdout.close()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self._complaints = self.process.stderr.read()
        self.process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.wait()


class WindowProgram(Program):
    """The window as a process; the block begins when its services run.

    Args:
        data_dir: Its data directory, where it publishes then how to reach it.
    """

    def __init__(self, data_dir: Path, *arguments: str, env: Mapping[str, str]) -> None:
        self._published = data_dir / "handover"
        # A window that was killed leaves it behind.
        self._published.unlink(missing_ok=True)
        super().__init__(*arguments, env=env)

    def __enter__(self) -> Self:
        try:
            wait_until(self._is_there_or_over, "the window's services run")
            assert self.process.poll() is None, self._over()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _is_there_or_over(self) -> bool:
        return self._published.exists() or self.process.poll() is not None

    def _over(self) -> str:
        self.wait()
        return f"the window ended: {self.complaints}"


@dataclass(frozen=True)
class Stored:
    """What is in the database, read beside whoever writes it."""

    data_dir: Path

    @property
    def path(self) -> Path:
        """The database."""
        return self.data_dir / "chats.sqlite3"

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query; none while there is no table yet."""
        if not self.path.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as db:
            try:
                return db.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise

    def messages(self, chat_id: int | None = None) -> list[dict[str, Any]]:
        """Return all messages, or those of one chat, oldest first."""
        where = "" if chat_id is None else f" WHERE chat_id = {chat_id}"
        names = ("id", "chat_id", "parent_id", "sender", "content", "status", "error", "model")
        found = self.rows(f"SELECT {', '.join(names)} FROM message{where} ORDER BY id")
        return [dict(zip(names, row, strict=True)) for row in found]

    def texts(self, sender: str = "user") -> list[str]:
        """Return the contents of the messages of one sender."""
        return [m["content"] for m in self.messages() if m["sender"] == sender]

    def last_reply(self) -> dict[str, Any]:
        """Return the newest reply."""
        return [m for m in self.messages() if m["sender"] == "llm"][-1]

    def is_sound(self) -> bool:
        """Whether the database passes SQLite's check."""
        return self.rows("PRAGMA integrity_check") == [("ok",)]


def last_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the object in the last line that a command printed; the command must have worked."""
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
