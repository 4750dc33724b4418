"""`python -m benchmarks [--quick] [PART…]`:
start, streams, transcript, stall, library, engines.

The last four can be narrowed as `transcript.open`, `stall.NAME`, `library.search`. Measures,
writes build/bench.json, prints the table. With `--quick` less is measured, and nothing is written.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.engines import measure_engines
from benchmarks.library import measure_library
from benchmarks.result import Result, table, write
from benchmarks.stall import measure_stall
from benchmarks.start import measure_start
from benchmarks.streams import measure_streams
from benchmarks.transcript import measure_transcript

if TYPE_CHECKING:
    from collections.abc import Callable

OUTPUT = Path(__file__).parent.parent / "build" / "bench.json"
WHOLE = {"start": measure_start, "streams": measure_streams}
DIVISIBLE: dict[str, Callable[..., dict[str, Result]]] = {
    "transcript": measure_transcript,
    "stall": measure_stall,
    "library": measure_library,
    "engines": measure_engines,
}


def main(argv: list[str]) -> int:
    quick = "--quick" in argv
    wanted = [word for word in argv if word != "--quick"] or [*WHOLE, *DIVISIBLE]
    results: dict[str, Result] = {}
    for word in wanted:
        name, _, part = word.partition(".")
        print(f"measuring {word} …", flush=True)
        results |= DIVISIBLE[name](part, quick=quick) if name in DIVISIBLE else WHOLE[name]()
    if not quick:
        write(results, OUTPUT)
    print(table(results))
    return 0 if all(result.ok for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
