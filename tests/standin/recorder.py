"""What the stand-in remembers of each request."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

UNREAD: Any = object()


@dataclass(eq=False, slots=True)
class RecordedRequest:
    """One request and what became of its answer; it keeps changing until the answer has ended.

    Attributes:
        at: Wall-clock time of the request's last byte (`time.time()`).
        started: The same on the monotonic clock; `client_closed_at` is on it too.
        target: The request target as it came: a proxy sees absolute URLs and `host:port` here.
        headers: Names in lower case; the last one wins.
        connection: Number of the TCP connection, from 1.
        reused: Whether the connection had carried a request before.
        bytes_sent: Bytes of the answer handed to TCP, head included.
        writes: How many separate writes these were.
        tokens_sent: Pieces of text sent in a stream.
        client_closed_at: When the client's close was seen, None if it was not.
        closed_by: How the client closed: "FIN" or "RST".
        complete: Whether the answer went out to its proper end.
        ended: Whether the stand-in is done with this request, in whatever way.
        scenario: Name of the scenario that answered, "" for the ordinary answer.
    """

    number: int
    at: float
    started: float
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    reused: bool
    bytes_sent: int = 0
    writes: int = 0
    tokens_sent: int = 0
    status: int | None = None
    client_closed_at: float | None = None
    closed_by: str | None = None
    complete: bool = False
    ended: bool = False
    scenario: str = ""
    raw_headers: list[tuple[str, str]] = field(default_factory=list)
    _json: Any = field(default=UNREAD, repr=False)

    @property
    def path(self) -> str:
        """The path without the query, of an absolute target too."""
        path = self.target
        if "://" in path:
            path = "/" + path.split("://", 1)[1].partition("/")[2]
        return path.partition("?")[0]

    @property
    def json(self) -> Any:
        """The body as JSON, None if it is not."""
        if self._json is UNREAD:
            try:
                self._json = json.loads(self.body)
            except ValueError:
                self._json = None
        return self._json

    @property
    def closed_after_s(self) -> float | None:
        """Seconds from the request to the client's close."""
        if self.client_closed_at is None:
            return None
        return self.client_closed_at - self.started

    def as_dict(self) -> dict[str, Any]:
        """Return the form of `GET /__lab/log`."""
        return {
            "number": self.number,
            "time": self.at,
            "method": self.method,
            "target": self.target,
            "path": self.path,
            "headers": self.headers,
            "json": self.json,
            "body_length": len(self.body),
            "connection": self.connection,
            "reused": self.reused,
            "scenario": self.scenario,
            "status": self.status,
            "bytes_sent": self.bytes_sent,
            "writes": self.writes,
            "tokens_sent": self.tokens_sent,
            "closed_after_s": self.closed_after_s,
            "closed_by": self.closed_by,
            "complete": self.complete,
            "ended": self.ended,
        }
