"""The stand-in's own paths: what to play next, and the recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.standin.scenarios import EVENTS, SCENARIOS, SWITCHES

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange
    from tests.standin.server import StandIn


async def answer_lab(exchange: Exchange, server: StandIn) -> None:
    """`GET /__lab/log`, `POST /__lab/next`; anything else lists the scenarios."""
    record = exchange.record
    if record.method == "GET" and record.path == "/__lab/log":
        await exchange.send_json(200, [r.as_dict() for r in server.log])
    elif record.method == "POST" and record.path == "/__lab/next":
        await _play_next(exchange, server)
    else:
        names = {"scenarios": sorted(SCENARIOS), "switches": sorted(SWITCHES)}
        names["events"] = sorted(EVENTS)
        await exchange.send_json(404, {"error": "unknown lab path", **names})


async def _play_next(exchange: Exchange, server: StandIn) -> None:
    wanted = exchange.body
    on, times = wanted.get("on", "POST"), wanted.get("times")
    try:
        server.play(wanted["name"], on=on, times=times, **wanted.get("args") or {})
    except (KeyError, TypeError) as error:
        await exchange.send_json(400, {"error": f"{type(error).__name__}: {error}"})
        return
    await exchange.send_json(200, {"ok": True})
