"""`python -m benchmarks [start] [streams]`: measure, write build/bench.json, print the table."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.result import Result, table, write
from benchmarks.start import measure_start
from benchmarks.streams import measure_streams

OUTPUT = Path(__file__).parent.parent / "build" / "bench.json"
PARTS = {"start": measure_start, "streams": measure_streams}


def main(argv: list[str]) -> int:
    results: dict[str, Result] = {}
    for name, measure in PARTS.items():
        if not argv or name in argv:
            print(f"measuring {name} …", flush=True)
            results |= measure()
    write(results, OUTPUT)
    print(table(results))
    return 0 if all(result.ok for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
