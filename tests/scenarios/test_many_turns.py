"""Many turns with faults of every kind, in an order decided by a seed: nothing is left behind."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from random import Random
from typing import TYPE_CHECKING

import psutil
import pytest

from desktop_chat.domain.errors import EngineError
from desktop_chat.domain.stream import StreamFinished
from desktop_chat.providers.lm_studio import LMStudioAPIProvider
from desktop_chat.providers.openai_compatible import OpenAICompatibleProvider
from tests.providers.replies import ask
from tests.standin.plays.chance import CHANCES

if TYPE_CHECKING:
    from tests.standin import StandIn

pytestmark = pytest.mark.anyio
TURNS = 150
AT_ONCE = 5
LIMIT_S = 60


async def one_turn(provider: LMStudioAPIProvider | OpenAICompatibleProvider, chance: Random) -> str:
    """One reply, read to its end or left in the middle; returns how it ended."""
    leaves_after = chance.choice([None, None, None, 0, 2])
    try:
        async with aclosing(provider.stream(ask("scn/random-fault"))) as events:
            seen = 0
            async for event in events:
                if isinstance(event, StreamFinished):
                    return "finished"
                if leaves_after is not None and seen >= leaves_after:
                    return "left"
                seen += 1
    except EngineError as error:
        return error.code
    return "ended without a mark"


def open_files() -> int:
    return psutil.Process(os.getpid()).num_fds() if os.name == "posix" else 0


@pytest.mark.parametrize("kind", [LMStudioAPIProvider, OpenAICompatibleProvider])
async def test_nothing_is_left_after_many_faults(
    standin: StandIn, kind: type[LMStudioAPIProvider | OpenAICompatibleProvider]
):
    tasks, files = len(asyncio.all_tasks()), open_files()
    provider = kind(standin.url, loading_retry_s=0)
    chance, ends = Random(5), set()
    async with asyncio.timeout(LIMIT_S):
        for _ in range(TURNS // AT_ONCE):
            turns = (one_turn(provider, chance) for _ in range(AT_ONCE))
            ends.update(await asyncio.gather(*turns))
    await provider.aclose()
    await standin.wait_for(lambda: not standin.is_busy)
    assert len(asyncio.all_tasks()) == tasks
    assert open_files() <= files
    assert "ended without a mark" not in ends
    assert {"finished", "left", "connection_lost", "engine_failed"} <= ends
    assert {request.scenario for request in standin.log} <= {n.partition("?")[0] for n in CHANCES}
