"""A library of a million messages: start, chat list, opening, search, import, backup, memory."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import library_database as database
from benchmarks.desktop import environment, screen
from benchmarks.library_storage import measure_backup, measure_import, measure_search
from benchmarks.result import Result
from benchmarks.start import Start, run
from benchmarks.transcript import window

PAIRS, MEMORY_PAIRS = 9, 3
OPENED, WARM_UP = 60, 6
LISTED = 20
SEED = 7


def measure_library(only: str = "", *, quick: bool = False) -> dict[str, Result]:
    """Measure all, or only "start", "chats", "search", "import" or "backup"."""
    results: dict[str, Result] = {}
    with tempfile.TemporaryDirectory() as folder, screen() as on_screen:
        data_dir = Path(folder) / "data"
        chats = database.CHATS // (20 if quick else 1)
        print(f"  making a database of {chats * database.MESSAGES_PER_CHAT} messages …", flush=True)
        database.fill(data_dir, chats)
        for name, measure in PARTS.items():
            if only in ("", name):
                print(f"  {name} …", flush=True)
                results |= measure(data_dir, on_screen, quick)
    return results


def measure_start(data_dir: Path, on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    """The start and its memory, with the library and with an empty database."""
    timing = data_dir.parent / "timing.jsonl"
    command = [sys.executable, "-m", "desktop_chat"]
    full = environment(data_dir) | on_screen | {"DESKTOP_CHAT_TIMING": str(timing)}
    empty = full | {"DESKTOP_CHAT_DATA_DIR": str(data_dir.parent / "empty")}
    for env in (empty, full):
        run(command, env, timing)  # reads from disk what the later ones find in memory
    without: list[Start] = []
    with_library: list[Start] = []
    pairs = 3 if quick else PAIRS
    for number in range(pairs):
        weighs = number < MEMORY_PAIRS
        without.append(run(command, empty, timing, weighs=weighs))
        with_library.append(run(command, full, timing, weighs=weighs))
    return {
        "library_first_paint": _pair(with_library, without, "first_paint_ms", 1.2),
        "library_ready": _pair(with_library, without, "ready_ms", 1.2),
        "library_memory": _pair(
            with_library[:MEMORY_PAIRS], without[:MEMORY_PAIRS], "memory_mb", 1.3
        ),
    }


def _pair(ours: list[Start], bare: list[Start], field: str, limit: float) -> Result:
    unit = "MB" if field.endswith("mb") else "ms"
    values = (median(getattr(start, field) for start in starts) for starts in (ours, bare))
    value, baseline = values
    return Result(value, unit, limit, len(ours), baseline)


def measure_chats(data_dir: Path, on_screen: dict[str, str], quick: bool) -> dict[str, Result]:
    """The chat list until it is painted, and any chat until it is."""
    source = random.Random(SEED)
    count = 15 if quick else OPENED
    chats = source.sample(range(1, database.CHATS // (20 if quick else 1) + 1), count + WARM_UP)
    with window(data_dir, on_screen) as shown:
        shown.ask("open", chats=chats[:WARM_UP])  # imports, fonts
        opened = shown.ask("open", chats=chats[WARM_UP:])["ms"]
        listed = shown.ask("list", count=LISTED)["ms"]
        typed = shown.ask("search", texts=["model", "answer code", "canc"])
    return {
        "library_list_paint": Result(median(listed), "ms", 50.0, len(listed)),
        "library_open": Result(max(opened), "ms", 50.0, len(opened)),
        "library_open_median": Result(median(opened), "ms", 50.0, len(opened)),
        "library_search_typing": Result(max(typed["keys"]), "ms", 50.0, len(typed["keys"])),
    }


PARTS = {
    "start": measure_start,
    "chats": measure_chats,
    "search": measure_search,
    "import": measure_import,
    "backup": measure_backup,
}
