"""An image that the reader asked for comes, or a sentence says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.services.remote_images import RemoteImages
from desktop_chat.services.tasks import TaskScope
from desktop_chat.ui.controllers.images import ImagesController
from tests.fakes.image_server import HANG, ImageServer, image_reply
from tests.ui.controllers.signal_log import SignalLog
from tests.ui.waiting import until

if TYPE_CHECKING:
    import asyncio

SIGNALS = ("loaded", "failed")


def test_load_brings_the_bytes(qloop: asyncio.Runner) -> None:
    async def scenario() -> None:
        async with ImageServer() as server:
            tasks = TaskScope()
            controller = ImagesController(RemoteImages(), tasks)
            log = SignalLog(controller, *SIGNALS)
            address = server.add("/a.png", image_reply(b"bytes"))
            controller.load(address)
            await until(lambda: log["loaded"])
            assert log["loaded"] == [(address, b"bytes")]
            await tasks.aclose()

    qloop.run(scenario())


def test_load_failure_is_a_sentence(qloop: asyncio.Runner) -> None:
    async def scenario() -> None:
        async with ImageServer() as server:
            tasks = TaskScope()
            controller = ImagesController(RemoteImages(), tasks)
            log = SignalLog(controller, *SIGNALS)
            controller.load(server.url + "/none.png")
            await until(lambda: log["failed"])
            ((address, words),) = log["failed"]
            assert address == server.url + "/none.png"
            assert words == "127.0.0.1 has no image at this address (HTTP 404)."
            await tasks.aclose()

    qloop.run(scenario())


def test_load_twice_asks_once_and_ends_with_the_window(qloop: asyncio.Runner) -> None:
    async def scenario() -> None:
        async with ImageServer() as server:
            tasks = TaskScope()
            controller = ImagesController(RemoteImages(), tasks)
            log = SignalLog(controller, *SIGNALS)
            address = server.add("/a.png", HANG)
            controller.load(address)
            await until(lambda: server.asked)
            controller.load(address)
            await tasks.aclose()
            assert len(server.asked) == 1
            assert log["loaded"] == log["failed"] == []

    qloop.run(scenario())
