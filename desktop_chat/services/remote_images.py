"""Loads images of messages, one at a time each, when the reader asks for them."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlsplit

from desktop_chat.domain.errors import ImageTooSlowError

MAX_SECONDS: Final = 20.0


class RemoteImages:
    """Loads images.

    Args:
        max_seconds: The most that one image may take, redirects included.
    """

    def __init__(self, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds

    async def load(self, address: str) -> bytes:
        """Return the bytes of an image; cancelling the task ends the transfer.

        Raises:
            ImageError: It could not be had.
        """
        # Most chats hold no image.
        from desktop_chat.providers.remote_images import fetch_image

        try:
            async with asyncio.timeout(self._max_seconds):
                return await fetch_image(address)
        except TimeoutError:
            host = urlsplit(address).hostname or ""
            raise ImageTooSlowError(host=host, limit_s=round(self._max_seconds)) from None
