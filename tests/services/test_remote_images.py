"""An image that takes too long is given up."""

from __future__ import annotations

import asyncio

import pytest

from desktop_chat.domain.errors import ImageMissingError, ImageTooSlowError
from desktop_chat.services.remote_images import RemoteImages
from tests.fakes.image_server import HANG, ImageServer, image_reply
from tests.standin.http import head_bytes

pytestmark = pytest.mark.anyio


async def test_load_returns_the_bytes() -> None:
    async with ImageServer() as server:
        address = server.add("/a.png", image_reply(b"bytes"))
        assert await RemoteImages().load(address) == b"bytes"


async def test_load_error_of_the_server_is_raised() -> None:
    async with ImageServer() as server:
        with pytest.raises(ImageMissingError):
            await RemoteImages().load(server.url + "/none.png")


@pytest.mark.parametrize(
    "reply",
    [HANG, head_bytes(200, [("Content-Type", "image/png"), ("Content-Length", "9")]) + b"x" + HANG],
    ids=["no head", "no body"],
)
async def test_load_slow_server_is_given_up(reply: bytes) -> None:
    async with ImageServer() as server:
        with pytest.raises(ImageTooSlowError) as caught:
            await RemoteImages(max_seconds=0.05).load(server.add("/a.png", reply))
    assert caught.value.fields["host"] == "127.0.0.1"


async def test_load_cancelled_is_not_swallowed() -> None:
    async with ImageServer() as server:
        loading = asyncio.timeout(0.05)
        with pytest.raises(TimeoutError):
            async with loading:
                await RemoteImages().load(server.add("/a.png", HANG))
    assert loading.expired()
