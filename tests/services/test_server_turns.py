"""What turns on a server leave behind: their replies, what the doctor says of them, and no more."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import psutil
import pytest

from desktop_chat import paths
from desktop_chat.domain.message import MessageStatus
from desktop_chat.services.doctor import DoctorService, Finding
from desktop_chat.services.launch import read_launch
from tests.services.server_bench import ServerBench, server_bench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.standin.server import StandIn

pytestmark = pytest.mark.anyio

CHATS = 50


@pytest.fixture
def database(data_dir: Path) -> Path:
    data_dir.mkdir(mode=0o700)
    return paths.database_path(data_dir)


@pytest.fixture
async def bench(database: Path, standin: StandIn) -> AsyncIterator[ServerBench]:
    async with server_bench(database, standin.url) as bench:
        yield bench


async def last_reply(refused_url: str) -> Finding:
    """What the doctor says of the newest reply of the data directory."""
    launch = read_launch({"url": refused_url}, reads_working_directory=False)
    found = await DoctorService(launch, ports={}).examine()
    return next(one for one in found if one.name == "last reply")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("event-error-midway", "error_in_stream"),
        ("model-unloaded", "error_in_stream"),
        # The context was full in mid-reply, which is told from any other error.
        ("data-error-object", "context_full"),
    ],
)
async def test_error_inside_the_stream_is_named_by_the_doctor(
    bench: ServerBench, standin: StandIn, refused_url: str, name: str, code: str
) -> None:
    standin.play(name)
    reply = await bench.send("Hi")
    assert reply.status is MessageStatus.FAILED
    assert reply.content
    found = await last_reply(refused_url)
    assert (found.code, found.is_ok) == (code, False)
    assert "after it had begun" in found.detail
    assert str(reply.error) in found.advice


@pytest.mark.parametrize("name", ["overflow-llamacpp", "overflow-400-string"])
async def test_overflow_of_the_context_is_named_by_the_doctor(
    bench: ServerBench, standin: StandIn, refused_url: str, name: str
) -> None:
    standin.play(name, times=99)
    reply = await bench.send("Hi")
    assert (reply.status, reply.content) == (MessageStatus.FAILED, "")
    found = await last_reply(refused_url)
    assert (found.code, found.is_ok) == ("context_full", False)
    assert "larger context" in found.advice


def open_files() -> int:
    return psutil.Process(os.getpid()).num_fds() if os.name == "posix" else 0


async def test_row_53_fifty_chats_at_once_are_all_answered_and_leave_nothing_behind(
    bench: ServerBench, standin: StandIn
) -> None:
    await bench.send("Hi")  # what is made once
    tasks, files = len(asyncio.all_tasks()), open_files()
    async with asyncio.timeout(60):
        replies = await asyncio.gather(*(bench.send(f"Say {i}") for i in range(CHATS)))
    assert {reply.status for reply in replies} == {MessageStatus.COMPLETE}
    assert all(f"Say {i}" in reply.content for i, reply in enumerate(replies))
    # How many wait with it is told, of which the first have ended when the last begin.
    assert any(one.progress.others for one in bench.turns.heard.progressed)
    assert not bench.turns.service.live_chats
    assert sum(request.method == "POST" for request in standin.log) == CHATS + 1
    await standin.wait_for(lambda: not standin.is_busy)
    # The server's ends of the connections are of this process too, and close a little later.
    async with asyncio.timeout(10):
        while len(asyncio.all_tasks()) > tasks or open_files() > files:
            await asyncio.sleep(0.01)
