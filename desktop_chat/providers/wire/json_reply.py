"""JSON as servers send it: decoded safely, and refused when it is an error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import UnreadableReplyError
from desktop_chat.providers.wire.failures import error_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop_chat.providers.wire.failures import Failures


def decode_json(text: str) -> Any:
    """Decode JSON so that nothing in it can fail later: no NaN, no half of a surrogate pair.

    Raises:
        ValueError: The text is no JSON.
        RecursionError: It is nested too deeply.
    """
    value = DECODER.decode(text)
    # Bytes decoded as UTF-8 hold no surrogates, so only an escape can bring one in.
    if "\\ud" in text or "\\uD" in text:
        return without_surrogates(value)
    return value


def without_surrogates(value: Any) -> Any:
    """Replace halves of surrogate pairs in all strings of a JSON value."""
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    return value


def _no_number(_name: str) -> None:
    """NaN and the infinities are no JSON; a chunk that has one still carries text."""


DECODER = json.JSONDecoder(parse_constant=_no_number)


def checked_json(failures: Failures, status: int, headers: Mapping[str, str], body: bytes) -> Any:
    """Return the JSON of a reply, or raise what it says instead."""
    if status != 200:
        raise failures.of_response(status, headers, body)
    try:
        value = decode_json(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        if body.lstrip()[:1] in (b"{", b"["):
            raise UnreadableReplyError(detail="") from None
        raise failures.of_response(status, headers, body) from None
    if error_text(value) is not None:
        raise failures.of_payload(value, status)
    return value
