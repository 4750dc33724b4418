"""`python -m tests.standin`: the stand-in as a process of its own, to play by hand or kill."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from typing import Any

from tests.standin.scenarios import SCENARIOS, SWITCHES
from tests.standin.server import StandIn


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--speed", type=float, default=1.0, help="divides all delays, not rates")
    parser.add_argument("--rate", type=float, help="tokens per second of plain answers")
    parser.add_argument("--jit-off", action="store_true")
    parser.add_argument("--token", help="API token that is required")
    parser.add_argument("--cors", action="store_true")
    parser.add_argument("--always", default="", help="name?arg=value: answers every request")
    parser.add_argument("--offer", action="append", default=[], help="one more model id to list")
    parser.add_argument("--few", action="store_true", help="do not list scenarios as models")
    parser.add_argument("--list", action="store_true", help="print the scenarios and exit")
    return parser.parse_args(argv)


async def serve(options: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)
    state: dict[str, Any] = {
        "speed": options.speed,
        "rate": options.rate,
        "jit": not options.jit_off,
        "token": options.token,
        "cors": options.cors,
        "always": options.always,
        "offer": options.offer,
        "list_scenarios": not options.few,
    }
    async with StandIn(port=options.port, host=options.host, **state) as server:
        print(f"listening on {server.url}", flush=True)
        await stop.wait()


def main() -> None:
    """Run from the command line."""
    options = parse()
    if options.list:
        print("\n".join([*sorted(SCENARIOS), *(f"{name} (switch)" for name in sorted(SWITCHES))]))
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
