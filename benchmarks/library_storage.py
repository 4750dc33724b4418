"""Searching, backing up and importing, each beside what bare SQLite needs for the same."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks import library_database
from benchmarks.result import Result
from desktop_chat import paths
from desktop_chat.assembly import import_command
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.importing.service import ImportService
from desktop_chat.services.library.search import SearchService
from desktop_chat.storage.backups.copies import make_backup
from desktop_chat.storage.database import open_database
from desktop_chat.storage.sqlite.backup import copy_pages

if TYPE_CHECKING:
    from collections.abc import Callable

IMPORTED, PER_CHAT = 100_000, 50
SEARCH_PAIRS, BACKUP_PAIRS = 9, 3
# A very common word, two common ones, a phrase, the beginning of a word, a rare word.
SEARCHED = ("the", "model", "answer code", '"answer code"', "canc", "bacedifo")
COMMON = SEARCHED[:5]

NEWEST = """
SELECT id FROM (
    SELECT rowid AS id, rank AS score FROM message_text WHERE message_text MATCH ?
    ORDER BY rowid DESC LIMIT 2000
) ORDER BY score, id DESC
"""
TITLES = """
SELECT rowid FROM chat_title WHERE chat_title MATCH ? LIMIT 100
"""


def measure_search(data_dir: Path, _on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    """The first results of some searches, against the bare queries of FTS5."""
    path = paths.database_path(data_dir)
    pairs = 3 if quick else SEARCH_PAIRS
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        times = asyncio.run(_search_in_turns(path, connection, pairs))
    for text, (bare, ours) in times.items():
        print(f"    {text:16} {ours:7.1f} ms, bare {bare:7.1f} ms")
    worst = max(times, key=lambda text: times[text][1] / times[text][0])
    slowest = max(times[text][1] for text in COMMON)
    return {
        "library_search": Result(times[worst][1], "ms", 1.5, pairs, times[worst][0]),
        "library_search_common": Result(slowest, "ms", 100.0, pairs),
    }


async def _search_in_turns(
    path: Path, connection: sqlite3.Connection, pairs: int
) -> dict[str, tuple[float, float]]:
    service = SearchService(path)
    times: dict[str, tuple[float, float]] = {}
    try:
        await service.search("the")
        for text in SEARCHED:
            bare, ours = [], []
            for _ in range(pairs):
                began = perf_counter()
                _search_bare(connection, f"{text}*" if text[-1].isalpha() else text)
                bare.append((perf_counter() - began) * 1e3)
                began = perf_counter()
                await service.search(text)
                ours.append((perf_counter() - began) * 1e3)
            times[text] = (median(bare), median(ours))
    finally:
        service.close()
    return times


def _search_bare(connection: sqlite3.Connection, match: str) -> int:
    titles = connection.execute(TITLES, (match,)).fetchall()
    return len(titles) + len(connection.execute(NEWEST, (match,)).fetchall())


def measure_import(data_dir: Path, _on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    """An import into the big database, against the bare insertion of the same rows."""
    messages = IMPORTED // (10 if quick else 1)
    with tempfile.TemporaryDirectory(dir=data_dir.parent) as folder:
        source = Path(folder) / "source"
        library_database.fill(source, messages // PER_CHAT, PER_CHAT)
        file = Path(folder) / "library.json"
        _export(paths.database_path(source), file)
        # Each into a copy of its own.
        bare_path, our_path = (
            _copy_of(paths.database_path(data_dir), Path(folder) / name)
            for name in ("bare", "ours")
        )
        bare = _insert_bare(bare_path, paths.database_path(source))
        read, took = asyncio.run(_import(our_path, file))
    print(f"    read {read:.2f} s, taken over {took:.2f} s, bare {bare:.2f} s")
    return {
        "library_import": Result(took, "s", 2.0, 1, bare),
        "library_import_with_reading": Result(read + took, "s", 2.0, 1, bare),
    }


async def _import(path: Path, file: Path) -> tuple[float, float]:
    """Read and take over a file; return how long each took, in seconds."""
    db = open_database(path)
    writer = Worker("writer")
    service = ImportService(db, writer, Broadcast(), import_command())
    try:
        async with await service.open([file]) as opened:
            began = perf_counter()
            await opened.read(_nothing)
            is_read = perf_counter()
            result = await opened.run(_nothing)
            ended = perf_counter()
    finally:
        await writer.run(db.close)
        writer.close()
    assert result.messages > 0
    return is_read - began, ended - is_read


def _export(database: Path, file: Path) -> None:
    command = [sys.executable, "-m", "desktop_chat", "export", "--all", "--format", "json"]
    command += ["-o", str(file), "--data-dir", str(database.parent)]
    subprocess.run(command, check=True)


def _nothing(_done: int, _total: int) -> None:
    pass


def _insert_bare(path: Path, source: Path) -> float:
    """Insert the rows of another database in one transaction; return the seconds."""
    with contextlib.closing(sqlite3.connect(source)) as connection:
        chats = connection.execute("SELECT title, created_at, updated_at FROM chat").fetchall()
        messages = connection.execute(
            "SELECT id, chat_id, parent_id, depth, sender, content, status, created_at FROM message"
        ).fetchall()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        (chat,) = connection.execute("SELECT max(id) FROM chat").fetchone()
        (message,) = connection.execute("SELECT max(id) FROM message").fetchone()
        began = perf_counter()
        with connection:
            connection.executemany(
                "INSERT INTO chat (title, created_at, updated_at) VALUES (?, ?, ?)", chats
            )
            connection.executemany(
                library_database.INSERT_MESSAGE,
                (
                    (
                        row[0] + message,
                        row[1] + chat,
                        row[2] and row[2] + message,
                        *row[3:6],
                        row[7],
                    )
                    for row in messages
                ),
            )
        return perf_counter() - began


def _copy_of(path: Path, folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return Path(shutil.copy(path, folder / path.name))


def measure_backup(data_dir: Path, _on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    """The copying of a backup, against `Connection.backup` alone; verified, it takes longer."""
    path = paths.database_path(data_dir)
    pairs = 1 if quick else BACKUP_PAIRS
    bare: list[float] = []
    ours: list[float] = []
    for _ in range(pairs):
        for times, copy in ((bare, sqlite3.Connection.backup), (ours, copy_pages)):
            with tempfile.TemporaryDirectory(dir=data_dir.parent) as folder:
                times.append(_copy(path, Path(folder) / "copy", copy))
    began = perf_counter()
    backup = make_backup(path, "daily", datetime.now(UTC))
    whole = perf_counter() - began
    backup.path.unlink()
    return {
        "library_backup_copy": Result(median(ours), "s", 1 / 0.7, pairs, median(bare)),
        "library_backup_verified": Result(whole, "s", 10.0, 1, median(bare)),
    }


def _copy(path: Path, target: Path, copy: Callable[..., object]) -> float:
    with (
        contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(target, isolation_level=None)) as connection,
    ):
        began = perf_counter()
        copy(source, connection)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
        return perf_counter() - began
