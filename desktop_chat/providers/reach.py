"""Plain questions about a place in the network, of which no server takes note as of a request."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

TIMEOUT_S = 2.0


async def has_address(host: str) -> bool:
    """Whether the name is known; an address is its own."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return bool(await loop.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return False


async def is_listening(host: str, port: int) -> bool:
    """Whether a connection can be made; nothing is sent."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, UnicodeError):
        return False
    writer.transport.abort()
    return True


async def speaks_tls(host: str, port: int) -> bool:
    """Whether TLS is spoken there, whatever the certificate."""
    import ssl

    # Only for the greeting: the connection is closed without a byte of ours.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, writer = await asyncio.open_connection(
                host, port, ssl=context, ssl_handshake_timeout=TIMEOUT_S
            )
    except (OSError, EOFError, UnicodeError):
        return False
    writer.transport.abort()
    return True


def is_own_address(host: str) -> bool:
    """Whether `host` is an address, not a name, of this machine."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        # Nothing is sent: only an address of our own can be bound.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
