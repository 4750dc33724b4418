"""What goes wrong on the way to a server, as errors of the domain."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    ConnectionLostError,
    ContextFullError,
    EngineError,
    EngineFailedError,
    ModelLoadFailedError,
    ModelNotFoundError,
    NoModelLoadedError,
    NotAServerError,
    ServerBusyError,
    ServerUnreachableError,
    UnauthorizedError,
    UnreadableReplyError,
    WrongPathError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DETAIL_CHARACTERS = 500
MAX_DETAIL_LINES = 6

KEY_LIKE = re.compile(r"(?i)\bbearer\s+\S+|\bsk-[\w.:-]+\**|\S{1,80}\*{4,}")
CONTEXT_FULL = re.compile(
    r"(?i)does not fit in context length|n_keep|exceed_context_size|exceeds the available context"
    r"|context (size|length|window) (has been )?exceeded|context the overflows|context overflow"
    r"|greater than the context length|overflows? the context"
    r"|maximum context length"
)
CONTEXT_LENGTH = re.compile(
    r"(?i)(?:n_ctx\D{0,4}|only supports |context size \(|context length of only "
    r"|maximum context length is )(\d{1,9})"
)
NO_MODEL_LOADED = re.compile(r"(?i)no models? (is |are )?(currently )?loaded")
MODEL_NOT_FOUND = re.compile(r"(?i)invalid model identifier|model ['\"“].{1,200} not found")
MODEL_LOAD_FAILED = re.compile(r"(?i)failed to load model|error loading model")


class ModelStillLoadingError(ServerBusyError):
    """The server answers, but its model is not ready yet; nothing was started."""


class Failures:
    """Names the failures of one request.

    Args:
        url: The server's address, for the sentences.
        model: The model asked for.
        token: The API token sent; servers quote it in their errors, and it is masked.
    """

    def __init__(self, url: str, model: str = "", token: str | None = None) -> None:
        self.url = url
        self._model = model
        self._token = token

    def of_exception(self, error: BaseException, *, has_answered: bool = False) -> EngineError:
        """Name an exception of httpx, asyncio or the system.

        `has_answered` tells whether the head of the reply had arrived.
        """
        names = {cls.__name__ for cls in type(error).__mro__}
        text = str(error)
        if "SSL" in text or "SSLError" in names:
            return NotAServerError(url=self.url, detail=_tls_detail(text))
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
            target = self.detail(headers.get("location", "another address"))
            return NotAServerError(url=self.url, detail=f"It redirects to {target}.")
        payload = _parsed(body)
        if payload is not None:
            return self.of_payload(payload, status, retry_after=headers.get("retry-after"))
        text = body[:16384].decode("utf-8", "replace").strip()
        is_page = "html" in headers.get("content-type", "") or text.startswith("<")
        if is_page and status in (502, 503, 504):
            detail = f"A proxy answered with status {status}."
            return NotAServerError(url=self.url, detail=detail)
        if is_page:
            text = ""
            if status < 400:
                return NotAServerError(url=self.url, detail="It sends a web page.")
        return self._of_text(text, status, retry_after=headers.get("retry-after"))

    def of_payload(
        self, payload: object, status: int | None = None, *, retry_after: str | None = None
    ) -> EngineError:
        """Name an error that a server put into words, in whatever shape."""
        return self._of_text(
            error_text(payload) or "", status, error_object(payload), retry_after=retry_after
        )

    def detail(self, text: str) -> str:
        """Return `text` short, plain and without anything that looks like a key."""
        text = text[: MAX_DETAIL_CHARACTERS * 16]
        if self._token:
            text = text.replace(self._token, "***")
        lines = KEY_LIKE.sub("***", text).strip().splitlines()[:MAX_DETAIL_LINES]
        plain = ["".join(c for c in line if c.isprintable()).strip() for line in lines]
        joined = "\n".join(line for line in plain if line)
        if len(joined) > MAX_DETAIL_CHARACTERS:
            return f"{joined[: MAX_DETAIL_CHARACTERS - 1]}…"
        return joined

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
        code, kind = str(fields.get("code", "")), str(fields.get("type", ""))
        if status == 401 or code == "invalid_api_key":
            return UnauthorizedError(url=self.url, detail=detail)
        if kind == "exceed_context_size_error" or CONTEXT_FULL.search(text):
            return ContextFullError(context_length=_context_length(text, fields), detail=detail)
        if "Unexpected endpoint or method" in text:
            return WrongPathError(url=self.url, detail=detail)
        if NO_MODEL_LOADED.search(text):
            return NoModelLoadedError(url=self.url, detail=detail)
        if code == "model_not_found" or MODEL_NOT_FOUND.search(text):
            return ModelNotFoundError(model=self._model, detail=detail)
        if MODEL_LOAD_FAILED.search(text):
            return ModelLoadFailedError(model=self._model, detail=detail)
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
        return EngineFailedError(status=status, detail=detail)


def error_text(payload: object) -> str | None:
    """Return the words of an error in one of the shapes in use; None if `payload` is no error."""
    if not isinstance(payload, dict):
        return None
    error = payload.get("error")
    if error:
        if isinstance(error, dict):
            error = error.get("message") or error.get("type") or payload.get("message") or error
        return error if isinstance(error, str) else json.dumps(error, ensure_ascii=False)
    if "choices" in payload and payload.get("object") != "error":
        return None
    message = payload.get("message")
    if isinstance(message, str) and message:
        return message
    return _validation_text(payload.get("detail"))


def error_object(payload: object) -> Mapping[str, Any]:
    """Return the part of `payload` that holds the error's code and type."""
    if not isinstance(payload, dict):
        return {}
    error = payload.get("error")
    return error if isinstance(error, dict) else payload


def _validation_text(detail: object) -> str | None:
    if isinstance(detail, str):
        return detail or None
    if not isinstance(detail, list):
        return None
    texts = []
    for issue in detail[:MAX_DETAIL_LINES]:
        if isinstance(issue, dict):
            place = issue.get("loc")
            path = ".".join(str(part) for part in place) if isinstance(place, list) else ""
            texts.append(f"{path}: {issue.get('msg', '')}".strip(": "))
    return "\n".join(texts) or None


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _context_length(text: str, fields: Mapping[str, Any]) -> int | None:
    length = fields.get("n_ctx")
    if isinstance(length, int):
        return length
    found = CONTEXT_LENGTH.search(text)
    return int(found.group(1)) if found else None


def _seconds(retry_after: str | None) -> int | None:
    return (
        int(retry_after)
        if retry_after and retry_after.isascii() and retry_after.isdigit()
        else None
    )


def _tls_detail(text: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "Its certificate is not trusted."
    return "It does not speak https there; try http."
