"""What goes wrong on the way to a server, as errors of the domain."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    CertificateChangedError,
    CertificateError,
    ConnectionLostError,
    ContextFullError,
    EngineError,
    EngineFailedError,
    NotAServerError,
    ParameterRefusedError,
    PermissionDeniedError,
    ProxyAnsweredError,
    RedirectedError,
    ServerBusyError,
    ServerUnreachableError,
    UnauthorizedError,
    UnreadableReplyError,
    WrongPathError,
)
from desktop_chat.providers.wire.failure_words import (
    context_length_of,
    error_object,
    error_text,
    meaning_of,
    parameter_of,
)
from desktop_chat.providers.wire.masking import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Failures", "ModelStillLoadingError", "error_object", "error_text"]

MAX_DETAIL_CHARACTERS = 500
MAX_DETAIL_LINES = 6
MAX_RETRY_AFTER_S = 24 * 3600
BY_GATEWAYS = (502, 503, 504)
PROXY_WANTS_A_LOGIN = 407
TLS_REASON = re.compile(r"certificate verify failed: (.{1,200}?)\s*(?:\(_ssl|$)")


class ModelStillLoadingError(ServerBusyError):
    """The server answers, but its model is not ready yet; nothing was started."""


class Failures:
    """Names the failures of one request.

    Args:
        url: The server's address, for the sentences.
        model: The model asked for.
        token: The API token sent; servers quote it in their errors, and it is masked.
        secrets: What else is sent and must not be shown.
        is_pinned: Only one certificate is trusted.
    """

    def __init__(
        self,
        url: str,
        model: str = "",
        token: str | None = None,
        *,
        secrets: tuple[str, ...] = (),
        is_pinned: bool = False,
    ) -> None:
        self.url = url
        self._model = model
        self._secrets = (token or "", *secrets)
        self._is_pinned = is_pinned

    def of_exception(self, error: BaseException, *, has_answered: bool = False) -> EngineError:
        """Name an exception of httpx, asyncio or the system.

        `has_answered` tells whether the head of the reply had arrived.
        """
        names = {cls.__name__ for cls in type(error).__mro__}
        text = str(error)
        if "SSL" in text or "SSLError" in names:
            return self._of_tls(text)
        if "ProxyError" in names:
            found = re.search(r"\b[45]\d\d\b", text)
            return ProxyAnsweredError(url=self.url, status=int(found.group()) if found else "")
        if names & {"RemoteProtocolError", "LocalProtocolError"} and "illegal" in text.lower():
            if has_answered:
                return UnreadableReplyError(detail="")
            return NotAServerError(url=self.url, detail="")
        if has_answered or names & {"ReadError", "WriteError", "RemoteProtocolError"}:
            return ConnectionLostError(url=self.url)
        return ServerUnreachableError(url=self.url)

    def of_response(self, status: int, headers: Mapping[str, str], body: bytes) -> EngineError:
        """Name a reply whose status or form says that it is none."""
        if 300 <= status < 400:
            target = self.detail(headers.get("location", "") or "another address")
            return RedirectedError(url=self.url, target=target)
        retry_after = headers.get("retry-after")
        payload = _parsed(body)
        if payload is not None:
            return self.of_payload(payload, status, retry_after=retry_after)
        text = body[:16384].decode("utf-8", "replace").strip()
        is_page = "html" in headers.get("content-type", "").lower() or text.startswith("<")
        is_gateway = status in (502, 504) and not text
        if status == PROXY_WANTS_A_LOGIN or is_gateway or (is_page and status in BY_GATEWAYS):
            return ProxyAnsweredError(url=self.url, status=status)
        if is_page:
            text = ""
            if status < 400:
                return NotAServerError(url=self.url, detail="It sends a web page.")
        return self._of_text(text, status, retry_after=retry_after)

    def of_payload(
        self, payload: object, status: int | None = None, *, retry_after: str | None = None
    ) -> EngineError:
        """Name an error that a server put into words, in whatever shape."""
        return self._of_text(
            error_text(payload) or "", status, error_object(payload), retry_after=retry_after
        )

    def detail(self, text: str) -> str:
        """Return `text` short, plain and without anything that looks like a key."""
        text = masked(text[: MAX_DETAIL_CHARACTERS * 16], self._secrets)
        lines = text.strip().splitlines()[:MAX_DETAIL_LINES]
        plain = ["".join(c for c in line if c.isprintable()).strip() for line in lines]
        joined = "\n".join(line for line in plain if line)
        if len(joined) > MAX_DETAIL_CHARACTERS:
            return f"{joined[: MAX_DETAIL_CHARACTERS - 1]}…"
        return joined

    def _of_tls(self, text: str) -> EngineError:
        if "CERTIFICATE_VERIFY_FAILED" not in text:
            detail = "It does not speak https there; try http."
            return NotAServerError(url=self.url, detail=detail)
        if self._is_pinned:
            return CertificateChangedError(url=self.url, fingerprint="")
        found = TLS_REASON.search(text)
        detail = self.detail(found.group(1) if found else text)
        return CertificateError(url=self.url, detail=detail, fingerprint="")

    def _of_text(
        self,
        text: str,
        status: int | None,
        fields: Mapping[str, Any] | None = None,
        *,
        retry_after: str | None = None,
    ) -> EngineError:
        fields = fields or {}
        detail = self.detail(text)
        if status == 401 or str(fields.get("code", "")) == "invalid_api_key":
            return UnauthorizedError(url=self.url, detail=detail)
        error = meaning_of(text, fields)
        if error is ContextFullError:
            return ContextFullError(context_length=context_length_of(text, fields), detail=detail)
        if error is ParameterRefusedError or (error is None and status == 422):
            parameter = self.detail(parameter_of(text, fields))
            return ParameterRefusedError(parameter=parameter, detail=detail)
        if error is not None:
            return error(url=self.url, model=self._model, detail=detail)
        return self._of_status(status, detail, retry_after)

    def _of_status(self, status: int | None, detail: str, retry_after: str | None) -> EngineError:
        if status == 503 and "loading model" in detail.lower():
            return ModelStillLoadingError(detail=detail)
        if status in (429, 503):
            return ServerBusyError(retry_after_s=_seconds(retry_after), detail=detail)
        if status in (404, 405):
            return WrongPathError(url=self.url, detail=detail)
        if not detail:
            detail = f"HTTP status {status}" if status else "no reason was given"
        if status == 403:
            return PermissionDeniedError(url=self.url, detail=detail)
        return EngineFailedError(status=status, detail=detail)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _seconds(retry_after: str | None) -> int | None:
    """Read `Retry-After`: seconds, or the time of day as HTTP writes it (RFC 9110, 10.2.3)."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MAX_RETRY_AFTER_S)
    if not text.endswith("GMT"):
        return None
    from email.utils import parsedate_to_datetime

    try:
        left = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(round(left), 0), MAX_RETRY_AFTER_S)
