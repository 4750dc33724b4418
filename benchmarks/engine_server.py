"""`python -m benchmarks.engine_server`: the stand-in, for many replies at once and short waits.

With `--list` each scenario is listed as a model that is not in memory, and so is asked for by the
native API first; without it all goes by /v1.
"""

from __future__ import annotations

import asyncio
import sys

from tests.standin import StandIn

PARALLEL = 64
# Minutes of silence pass in tenths of a second; rates are not changed by it.
SPEED = 200.0


async def serve() -> None:
    """Serve until the process is ended."""
    is_listed = "--list" in sys.argv
    async with StandIn(parallel=PARALLEL, speed=SPEED, list_scenarios=is_listed) as server:
        print(f"listening on {server.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
