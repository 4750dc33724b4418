"""Kills working processes at random moments, and looks at what is left.

Run as `python -m tests.storage.crashes.kills KIND ROUNDS SEED FOLDER`; prints how many were killed
and how much they had said. It forks, so that each life is a real process and starts at once.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from tests.storage.crashes.lives import LIVES, Life
from tests.storage.crashes.recording import recorded


def be_born(life: Life, path: Path, pipe: int) -> NoReturn:
    """Work until killed, in the process that was forked for it."""

    def say(*words: Any) -> None:
        os.write(pipe, json.dumps(words).encode() + b"\n")

    try:
        life.live(path, say)
    except BaseException:
        traceback.print_exc()
    # A life has no end of its own.
    os._exit(1)


def kill_one(life: Life, path: Path, chance: random.Random) -> list[list[Any]]:
    """Let a process work for a moment, kill it, and return what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        be_born(life, path, writing)
    os.close(writing)
    time.sleep(chance.uniform(0.002, life.longest_s))
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status), "it ended before it was killed"
    # A last line without its end was said by halves.
    return [json.loads(line) for line in said.split(b"\n")[:-1]]


def make_template(life: Life, folder: Path, kind: str) -> None:
    folder.mkdir(mode=0o700, parents=True)
    path = folder / "chats.sqlite3"
    if kind == "migration":
        shutil.copy(recorded(1), path)
    life.prepare(path)


def main(kind: str, rounds: int, seed: int, folder: Path) -> None:
    life, chance = LIVES[kind], random.Random(seed)
    make_template(life, folder / "template", kind)
    said_in_all = 0
    for number in range(rounds):
        data = folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(folder / "template", data)
        said = kill_one(life, data / "chats.sqlite3", chance)
        said_in_all += len(said)
        try:
            life.look(data / "chats.sqlite3", said)
        except BaseException:
            print(f"round {number} after {said[-3:]}", file=sys.stderr)
            raise
    print(rounds, said_in_all)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
