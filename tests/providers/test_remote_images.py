"""Images come from where the reader said, in a known kind, within bounds, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.errors import (
    ImageAddressError,
    ImageMissingError,
    ImageRedirectError,
    ImageTooLargeError,
    ImageTypeError,
    ImageUnreachableError,
)
from desktop_chat.providers.remote_images import KINDS, fetch_image, redirected
from tests.fakes.image_server import ImageServer, endless_reply, image_reply, redirect
from tests.standin.http import head_bytes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

FAR = "https://example.org/a.png"


@pytest.fixture
async def server() -> AsyncIterator[ImageServer]:
    async with ImageServer() as running:
        yield running


@pytest.mark.parametrize("kind", [*KINDS, "IMAGE/PNG", "image/png; charset=binary"])
async def test_fetch_known_kind_returns_the_bytes(server: ImageServer, kind: str) -> None:
    address = server.add("/a.png?x=1", image_reply(b"bytes", kind))
    assert await fetch_image(address) == b"bytes"


async def test_fetch_tells_the_server_nothing_about_the_reader(server: ImageServer) -> None:
    await fetch_image(server.add("/a.png", image_reply(b"bytes")))
    (head,) = server.asked
    assert head.method == "GET"
    assert set(head.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert head.headers["user-agent"] == "desktop-chat"


@pytest.mark.parametrize(
    "kind", ["image/svg+xml", "text/html", "application/octet-stream", "image/tiff", ""]
)
async def test_fetch_other_kind_is_refused(server: ImageServer, kind: str) -> None:
    with pytest.raises(ImageTypeError):
        await fetch_image(server.add("/a.png", image_reply(b"bytes", kind)))


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip"])
async def test_fetch_packed_bytes_are_refused(server: ImageServer, coding: str) -> None:
    reply = image_reply(b"bytes", Content_Encoding=coding)
    with pytest.raises(ImageTypeError):
        await fetch_image(server.add("/a.png", reply))


async def test_fetch_said_to_be_too_large_is_refused(server: ImageServer) -> None:
    fields = [("Content-Type", "image/png"), ("Content-Length", str(10_000_001))]
    with pytest.raises(ImageTooLargeError):
        await fetch_image(server.add("/a.png", head_bytes(200, fields)))


async def test_fetch_endless_body_is_cut_off(server: ImageServer) -> None:
    with pytest.raises(ImageTooLargeError) as caught:
        await fetch_image(server.add("/a.png", endless_reply()))
    assert caught.value.fields == {"limit_mb": 10}
    assert server.sent < 30_000_000


@pytest.mark.parametrize("status", [404, 403, 500, 204, 300])
async def test_fetch_other_status_is_told(server: ImageServer, status: int) -> None:
    fields = [("Content-Type", "image/png"), ("Content-Length", "0")]
    with pytest.raises(ImageMissingError) as caught:
        await fetch_image(server.add("/a.png", head_bytes(status, fields)))
    assert caught.value.fields == {"host": "127.0.0.1", "status": status}


async def test_fetch_cut_body_is_unreachable(server: ImageServer) -> None:
    fields = [("Content-Type", "image/png"), ("Content-Length", "100")]
    with pytest.raises(ImageUnreachableError):
        await fetch_image(server.add("/a.png", head_bytes(200, fields) + b"half"))


async def test_fetch_closed_port_is_unreachable() -> None:
    async with ImageServer() as server:
        address = server.add("/a.png", b"")
    with pytest.raises(ImageUnreachableError):
        await fetch_image(address)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_fetch_redirect_is_followed(server: ImageServer, status: int) -> None:
    server.add("/b.png", image_reply(b"bytes"))
    assert await fetch_image(server.add("/a.png", redirect("/b.png", status))) == b"bytes"


async def test_fetch_redirect_takes_no_cookie_along(server: ImageServer) -> None:
    server.add("/b.png", image_reply(b"bytes"))
    await fetch_image(server.add("/a.png", redirect("/b.png", Set_Cookie="who=reader; Path=/")))
    assert [head.target for head in server.asked] == ["/a.png", "/b.png"]
    assert "cookie" not in server.asked[1].headers
    assert "referer" not in server.asked[1].headers


async def test_fetch_three_redirects_are_the_most(server: ImageServer) -> None:
    for number in range(4):
        server.add(f"/{number}", redirect(f"/{number + 1}"))
    with pytest.raises(ImageRedirectError):
        await fetch_image(server.url + "/0")
    assert len(server.asked) == 4


async def test_fetch_redirect_without_target_is_refused(server: ImageServer) -> None:
    with pytest.raises(ImageRedirectError):
        await fetch_image(server.add("/a.png", head_bytes(302, [("Content-Length", "0")])))


@pytest.mark.parametrize(
    "target",
    [
        *("file:///etc/passwd", "//localhost/a.png", "https://127.0.0.1/a.png", "javascript:1"),
        *("https://192.168.1.1/a.png", "https://[::1]/a.png", "https://printer/a.png"),
        *("http://example.org/a.png", "https://user@example.org/", "https://[", "data:,x", ""),
        *("https://example.org/\\x", "ftp://example.org/a.png", "https://é.example/"),
    ],
)
def test_redirected_to_where_nobody_agreed_is_refused(target: str) -> None:
    with pytest.raises(ImageRedirectError):
        redirected(FAR, target)


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/b.png", "https://example.org/b.png"),
        ("https://cdn.example.net/b.png", "https://cdn.example.net/b.png"),
        ("//cdn.example.net/b.png", "https://cdn.example.net/b.png"),
    ],
)
def test_redirected_to_the_web_is_followed(target: str, leads_to: str) -> None:
    assert redirected(FAR, target) == leads_to


@pytest.mark.parametrize(
    "address",
    [
        *("file:///etc/passwd", "ftp://example.org/a.png", "//example.org/a.png", "a.png", ""),
        *("http://user:word@127.0.0.1/a.png", "http://", "http://127.0.0.1:0/", "http://[::1/"),
        *("http://127.0.0.1:99999/", "http://a b/", "http://127.0.0.1\\@x/", "data:image/png,x"),
        "http://127.0.0.1/" + "x" * 2_000,
    ],
)
async def test_fetch_other_address_opens_nothing(address: str) -> None:
    with pytest.raises(ImageAddressError):
        await fetch_image(address)
