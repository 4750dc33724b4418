"""A first look at a server, without the HTTP library: the window needs it before any turn."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from desktop_chat.domain.errors import (
    EngineError,
    NotAServerError,
    PlainKeyError,
    UnreadableReplyError,
)
from desktop_chat.providers.dialect.model_lists import (
    FoundModels,
    look_for_models,
    models_of_openai,
)
from desktop_chat.providers.wire.access import DIRECT, ServerAccess, checked_headers, checked_proxy
from desktop_chat.providers.wire.failures import Failures
from desktop_chat.providers.wire.http import checked_token, https_context, tls_context
from desktop_chat.providers.wire.http_head import (
    HeadError,
    get_request,
    read_body,
    read_head,
)
from desktop_chat.providers.wire.json_reply import checked_json
from desktop_chat.providers.wire.masking import secret_parts
from desktop_chat.providers.wire.urls import DEFAULT_PORTS, is_unprotected, normalise_base_url

if TYPE_CHECKING:
    from desktop_chat.domain.model_info import ModelInfo


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a server offers, or why it offers nothing.

    Attributes:
        models: All models, embeddings included; empty if `error` is set.
        error: What went wrong, if anything.
        found: The models together with the path that listed them, unless `error` is set.
    """

    models: tuple[ModelInfo, ...] = ()
    error: EngineError | None = None
    found: FoundModels | None = None


async def probe_models(
    base_url: str,
    token: str | None = None,
    timeout_s: float = 5.0,
    *,
    access: ServerAccess = DIRECT,
    has_native: bool = True,
) -> ProbeResult:
    """Ask a server for its models.

    Args:
        base_url: As the user typed it.
        token: Sent as bearer token.
        timeout_s: For all requests together.
        access: Headers, certificate and proxy.
        has_native: Whether LM Studio's own lists are asked for before that of `/v1`.

    Raises:
        InvalidServerUrlError: The address cannot be used.
        InvalidRequestError: The token, a header or the proxy cannot be used.
    """
    url = normalise_base_url(base_url)
    prober = _Prober(url, checked_token(token), access)
    get_json = prober.get_json
    if checked_proxy(access.proxy):
        # Proxies are left to the HTTP library, and are rare enough to import it for them.
        from desktop_chat.providers.dialect.v1_server import V1Server

        get_json = V1Server(url, token, access=access).get_json
    try:
        async with asyncio.timeout(timeout_s):
            if not has_native:
                return ProbeResult(tuple(models_of_openai(await get_json("/v1/models"))))
            found = await look_for_models(get_json)
            return ProbeResult(found.models, found=found)
    except EngineError as error:
        return ProbeResult(error=error)
    except TimeoutError as error:
        return ProbeResult(error=prober.failures.of_exception(error))


class _Prober:
    """Sends GET requests to one server, each on a connection of its own."""

    def __init__(self, base_url: str, token: str | None, access: ServerAccess) -> None:
        self._parts: SplitResult = urlsplit(base_url)
        self._access = access
        self._headers = checked_headers(access.headers)
        names = {name.lower() for name in self._headers}
        if token and "authorization" not in names:
            self._headers["Authorization"] = f"Bearer {token}"
        self._secrets = secret_parts((token or "", *self._headers.values()))
        self.failures = Failures(
            base_url, secrets=self._secrets, is_pinned=bool(access.certificate)
        )

    async def get_json(self, path: str) -> Any:
        has_answered = False
        is_safe = self._access.allows_plain_key or not is_unprotected(self.failures.url)
        if any(self._secrets) and not is_safe:
            raise PlainKeyError(url=self.failures.url)
        try:
            reader, writer = await self._connect()
            try:
                writer.write(
                    get_request(f"{self._parts.path}{path}", self._parts.netloc, self._headers)
                )
                head = await read_head(reader)
                has_answered = True
                body = await read_body(reader, head)
            finally:
                # Everything of use has been read, and a polite end could wait for the server.
                writer.transport.abort()
        except HeadError as error:
            if has_answered:
                raise UnreadableReplyError(detail="") from error
            raise NotAServerError(url=self.failures.url, detail="") from error
        except (OSError, EOFError, UnicodeError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise self.failures.of_exception(error, has_answered=has_answered) from error
        return checked_json(self.failures, head.status, head.headers, body)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port = self._parts.port or DEFAULT_PORTS[self._parts.scheme]
        tls = None
        if self._parts.scheme == "https":
            certificate = self._access.certificate
            tls = tls_context(certificate) if certificate else await https_context()
        return await asyncio.open_connection(self._parts.hostname, port, ssl=tls)
