"""`python -m benchmarks.engine_server`: the stand-in, for many replies at once and short waits."""

from __future__ import annotations

import asyncio

from tests.standin import StandIn

PARALLEL = 64
# Minutes of silence pass in tenths of a second; rates are not changed by it.
SPEED = 200.0


async def serve() -> None:
    """Serve until the process is ended."""
    async with StandIn(parallel=PARALLEL, speed=SPEED) as server:
        print(f"listening on {server.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
