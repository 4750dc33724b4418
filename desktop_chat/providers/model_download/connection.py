"""The way to a file: the client, the redirects that are followed, and what can go wrong there."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop_chat.domain.errors import DownloadError, DownloadRefusedError
from desktop_chat.providers.model_download.answers import (
    TemporaryError,
    announced_checksum,
    read_answer,
)
from desktop_chat.providers.model_download.names import is_loopback, redirected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx

    from desktop_chat.providers.model_download.names import ModelSource

CONNECT_TIMEOUT_S = 5.0
SILENCE_S = 30.0
MAX_REDIRECTS = 6


async def open_file(
    stack: AsyncExitStack, url: str, headers: Mapping[str, str], name: str
) -> list[httpx.Response]:
    """Ask for a file and follow where the servers lead; the last answer is no redirect.

    Args:
        stack: Closes the connections.
        url: Of the file.
        headers: Sent to each server on the way; never a key.
        name: Of the model, for errors.

    Raises:
        DownloadRefusedError: They lead to where we do not follow.
        httpx.HTTPError: A connection failed.
    """
    answers: list[httpx.Response] = []
    for _ in range(MAX_REDIRECTS):
        client = await stack.enter_async_context(await _client_for(url))
        response = await stack.enter_async_context(client.stream("GET", url, headers=headers))
        answers.append(response)
        if not response.has_redirect_location:
            return answers
        url = redirected(url, response.headers["location"], name)
    raise DownloadRefusedError(name=name, detail="the server redirects again and again")


def announced_by(answers: Sequence[httpx.Response]) -> str:
    """Return the SHA-256 that one of the servers on the way announces, "" if none does."""
    found = (announced_checksum(answer.headers) for answer in answers)
    return next((digits for digits in found if digits), "")


async def told_of(
    source: ModelSource, headers: Mapping[str, str], name: str
) -> tuple[int | None, str]:
    """Return what the server tells of a file without sending it: its size, and its SHA-256 or "".

    Raises:
        DownloadError: The server tells nothing of it.
    """
    import httpx

    try:
        async with AsyncExitStack() as stack:
            answers = await open_file(stack, source.url, headers, name)
            answer = read_answer(answers[-1].status_code, answers[-1].headers, name, 0)
            return answer.total_bytes, announced_by(answers)
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise DownloadError(name=name, detail=failure_words(error)) from error
    except TemporaryError as error:
        raise DownloadError(name=name, detail=str(error)) from error


async def _client_for(url: str) -> httpx.AsyncClient:
    """Return a client for one request; proxies of the environment count for far hosts."""
    import httpx

    from desktop_chat.providers.wire.http import https_context

    return httpx.AsyncClient(
        timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_TIMEOUT_S),
        verify=await https_context(),
        trust_env=not is_loopback(urlsplit(url).hostname or ""),
        follow_redirects=False,
    )


def failure_words(error: Exception) -> str:
    """Word what a connection died of; the texts of the library are often empty."""
    name = type(error).__name__
    if "Connect" in name:
        return "the server cannot be reached"
    if "Timeout" in name:
        return f"nothing came for {SILENCE_S:.0f} seconds"
    return "the connection was lost"
