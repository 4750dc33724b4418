"""`python -m tests.standin`: a played LM Studio, or another server, to try things by hand.

Point the program at it: LM_STUDIO_URL=http://127.0.0.1:PORT. Every scenario is offered as a model
`scn/<name>`: choose it and send a message. Arguments follow a question mark:
`scn/steady?tokens=500&rate=200`. Switches and events change the whole server; throw them at the
start with `--play`, or while it runs:

    curl -d '{"name": "refused", "args": {"seconds": 10}}' http://127.0.0.1:PORT/__lab/next
    curl -d '{"name": "html-502", "on": "GET", "times": 2}' http://127.0.0.1:PORT/__lab/next
    curl http://127.0.0.1:PORT/__lab/log        what was asked, and how the client went

`--role ollama` plays a whole other server (llama-server, ollama, vllm, jan, koboldcpp, gpt4all,
litellm); its models "fail", "busy" and "nope" get its errors. `--list` names all scenarios.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from typing import Any

from tests.standin.roles import ROLES
from tests.standin.scenarios import EVENTS, SCENARIOS, SWITCHES, parse_spec
from tests.standin.server import StandIn


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.standin",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, help="default: any free one; a role has its own")
    parser.add_argument("--host", default="127.0.0.1", help="::1 listens on IPv6 only")
    parser.add_argument("--role", choices=sorted(ROLES), default="", help="play another server")
    parser.add_argument(
        "--play", action="append", default=[], help="name?arg=value: a switch or event at the start"
    )
    parser.add_argument("--strict", action="store_true", help="refuse careless chat requests")
    parser.add_argument("--speed", type=float, default=1.0, help="divides all delays, not rates")
    parser.add_argument("--rate", type=float, help="tokens per second of plain answers")
    parser.add_argument("--jit-off", action="store_true")
    parser.add_argument("--token", help="API token that is required")
    parser.add_argument("--cors", action="store_true")
    parser.add_argument("--always", default="", help="name?arg=value: answers every request")
    parser.add_argument("--offer", action="append", default=[], help="one more model id to list")
    parser.add_argument("--load", action="append", help="a model id in memory from the start")
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
        "role": options.role,
        "strict": options.strict,
    }
    if options.load:
        state["loaded"] = options.load
    port = options.port
    if port is None:
        port = ROLES[options.role].port if options.role else 0
    async with StandIn(port=port, host=options.host, **state) as server:
        print(f"listening on {server.url}", flush=True)
        for spec in options.play:
            name, args = parse_spec(spec)
            server.play(name, **args)
        await stop.wait()


def main() -> None:
    """Run from the command line."""
    options = parse()
    if options.list:
        switches = [f"{name} (switch)" for name in sorted(SWITCHES)]
        events = [f"{name} (event)" for name in sorted(EVENTS)]
        print("\n".join([*sorted(SCENARIOS), *switches, *events]))
        return
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options))


if __name__ == "__main__":
    main()
