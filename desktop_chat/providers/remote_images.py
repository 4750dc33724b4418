"""Gets one image from a web server, for a reader who asked for it. No cookies, no referrer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import SplitResult, urljoin, urlsplit

from desktop_chat.domain.errors import (
    ImageAddressError,
    ImageMissingError,
    ImageRedirectError,
    ImageTooLargeError,
    ImageTypeError,
    ImageUnreachableError,
)
from desktop_chat.providers.wire.http import LoopClients, transport_errors
from desktop_chat.providers.wire.urls import DEFAULT_PORTS, is_private_host

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

# Never SVG: it is a program as much as a picture.
KINDS: Final = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
MAX_BYTES: Final = 10_000_000
MAX_REDIRECTS: Final = 3
MAX_ADDRESS: Final = 2_000
_REDIRECTS = (301, 302, 303, 307, 308)


async def fetch_image(address: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of the image at an address of http or https.

    It has no deadline of its own.

    Raises:
        ImageError: It could not be had; nothing but the image's server was asked.
    """
    for _ in range(MAX_REDIRECTS + 1):
        parts = checked_parts(address)
        async with _answer(address, parts) as response:
            if response.status_code not in _REDIRECTS:
                return await _body(response, parts.hostname or "", max_bytes)
            target = response.headers.get("Location", "")
        address = redirected(address, target)
    raise ImageRedirectError(host=parts.hostname)


@contextlib.asynccontextmanager
async def _answer(address: str, parts: SplitResult) -> AsyncGenerator[httpx.Response]:
    """Ask a server and yield its answer, of which only the head was read.

    Each request has a client of its own, so that no cookie goes from one to the next.
    """
    clients = LoopClients(f"{parts.scheme}://{parts.netloc}")
    host = parts.hostname or ""
    try:
        client = await clients.get()
        headers = {"Accept": ", ".join(KINDS)}
        async with client.stream("GET", address, headers=headers) as response:
            yield response
    except transport_errors() as error:
        raise ImageUnreachableError(host=host) from error
    finally:
        await clients.aclose()


async def _body(response: httpx.Response, host: str, max_bytes: int) -> bytes:
    """Read an image as long as it keeps to the rules."""
    if response.status_code != 200:
        raise ImageMissingError(host=host, status=response.status_code)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    # Packed bytes would grow beyond any limit when unpacked; we asked for plain ones.
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if kind not in KINDS or packing not in ("", "identity"):
        raise ImageTypeError(host=host)
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length[:20]) > max_bytes:
        raise ImageTooLargeError(limit_mb=max_bytes // 1_000_000)
    body = bytearray()
    # The stub promises an iterator only; it is a generator, which has to be closed.
    raw = cast("AsyncGenerator[bytes]", response.aiter_raw())
    async with contextlib.aclosing(raw) as chunks:
        async for chunk in chunks:
            body += chunk
            if len(body) > max_bytes:
                raise ImageTooLargeError(limit_mb=max_bytes // 1_000_000)
    return bytes(body)


def redirected(address: str, target: str) -> str:
    """Return where a redirect from an address leads.

    Raises:
        ImageRedirectError: It leads to where a reader who asked for this image did not agree to.
    """
    parts = checked_parts(address)
    host = parts.hostname or ""
    try:
        found = urljoin(address, target)
        leads_to = checked_parts(found)
    except (ValueError, ImageAddressError):
        raise ImageRedirectError(host=host) from None
    is_downgrade = (parts.scheme, leads_to.scheme) == ("https", "http")
    # A server out there has no business with what listens on this machine or near it.
    goes_inside = is_private_host(leads_to.hostname or "") and not is_private_host(host)
    if not target or is_downgrade or goes_inside:
        raise ImageRedirectError(host=host)
    return found


def checked_parts(address: str) -> SplitResult:
    """Return the parts of an address from which an image may be loaded.

    Raises:
        ImageAddressError: It is none.
    """
    is_plain = address.isascii() and address.isprintable() and len(address) <= MAX_ADDRESS
    if not is_plain or " " in address or "\\" in address:
        raise ImageAddressError
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ImageAddressError from None
    has_user = parts.username is not None or parts.password is not None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or has_user or port == 0:
        raise ImageAddressError
    return parts
