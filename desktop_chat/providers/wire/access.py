"""How a server is reached, beside its address and its key."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from desktop_chat.domain.errors import InvalidAccountError
from desktop_chat.providers.wire.urls import DEFAULT_PORTS

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

HEADER_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")
# What belongs to the connection, or says how a body is packed.
OWN_HEADERS = frozenset(
    (
        *("host", "connection", "content-length", "content-type", "transfer-encoding", "expect"),
        *("accept-encoding", "upgrade", "te", "trailer", "keep-alive"),
    )
)


@dataclass(frozen=True)
class ServerAccess:
    """What one account adds to its requests and its connections.

    Attributes:
        headers: Sent with each request; their values are secrets.
        extra_body: Keys for every chat request, beside those of the dialect.
        certificate: PEM of the one certificate that is trusted; "" trusts the system's.
        proxy: URL of the proxy to use; "" for none.
        allows_plain_key: Whether secrets may go over http to a public host.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    certificate: str = ""
    proxy: str = ""
    allows_plain_key: bool = True


DIRECT = ServerAccess()


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers as they can be sent; those without a value are left out.

    Raises:
        InvalidAccountError: A name or a value cannot be sent, or is not the user's to choose.
    """
    checked: dict[str, str] = {}
    for name, value in headers.items():
        name, value = name.strip(), value.strip()
        if not name or set(name.lower()) - HEADER_CHARACTERS or name.lower() in OWN_HEADERS:
            raise InvalidAccountError(field="headers", detail=f"“{name}” is no header to choose")
        if not value.isascii() or not value.isprintable():
            detail = f"the value of “{name}” holds a character that no header can carry"
            raise InvalidAccountError(field="headers", detail=detail)
        if value:
            checked[name] = value
    return checked


def checked_proxy(url: str) -> str:
    """Return the address of a proxy as it is used, "" for none.

    Raises:
        InvalidAccountError: It is no address of a proxy.
    """
    typed = url.strip()
    if not typed:
        return ""
    typed = typed if "://" in typed else f"http://{typed}"
    try:
        parts = urlsplit(typed)
        is_usable = parts.scheme in DEFAULT_PORTS and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable or not typed.isascii() or not typed.isprintable() or " " in typed:
        detail = "the proxy is not of the form http://host:port"
        raise InvalidAccountError(field="proxy", detail=detail)
    return typed


def environment_proxy(base_url: str) -> str:
    """Return the proxy that the system or the environment has for a server, "" for none."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(base_url)
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all") or ""
    if not found or proxy_bypass(parts.netloc):
        return ""
    try:
        return checked_proxy(found)
    except InvalidAccountError:
        logger.info("The proxy of the environment is of no kind that can be used")
        return ""
