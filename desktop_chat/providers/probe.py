"""A first look at a server, without the HTTP library: the window needs it before any turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from desktop_chat.domain.errors import EngineError, UnreadableReplyError
from desktop_chat.providers.failures import Failures
from desktop_chat.providers.http import checked_token, https_context
from desktop_chat.providers.http_head import HeadError, read_body, read_head
from desktop_chat.providers.json_reply import checked_json
from desktop_chat.providers.model_lists import find_models
from desktop_chat.providers.urls import DEFAULT_PORTS, normalise_base_url

if TYPE_CHECKING:
    from desktop_chat.domain.model_info import ModelInfo


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a server offers, or why it offers nothing.

    Attributes:
        models: All models, embeddings included; empty if `error` is set.
        error: What went wrong, if anything.
    """

    models: tuple[ModelInfo, ...] = ()
    error: EngineError | None = None


async def probe_models(
    base_url: str, token: str | None = None, timeout_s: float = 5.0
) -> ProbeResult:
    """Ask a server for its models.

    Raises:
        InvalidServerUrlError: The address cannot be used.
        InvalidRequestError: The token cannot be sent.
    """
    prober = _Prober(normalise_base_url(base_url), checked_token(token))
    try:
        async with asyncio.timeout(timeout_s):
            return ProbeResult(tuple(await find_models(prober.get_json)))
    except EngineError as error:
        return ProbeResult(error=error)
    except TimeoutError as error:
        return ProbeResult(error=prober.failures.of_exception(error))


class _Prober:
    """Sends GET requests to one server, each on a connection of its own."""

    def __init__(self, base_url: str, token: str | None) -> None:
        self.failures = Failures(base_url, token=token)
        self._parts: SplitResult = urlsplit(base_url)
        self._token = token

    async def get_json(self, path: str) -> Any:
        has_answered = False
        try:
            reader, writer = await self._connect()
            try:
                writer.write(self._request(path))
                head = await read_head(reader)
                has_answered = True
                body = await read_body(reader, head)
            finally:
                # Everything of use has been read, and a polite end could wait for the server.
                writer.transport.abort()
        except HeadError as error:
            if has_answered:
                raise UnreadableReplyError(detail="") from error
            raise self.failures.of_response(200, {}, b"<") from error
        except (OSError, EOFError, UnicodeError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise self.failures.of_exception(error, has_answered=has_answered) from error
        return checked_json(self.failures, head.status, head.headers, body)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port = self._parts.port or DEFAULT_PORTS[self._parts.scheme]
        tls = await https_context() if self._parts.scheme == "https" else None
        return await asyncio.open_connection(self._parts.hostname, port, ssl=tls)

    def _request(self, path: str) -> bytes:
        # Without "Connection: close": some servers then never end the reply.
        lines = [
            f"GET {self._parts.path}{path} HTTP/1.1",
            f"Host: {self._parts.netloc}",
            "Accept: application/json",
            "Accept-Encoding: identity",
            "User-Agent: desktop-chat",
        ]
        if self._token:
            lines.append(f"Authorization: Bearer {self._token}")
        return "\r\n".join([*lines, "", ""]).encode("ascii", "replace")
