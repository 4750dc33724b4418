"""Waiting for something inside a coroutine of the shared loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


async def until(condition: Callable[[], Any], timeout: float = 10.0) -> None:
    """Wait until `condition` holds; the limit only guards against hanging."""
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.002)


async def settle(turns: int = 5) -> None:
    """Let what is queued on the loop happen."""
    for _ in range(turns):
        await asyncio.sleep(0)
