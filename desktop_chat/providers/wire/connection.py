"""The way to one server: its client, its last exchanges, and how its failures are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.errors import PlainKeyError
from desktop_chat.providers.wire.access import DIRECT, ServerAccess, checked_headers, checked_proxy
from desktop_chat.providers.wire.exchange_log import ExchangeLog, ExchangeRecord
from desktop_chat.providers.wire.failures import Failures
from desktop_chat.providers.wire.http import LoopClients, checked_token, transport_errors
from desktop_chat.providers.wire.masking import secret_parts
from desktop_chat.providers.wire.urls import is_unprotected, normalise_base_url

if TYPE_CHECKING:
    import httpx


class Wire:
    """Sends requests to one server; each gets a connection of its own.

    Args:
        base_url: As the user typed it.
        token: Sent as bearer token, if there is one.
        access: Headers, certificate and proxy.

    Attributes:
        url: The address in use, without `/v1`.
        log: The last exchanges.

    Raises:
        InvalidServerUrlError: The address cannot be used.
        InvalidRequestError: The token, a header or the proxy cannot be used.
    """

    def __init__(
        self, base_url: str, token: str | None = None, access: ServerAccess = DIRECT
    ) -> None:
        self.url = normalise_base_url(base_url)
        self._access = access
        headers = checked_headers(access.headers)
        checked_proxy(access.proxy)
        token = checked_token(token)
        self._secrets = secret_parts((token or "", *headers.values()))
        self.log = ExchangeLog(self._secrets, tuple(headers))
        self._clients = LoopClients(self.url, token, access)

    def failures(self, model: str = "") -> Failures:
        """Return what names the failures of a request for `model`."""
        is_pinned = bool(self._access.certificate)
        return Failures(self.url, model, secrets=self._secrets, is_pinned=is_pinned)

    async def send(
        self, method: str, path: str, body: bytes | None, failures: Failures
    ) -> tuple[httpx.Response, ExchangeRecord]:
        """Send a request and return the head of its reply; the caller closes the response.

        Raises:
            EngineError: No head arrived, or the key must not go there.
        """
        if not self._access.allows_plain_key and any(self._secrets) and is_unprotected(self.url):
            raise PlainKeyError(url=self.url)
        client = await self._clients.get()
        headers = None if body is None else {"Content-Type": "application/json"}
        try:
            request = client.build_request(method, path, content=body, headers=headers)
        except transport_errors() as error:
            raise failures.of_exception(error) from error
        record = self.log.begin(method, f"{self.url}{path}", request.headers, body or b"")
        with record:
            try:
                response = await client.send(request, stream=True)
            except transport_errors() as error:
                raise failures.of_exception(error) from error
        record.answer(response.status_code, response.headers)
        return response, record

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        await self._clients.aclose()
