"""How a server is reached, beside its address and its key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ServerAccess:
    """What one account adds to its requests and its connections.

    Attributes:
        headers: Sent with each request; their values are secrets.
        extra_body: Keys for every chat request, beside those of the dialect.
        certificate: PEM of the one certificate that is trusted; "" trusts the system's.
        proxy: URL of the proxy to use; "" for none.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra_body: Mapping[str, Any] = field(default_factory=dict)
    certificate: str = ""
    proxy: str = ""


DIRECT = ServerAccess()
