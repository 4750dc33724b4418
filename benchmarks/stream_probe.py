"""Reads streams of the stand-in under qasync, bare or through our layers, and says what it cost.

`python -m benchmarks.stream_probe URL` reads one JSON line for each measurement from standard
input, `{"how": "bare" | "service", "tokens", "rate"}`, and answers with one line each. The
process stays, so nothing is counted that happens once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import qasync
from PySide6.QtCore import QCoreApplication

from desktop_chat.assembly import open_services
from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.domain.stream import TextDelta
from desktop_chat.services.launch import read_launch
from desktop_chat.ui.application import install_asyncgen_hooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from desktop_chat.services.replies.chat import ChatService

PROMPT = "Count."


class BareClient:
    """A stream as one would read it with nothing but httpx."""

    def __init__(self, url: str) -> None:
        # Turns come minutes apart: by then no server has kept a connection.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(base_url=url, timeout=None, trust_env=False, limits=limits)

    async def deltas(self, model: str) -> AsyncIterator[str]:
        body = {
            "model": model,
            "messages": [{"role": "user", "content": PROMPT}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        path = "/v1/chat/completions"
        async with self._client.stream("POST", path, json=body) as response:
            async for line in response.aiter_lines():
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                choices = json.loads(line[6:])["choices"]
                if choices and (text := choices[0]["delta"].get("content")):
                    yield text


class ServiceClient:
    """The same through provider and service, stored as always."""

    def __init__(self, chat: ChatService) -> None:
        self._chat = chat

    async def deltas(self, model: str) -> AsyncIterator[str]:
        turn = self._chat.send(None, PROMPT, model_ref=ModelRef(LM_STUDIO, model))
        async with contextlib.aclosing(turn) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    yield event.text


async def measure(client: BareClient | ServiceClient, order: dict[str, Any]) -> dict[str, float]:
    model = f"scn/steady?tokens={order['tokens']}&rate={order['rate']}"
    began, first, count, used = time.perf_counter(), 0.0, 0, time.process_time()
    async for _ in client.deltas(model):
        count += 1
        if count == 1:
            first = time.perf_counter() - began
            used = time.process_time()
    if count < order["tokens"] / 2:
        raise RuntimeError(f"only {count} deltas came")
    cost = time.process_time() - used
    return {"first_ms": first * 1e3, "cpu_us": cost / order["tokens"] * 1e6}


async def serve_orders(url: str) -> None:
    launch = read_launch({"url": url}, reads_working_directory=False)
    services = await open_services(launch)
    clients: dict[str, BareClient | ServiceClient] = {
        "bare": BareClient(url),
        "service": ServiceClient(services.chat),
    }
    loop = asyncio.get_running_loop()
    try:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            order = json.loads(line)
            print(json.dumps(await measure(clients[order["how"]], order)), flush=True)
    finally:
        await services.aclose()


def main() -> None:
    app = QCoreApplication(sys.argv[:1])

    def make_loop() -> asyncio.AbstractEventLoop:
        loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
        return loop

    with asyncio.Runner(loop_factory=make_loop) as runner:
        install_asyncgen_hooks(runner.get_loop())
        runner.run(serve_orders(sys.argv[1]))


if __name__ == "__main__":
    main()
