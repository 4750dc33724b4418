"""Whatever can happen, in an order that a seed decides: for runs of many turns."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tests.standin.scenarios import SCENARIOS, parse_spec, scenario

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange

# Each ends by itself; half of them well.
CHANCES = (
    *("plain-2026", "bytes-1", "crlf", "utf8-split", "reasoning-content", "think-tags", "length"),
    *("gzip", "close-delimited", "content-length-stream", "done-no-finish", "after-done"),
    *("json-despite-stream", "null-content", "spliced", "timings"),
    *("empty-stop", "no-model-400", "crash-400", "html-502", "empty-500", "invalid-json-200"),
    *("huge-error?size=300000", "not-http", "cut-before-body", "cut-before-body?when=status"),
    *("event-error-first", "event-error-midway", "data-error-string", "cut-fin", "cut-rst"),
    *("eof-no-finish", "ollama-error", "bad-json-many", "model-unloaded", "finish-odd"),
)


@scenario("random-fault")
async def random_fault(exchange: Exchange) -> None:
    """One of `CHANCES`; `seed` (0) and the number of the request decide which."""
    counters = exchange.state.counters
    counters["random-fault"] = turn = counters.get("random-fault", 0) + 1
    chosen = Random(f"{exchange.args.get('seed', 0)}/{turn}").choice(CHANCES)
    name, exchange.args = parse_spec(chosen)
    exchange.record.scenario = name
    await SCENARIOS[name].play(exchange)
