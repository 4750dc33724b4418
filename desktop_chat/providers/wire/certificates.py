"""Certificates that the user looked at and trusts: fetched, shown, and the only ones accepted."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from desktop_chat.domain.errors import CertificateError, InvalidAccountError, ProxyAnsweredError
from desktop_chat.providers.wire.access import checked_proxy
from desktop_chat.providers.wire.failures import Failures
from desktop_chat.providers.wire.http_head import HeadError, read_head
from desktop_chat.providers.wire.urls import DEFAULT_PORTS, normalise_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping

CONNECT_TIMEOUT_S = 10.0
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name: what the user looked at and
# trusted does not become another certificate by its date.
NO_CHECK_TIME = 0x200000
PIN_BROKEN = "[SSL: CERTIFICATE_VERIFY_FAILED] it is not the trusted certificate"


@dataclass(frozen=True, slots=True)
class FoundCertificate:
    """The certificate that a server shows.

    Attributes:
        pem: To be kept as `Account.certificate`.
        fingerprint: SHA-256 in pairs of hex digits, as other programs show it.
        subject: For whom it was made.
        issuer: Who signed it; the same as `subject` where it signed itself.
        expires: As the certificate says it, "" if unknown.
    """

    pem: str
    fingerprint: str
    subject: str = ""
    issuer: str = ""
    expires: str = ""


def fingerprint_of(pem: str) -> str:
    """Return the SHA-256 of a certificate as `AB:CD:…`.

    Raises:
        InvalidAccountError: The text is no certificate.
    """
    digest = hashlib.sha256(_der_of(pem)).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


@lru_cache(maxsize=32)
def pinned_context(pem: str) -> ssl.SSLContext:
    """Return a context for TLS that trusts this one certificate and nothing else.

    Whose name it bears and how old it is does not matter: the user looked at it.

    Raises:
        InvalidAccountError: The text is no certificate.
    """
    trusted = _der_of(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags |= NO_CHECK_TIME
    context.load_verify_locations(cadata=trusted)

    class PinnedObject(ssl.SSLObject):
        """Refuses what the trusted certificate only signed, before a byte is sent."""

        def do_handshake(self) -> None:
            super().do_handshake()
            if self.getpeercert(binary_form=True) != trusted:
                raise ssl.SSLCertVerificationError(PIN_BROKEN)

    context.sslobject_class = PinnedObject
    return context


async def fetch_certificate(url: str, proxy: str = "") -> FoundCertificate:
    """Look at the certificate of a server; nothing is sent to it but the greeting of TLS.

    Raises:
        InvalidServerUrlError, InvalidAccountError: The address or the proxy cannot be used.
        EngineError: The server cannot be reached, or does not speak TLS.
    """
    base_url = normalise_base_url(url)
    failures = Failures(base_url)
    proxy = checked_proxy(proxy)
    if urlsplit(base_url).scheme != "https":
        raise CertificateError(url=base_url, detail="Only https has certificates.")
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            der, _ = await _shake_hands(base_url, _unchecked_context(), proxy)
            pem = ssl.DER_cert_to_PEM_cert(der)
            # Once more with the pin: what is offered has been tried, and can now be read.
            _, names = await _shake_hands(base_url, pinned_context(pem), proxy)
    except (OSError, EOFError, HeadError) as error:
        raise failures.of_exception(error) from error
    return FoundCertificate(
        pem,
        fingerprint_of(pem),
        _name(names.get("subject")),
        _name(names.get("issuer")),
        str(names.get("notAfter", "")),
    )


async def _shake_hands(
    base_url: str, context: ssl.SSLContext, proxy: str
) -> tuple[bytes, Mapping[str, Any]]:
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS["https"]
    if proxy:
        writer = await _through_proxy(base_url, f"{host}:{port}", proxy)
    else:
        _, writer = await asyncio.open_connection(host, port)
    try:
        await writer.start_tls(context, server_hostname=host)
        connection = writer.get_extra_info("ssl_object")
        return connection.getpeercert(binary_form=True), connection.getpeercert() or {}
    finally:
        writer.transport.abort()


async def _through_proxy(base_url: str, target: str, proxy: str) -> asyncio.StreamWriter:
    parts = urlsplit(proxy)
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 80)
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=tls)
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if parts.username:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(user.encode()).decode()}")
    writer.write("\r\n".join([*lines, "", ""]).encode("ascii", "replace"))
    head = await read_head(reader)
    if not 200 <= head.status < 300:
        writer.transport.abort()
        raise ProxyAnsweredError(url=base_url, status=head.status)
    return writer


def _unchecked_context() -> ssl.SSLContext:
    """Return a context only for looking at a certificate; no request ever goes through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _der_of(pem: str) -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(pem.strip())
    except (ValueError, UnicodeError):
        detail = "the trusted certificate cannot be read"
        raise InvalidAccountError(field="certificate", detail=detail) from None


def _name(parts: object) -> str:
    """Return a name as certificates hold it in words: the common name, else the organisation."""
    found: dict[str, str] = {}
    for part in parts if isinstance(parts, tuple) else ():
        for key, value in part:
            found.setdefault(key, "".join(c for c in value if c.isprintable())[:200])
    return found.get("commonName") or found.get("organizationName") or ""
