"""Scenarios with tool calls that nobody asked for."""

from __future__ import annotations

from typing import Any

from tests.standin.chunks import DONE
from tests.standin.exchange import Exchange
from tests.standin.scenarios import scenario


def call(index: int, arguments: str, id_: str = "", name: str = "") -> dict[str, Any]:
    """A delta of one tool call; the first one has id and name."""
    function: dict[str, Any] = {"arguments": arguments}
    made: dict[str, Any] = {"index": index, "function": function}
    if id_:
        function = {"name": name, "arguments": arguments}
        made = {"index": index, "id": id_, "type": "function", "function": function}
    return made


@scenario("tool-call")
async def tool_call(exchange: Exchange) -> None:
    calls = [call(0, "", "814890118", "get_weather"), call(0, '{"city":'), call(0, '"Oslo"}')]
    await _send_calls(exchange, calls)


@scenario("tool-parallel")
async def tool_parallel(exchange: Exchange) -> None:
    first = [call(1, "", "2", "get_time"), call(0, "", "1", "get_weather")]
    await _send_calls(exchange, [*first, call(1, "{"), call(0, "{"), call(1, "}"), call(0, "}")])


@scenario("tool-broken")
async def tool_broken(exchange: Exchange) -> None:
    no_index: dict[str, Any] = {"function": {"name": "get_", "arguments": "not"}}
    broken: dict[str, Any] = {"index": 0, "id": "", "type": "function"}
    await _send_calls(exchange, [broken, no_index, {"function": {"name": "x", "arguments": " {"}}])


async def _send_calls(exchange: Exchange, calls: list[dict[str, Any]]) -> None:
    chunks = exchange.chunks()
    await exchange.start_stream()
    for made in calls:
        await exchange.send_frame(chunks.delta({"tool_calls": [made]}))
    await exchange.send_frame(chunks.finish("tool_calls"))
    await exchange.send_frame(DONE)
    await exchange.end_stream()
