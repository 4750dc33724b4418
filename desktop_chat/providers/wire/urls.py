"""Addresses of servers: what users type, made into what is sent."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

from desktop_chat.domain.errors import InvalidServerUrlError

# What people copy from examples; the paths are added again by the provider.
ENDPOINTS = ("/chat/completions", "/completions", "/models", "/chat", "/responses", "/embeddings")
DEFAULT_PORTS = {"http": 80, "https": 443}
LM_STUDIO_ROOTS = ("/api/v0", "/api/v1")


def normalise_base_url(text: str) -> str:
    """Return `scheme://host[:port][/prefix]`, without `/v1` and without a slash at the end.

    Raises:
        InvalidServerUrlError: The text is no address of a server.
    """
    typed = text.strip()
    parts, port = _split(typed)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    path = _without_endpoint(parts.path.rstrip("/"), is_private=is_private_host(host))
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"


def origin_of(text: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an address, None for text that is no address."""
    try:
        parts = urlsplit(normalise_base_url(text))
    except InvalidServerUrlError:
        return None
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]


def is_private_host(host: str) -> bool:
    """Whether `host` is this machine or one of the local network: never behind a proxy."""
    name = host.strip("[]").casefold()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith((".localhost", ".local", ".lan", ".internal"))
    return address.is_private or address.is_loopback or address.is_link_local


def is_unprotected(url: str) -> bool:
    """Whether what is sent there travels over the internet for all to read."""
    try:
        parts = urlsplit(normalise_base_url(url))
    except InvalidServerUrlError:
        return False
    return parts.scheme == "http" and not is_private_host(parts.hostname or "")


def _split(typed: str) -> tuple[SplitResult, int | None]:
    if not typed:
        raise InvalidServerUrlError(url=typed, detail="it is empty")
    if any(character.isspace() or not character.isprintable() for character in typed):
        raise InvalidServerUrlError(url=typed, detail="it holds a space or a line break")
    url = typed if "://" in typed else f"http://{typed}"
    try:
        parts = urlsplit(url)
        port = parts.port
        ends_in_colon = parts.netloc.endswith(":")
        _check_host(parts.hostname or "")
    except ValueError as error:
        raise InvalidServerUrlError(url=typed, detail=_reason(error)) from None
    reason = ""
    if parts.scheme not in ("http", "https"):
        reason = f"“{parts.scheme}” is neither http nor https"
    elif parts.username is not None or parts.password is not None:
        # The address may hold a password: it is not repeated.
        raise InvalidServerUrlError(url="…@…", detail="user name and password do not belong there")
    elif "?" in url or "#" in url:
        reason = "“?” and “#” do not belong there"
    elif port == 0 or ends_in_colon:
        reason = "the port must be a number from 1 to 65535"
    if reason:
        raise InvalidServerUrlError(url=typed, detail=reason)
    return parts, port


def _check_host(host: str) -> None:
    if not host:
        raise ValueError("the host is missing")
    if ":" in host:
        ipaddress.IPv6Address(host)
        if "%" in host:
            raise ValueError("an IPv6 zone cannot be used")
    elif not all(c.isalnum() or c in "-._" for c in host) or ".." in host or len(host) > 253:
        raise ValueError("the host is not a valid name")
    elif not host.isascii():
        # Raises UnicodeError, a ValueError, where the name cannot be looked up.
        host.encode("idna")


def _reason(error: ValueError) -> str:
    text = str(error)
    if "ort" in text and ("range" in text or "cast" in text):
        return "the port must be a number from 1 to 65535"
    if text.startswith(("the host", "an IPv6 zone")):
        return text
    return "the host is not a valid name or address"


def _without_endpoint(path: str, *, is_private: bool) -> str:
    if path.endswith("/v1"):
        root = path
    else:
        root = next((path.removesuffix(e) for e in ENDPOINTS if path.endswith(e)), path)
        if root != path and not root.endswith(("/v1", "/v0")):
            root = path
    if is_private and root.endswith(LM_STUDIO_ROOTS):
        return root[: -len("/api/v1")].rstrip("/")
    return root.removesuffix("/v1").rstrip("/")
