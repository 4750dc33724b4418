"""What a server says when it is asked for a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import DownloadRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of a number of bytes; Python reads no number of more than some thousand.
MOST_DIGITS = 18
OK, PARTIAL, RANGE_REFUSED = 200, 206, 416
CONTENT_RANGE = re.compile(r"^bytes (?P<start>\d{1,18})-\d{1,18}/(?P<total>\d{1,18}|\*)$", re.ASCII)
# The hub tells the SHA-256 of large files this way, already where it redirects.
LINKED_ETAG = re.compile(r'^"?(?P<digits>[0-9a-f]{64})"?$')
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
REASONS = {
    401: "the server wants a login for it (status 401)",
    403: "the server refuses it; perhaps its licence must be accepted there (status 403)",
    404: "there is no such file (status 404)",
    407: "the proxy wants a login (status 407)",
    410: "the file is not there any more (status 410)",
    451: "it may not be offered (status 451)",
}


class TemporaryError(Exception):
    """It may work a little later; the text is the reason.

    Attributes:
        wait_s: As the server asks; None if it does not.
    """

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A server sends a file, or the rest of one.

    Attributes:
        start: Where in the file the body begins.
        validator: By which the server tells this file from others; "" if there is none.
    """

    start: int
    total_bytes: int | None
    validator: str


def read_answer(status: int, headers: Mapping[str, str], name: str, asked_from: int) -> FileAnswer:
    """Return what comes.

    Args:
        status: HTTP status, no redirect.
        headers: By lower-case name.
        name: Of the model, for errors.
        asked_from: The byte from which on the file was asked for.

    Raises:
        DownloadRefusedError: It is no file, and will not be.
        TemporaryError: Not now.
    """
    if status in TEMPORARY:
        wait = headers.get("retry-after", "")
        wait_s = float(wait) if wait.isascii() and wait.isdigit() else None
        raise TemporaryError(f"the server cannot send it now (status {status})", wait_s)
    if status not in (OK, PARTIAL):
        reason = REASONS.get(status, f"the server answered with status {status}")
        raise DownloadRefusedError(name=name, detail=reason)
    if headers.get("content-type", "").startswith("text/html"):
        detail = "the address leads to a web page and not to a file"
        raise DownloadRefusedError(name=name, detail=detail)
    if headers.get("content-encoding", "identity") not in ("", "identity"):
        raise DownloadRefusedError(
            name=name, detail="the server sends it packed, which was not asked for"
        )
    start, total = 0, _number(headers.get("content-length"))
    if status == PARTIAL:
        match = CONTENT_RANGE.match(headers.get("content-range", ""))
        if match is None or int(match["start"]) != asked_from:
            raise DownloadRefusedError(
                name=name, detail="the server sent another part than asked for"
            )
        start, total = asked_from, _number(match["total"])
    return FileAnswer(start, total, _validator(headers))


def announced_checksum(headers: Mapping[str, str]) -> str:
    """Return the SHA-256 that the server announces for the file, "" if it does not."""
    match = LINKED_ETAG.match(headers.get("x-linked-etag", ""))
    return match["digits"] if match else ""


def _validator(headers: Mapping[str, str]) -> str:
    etag = headers.get("etag", "")
    # A weak one says "about the same", which is no base for the other half.
    if etag and not etag.startswith("W/"):
        return etag
    return headers.get("last-modified", "")


def _number(text: str | None) -> int | None:
    is_number = text and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if text and is_number else None
