"""What servers say when something is wrong, and what it means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import (
    ContextFullError,
    EngineError,
    ImageRefusedError,
    ModelCrashedError,
    ModelLoadFailedError,
    ModelNotFoundError,
    ModelUnloadedError,
    NoModelLoadedError,
    OutOfMemoryError,
    ParameterRefusedError,
    PermissionDeniedError,
    TemplateFailedError,
    WrongPathError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ISSUES = 6

CONTEXT_LENGTH = re.compile(
    r"(?i)(?:n_ctx\D{0,4}|only supports |context size \(|context length of only "
    r"|maximum context length is )(\d{1,9})"
)
# In this order: a load can fail for want of memory, and then the second matters less.
MEANINGS: tuple[tuple[type[EngineError], re.Pattern[str]], ...] = (
    (
        ContextFullError,
        re.compile(
            r"(?i)does not fit in context length|n_keep|exceed_context_size"
            r"|exceeds the available context|context (size|length|window) (has been )?exceeded"
            r"|context the overflows|context overflow|greater than the context length"
            r"|overflows? the context|maximum context length"
        ),
    ),
    (WrongPathError, re.compile(r"Unexpected endpoint or method")),
    (NoModelLoadedError, re.compile(r"(?i)no models? (is |are )?(currently )?loaded")),
    (ModelUnloadedError, re.compile(r"(?i)model (was |has been |got )?(unloaded|evicted)\b")),
    (
        ModelNotFoundError,
        re.compile(
            r"(?i)invalid model (identifier|name)|model ['\"“`].{1,200} (not found|does not exist)"
        ),
    ),
    (
        OutOfMemoryError,
        re.compile(
            r"(?i)(insufficient|not enough) (system |video |gpu )?(resources|memory|vram)"
            r"|out of (gpu |device |video |host )?memory|requires more (system )?memory"
            r"|(failed|unable) to allocate .{0,60}(buffer|memory)|ErrorOutOfDeviceMemory"
        ),
    ),
    (ModelLoadFailedError, re.compile(r"(?i)failed to load (the )?model|error loading model")),
    (
        ModelCrashedError,
        re.compile(
            r"(?i)model (has |process has )?(crashed|terminated unexpectedly)|runner .{0,40}termina"
        ),
    ),
    (
        ImageRefusedError,
        re.compile(
            r"(?i)base64 encoded image|not support (images?|vision)|not a multimodal model"
            r"|image input is not supported|missing mmproj|(failed|unable) to (load|decode) image"
        ),
    ),
    (
        TemplateFailedError,
        re.compile(
            r"(?i)jinja|(prompt|chat) template|applyPromptTemplate|roles must alternate"
            r"|roles are supported|a 'role' field|only .{0,30}roles"
        ),
    ),
    (
        ParameterRefusedError,
        re.compile(
            r"(?i)unrecognized key|reasoning setting|parse grammar|invalid grammar|json.?schema"
            r"|extra inputs are not permitted|(unsupported|unknown) (parameter|value|field)"
        ),
    ),
    (PermissionDeniedError, re.compile(r"(?i)^permission denied")),
)
# Parts of a request that are no parameter to change.
NO_PARAMETER = frozenset(("", "model", "messages", "input", "prompt", "body", "None"))
QUOTED = re.compile(r"['\"`“](\w{1,40})['\"`”]")


def meaning_of(text: str, fields: Mapping[str, Any]) -> type[EngineError] | None:
    """Return the error that the server's words, code and type speak of, if they are known."""
    code, kind = str(fields.get("code", "")), str(fields.get("type", ""))
    if kind == "exceed_context_size_error":
        return ContextFullError
    if code == "model_not_found":
        return ModelNotFoundError
    if code == "unrecognized_keys":
        return ParameterRefusedError
    if kind == "permission_error":
        return PermissionDeniedError
    return next((error for error, words in MEANINGS if words.search(text)), None)


def parameter_of(text: str, fields: Mapping[str, Any]) -> str:
    """Return the name of the parameter that a server refuses, "" if it names none."""
    named = str(fields.get("param") or "").rpartition(".")[2]
    if named not in NO_PARAMETER:
        return named
    place, _, _ = text.partition(":")
    head, _, last = place.rpartition(".")
    if head.startswith("body") and last not in NO_PARAMETER:
        return last
    found = QUOTED.search(text)
    return found.group(1) if found and found.group(1) not in NO_PARAMETER else ""


def context_length_of(text: str, fields: Mapping[str, Any]) -> int | None:
    """Return the tokens that fit, where the server tells."""
    length = fields.get("n_ctx")
    if isinstance(length, int):
        return length
    found = CONTEXT_LENGTH.search(text)
    return int(found.group(1)) if found else None


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
    for issue in detail[:MAX_ISSUES]:
        if isinstance(issue, dict):
            place = issue.get("loc")
            path = ".".join(str(part) for part in place) if isinstance(place, list) else ""
            texts.append(f"{path}: {issue.get('msg', '')}".strip(": "))
    return "\n".join(texts) or None
