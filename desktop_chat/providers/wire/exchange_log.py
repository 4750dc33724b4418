"""The last exchanges with one server, without anything secret, for who looks for a fault."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from desktop_chat.domain.exchange import Exchange
from desktop_chat.providers.wire.masking import masked, masked_headers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_EXCHANGES = 8
HEAD_BYTES = 16 * 1024
TAIL_BYTES = 4 * 1024
STOPPED = "stopped by this program"
LEFT_OUT = "\n… {count} bytes left out …\n"


class ExchangeLog:
    """Keeps the last exchanges in memory; nothing of it is ever written anywhere.

    Args:
        secrets: Texts that must not appear in it.
        header_names: Headers whose values are secrets, however short.
    """

    def __init__(self, secrets: tuple[str, ...] = (), header_names: tuple[str, ...] = ()) -> None:
        self._secrets = secrets
        self._header_names = header_names
        self._records: deque[ExchangeRecord] = deque(maxlen=MAX_EXCHANGES)

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The exchanges, oldest first; the last ones may be under way."""
        return tuple(record.exchange() for record in self._records)

    def begin(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> ExchangeRecord:
        """Return the record of a request that goes out now."""
        record = ExchangeRecord(method, masked(url, self._secrets), self._secrets)
        record.request_headers = masked_headers(headers, self._secrets, self._header_names)
        record.request_body = body[: HEAD_BYTES + TAIL_BYTES]
        record.request_bytes = len(body)
        self._records.append(record)
        return record


class ExchangeRecord:
    """One exchange while it goes on; an error that leaves its `with` block has ended it.

    Attributes:
        request_headers: Masked.
        request_body: Its beginning.
        request_bytes: Its whole length.
    """

    def __init__(self, method: str, url: str, secrets: tuple[str, ...]) -> None:
        self.request_headers: tuple[tuple[str, str], ...] = ()
        self.request_body = b""
        self.request_bytes = 0
        self._method = method
        self._url = url
        self._secrets = secrets
        self._at = time.time()
        self._started = time.perf_counter()
        self._ended: float | None = None
        self._status: int | None = None
        self._headers: tuple[tuple[str, str], ...] = ()
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._bytes = 0
        self._error = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self.end(error)

    def answer(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the head of the reply."""
        self._status = status
        self._headers = masked_headers(headers, self._secrets)

    def add(self, data: bytes) -> None:
        """Take more of the reply's body; called for each token, so it does next to nothing."""
        self._bytes += len(data)
        if len(self._head) < HEAD_BYTES:
            self._head += data
            return
        self._tail.append(data)
        self._tail_bytes += len(data)
        while self._tail_bytes - len(self._tail[0]) >= TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft())

    def end(self, error: BaseException | None = None) -> None:
        """The exchange is over; `error` is what ended it, if it was no good end."""
        if self._ended is None:
            self._ended = time.perf_counter()
            self._error = _in_words(error)

    def exchange(self) -> Exchange:
        """Return it as it is now, as text and masked."""
        now = self._ended if self._ended is not None else time.perf_counter()
        return Exchange(
            at=self._at,
            method=self._method,
            url=self._url,
            request_headers=self.request_headers,
            request_body=self._text(self.request_body[:HEAD_BYTES], b"", self.request_bytes),
            status=self._status,
            response_headers=self._headers,
            response_body=self._text(bytes(self._head), b"".join(self._tail), self._bytes),
            response_bytes=self._bytes,
            duration_s=now - self._started,
            error=masked(self._error, self._secrets),
        )

    def _text(self, head: bytes, tail: bytes, length: int) -> str:
        head, more = head[:HEAD_BYTES], head[HEAD_BYTES:]
        tail = (more + tail)[-TAIL_BYTES:]
        gap = length - len(head) - len(tail)
        between = LEFT_OUT.format(count=gap) if gap > 0 else ""
        text = head.decode("utf-8", "replace") + between + tail.decode("utf-8", "replace")
        return masked(text, self._secrets)


def _in_words(error: BaseException | None) -> str:
    if error is None:
        return ""
    if isinstance(error, GeneratorExit | asyncio.CancelledError):
        return STOPPED
    return str(error) or type(error).__name__
