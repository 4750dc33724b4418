"""`python -m benchmarks.stream_server`: the stand-in, with a model that streams what it is told.

The message sent to it is a JSON object, `{"text", "characters", "rate", "piece"}`: the name of a
text of `hostile` or "rich", how much of it at most, pieces per second and characters in a piece.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from benchmarks.hostile import TEXTS
from benchmarks.rich_text import reply
from tests.standin import __main__ as standin
from tests.standin.exchange import Reply
from tests.standin.scenarios import scenario

if TYPE_CHECKING:
    from tests.standin.exchange import Exchange

MODEL = "scn/order"


@scenario("order")
async def play_order(exchange: Exchange) -> None:
    order: dict[str, Any] = json.loads(exchange.last_user_text())
    size = int(order["characters"])
    text = reply(size) if order["text"] == "rich" else TEXTS[order["text"]]()[:size]
    step = int(order["piece"])
    exchange.args["rate"] = order["rate"]
    await exchange.answer(Reply([text[at : at + step] for at in range(0, len(text), step)]))


if __name__ == "__main__":
    sys.argv[1:] = ["--few", "--offer", MODEL, "--load", MODEL]
    asyncio.run(standin.serve(standin.parse()))
