"""What went over the wire for one request, for the connection doctor."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back; nothing in it is secret any more.

    Attributes:
        at: Seconds since the epoch.
        request_headers: Names and values, secrets masked.
        request_body: Its beginning; "" for none.
        status: None if no head arrived.
        response_body: Its beginning and its end, as text.
        response_bytes: Length of the whole body as received.
        duration_s: From the request to the end of the reply.
        error: What ended it, in words; "" after a good end.
    """

    at: float
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: str = ""
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    response_bytes: int = 0
    duration_s: float = 0.0
    error: str = field(default="")
