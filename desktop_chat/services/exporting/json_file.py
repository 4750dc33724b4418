"""The JSON format, see docs/json-format.md: all that is stored, a chat a line."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.transfer import (
    FORMAT,
    VERSION,
    AttachmentRecord,
    ChatRecord,
    FolderRecord,
    LibraryRecord,
    MessageRecord,
)
from desktop_chat.storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ALWAYS = {
    FolderRecord: ("id", "name", "created_at"),
    ChatRecord: ("id", "title", "created_at", "updated_at", "messages"),
    MessageRecord: ("id", "sender", "content", "created_at"),
    AttachmentRecord: (),
}


def json_lines(library: LibraryRecord, chats: Iterable[ChatRecord]) -> Iterator[str]:
    """Yield the file in pieces: its beginning, each chat, its end."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "program": library.program,
        "exported_at": to_text(library.exported_at),
        "folders": [_plain(folder) for folder in library.folders],
        "tags": list(library.tags),
    }
    yield f'{_dumped(head)[:-1]}, "chats": ['
    joint = "\n"
    for chat in chats:
        yield f"{joint}{_dumped(_plain(chat))}"
        joint = ",\n"
    yield "\n]}\n"


def _dumped(value: Any) -> str:
    # NaN and its like are no JSON; the texts they stand in may come from other programs.
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def _plain(record: Any) -> dict[str, Any]:
    """Return a record as JSON has it, without what has its default value."""
    always = _ALWAYS[type(record)]
    found: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.name in always or value != field.default:
            found[field.name] = _value(value)
    return found


def _value(value: Any) -> Any:
    match value:
        case datetime():
            return to_text(value)
        case bytes():
            return b64encode(value).decode("ascii")
        case tuple():
            return [_plain(part) if type(part) in _ALWAYS else part for part in value]
        case dict():
            return _finite(value)
    return value


def _finite(value: Any) -> Any:
    """Return a JSON value without numbers that JSON has no words for."""
    if isinstance(value, dict):
        return {str(name): _finite(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    is_number = not isinstance(value, float) or value - value == 0
    return value if is_number else None
