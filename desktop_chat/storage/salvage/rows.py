"""Which table a row belongs to, told by its shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]

# In the order in which the migrations made them; a row ends with those it was written with.
_MESSAGE = (
    *("id", "chat_id", "parent_id", "depth", "sender", "status", "created_at", "model"),
    *("finish_reason", "prompt_tokens", "completion_tokens", "time_to_first_token_ms"),
    *("duration_ms", "error", "error_code", "error_fields", "content", "reasoning"),
    *("reasoning_ms", "params"),
)
_CHAT = (
    *("id", "title", "created_at", "updated_at", "folder_id", "pinned", "deleted_at"),
    *("system_prompt", "account", "model", "active_message_id", "is_renamed"),
    *("archived_at", "import_id", "origin", "title_key", "params", "preset_id"),
)
_ACCOUNT = (
    *("id", "name", "kind", "url", "header_names", "extra_body", "certificate", "proxy"),
    *("allows_plain_key", "is_enabled", "created_at"),
)
_PRESET = ("id", "name", "system_prompt", "params", "created_at", "updated_at")
_ATTACHMENT = ("id", "message_id", "name", "media_type", "size", "sha256", "text")
# Columns that later migrations added; those without a name here follow from the others.
_MOST_ADDED = 16
_SENDERS = ("user", "llm", "system", "tool")
_STATUSES = ("complete", "streaming", "stopped", "interrupted", "failed")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def recognise(row_id: int, columns: Sequence[Any]) -> tuple[str, Row] | None:
    """Return the table and the row by column names; None for rows of other tables.

    The id of a row is not among its columns, which hold NULL in its place.
    """
    if not columns or columns[0] is not None or row_id < 0:
        return None
    if _is_message(columns):
        return "message", _named(_MESSAGE, row_id, columns)
    if _is_chat(columns):
        return "chat", _named(_CHAT, row_id, columns)
    if _is_folder(columns):
        return "folder", _named(("id", "parent_id", "name", "created_at"), row_id, columns)
    if _is_attachment(columns):
        return "attachment", _named(_ATTACHMENT, row_id, columns)
    if _is_draft(columns):
        return "draft", _named(("chat_id", "text", "updated_at"), row_id, columns)
    if _is_edit(columns):
        return "edit", _named(("message_id", "updated_at", "text"), row_id, columns)
    if _is_account(columns):
        return "account", _named(_ACCOUNT, row_id, columns)
    if _is_preset(columns):
        return "preset", _named(_PRESET, row_id, columns)
    return None


def _is_message(columns: Sequence[Any]) -> bool:
    return (
        18 <= len(columns) < 18 + _MOST_ADDED
        and isinstance(columns[1], int)
        and columns[4] in _SENDERS
        and columns[5] in _STATUSES
        and isinstance(columns[16], str)
    )


def _is_chat(columns: Sequence[Any]) -> bool:
    return (
        12 <= len(columns) < 12 + _MOST_ADDED
        and isinstance(columns[1], str)
        and _is_time(columns[2])
        and _is_time(columns[3])
        and isinstance(columns[5], int)
    )


def _is_folder(columns: Sequence[Any]) -> bool:
    is_parent = columns[1] is None or isinstance(columns[1], int) if len(columns) == 4 else False
    return is_parent and isinstance(columns[2], str) and _is_time(columns[3])


def _is_attachment(columns: Sequence[Any]) -> bool:
    return (
        len(columns) == len(_ATTACHMENT)
        and isinstance(columns[1], int)
        and isinstance(columns[4], int)
        and all(isinstance(columns[place], str) for place in (2, 3, 5, 6))
    )


def _is_draft(columns: Sequence[Any]) -> bool:
    return len(columns) == 3 and isinstance(columns[1], str) and _is_time(columns[2])


def _is_edit(columns: Sequence[Any]) -> bool:
    return len(columns) == 3 and _is_time(columns[1]) and isinstance(columns[2], str)


def _is_account(columns: Sequence[Any]) -> bool:
    return (
        len(columns) == len(_ACCOUNT)
        and all(isinstance(columns[place], str) for place in (1, 2, 3))
        and all(isinstance(columns[place], int) for place in (8, 9))
        and _is_time(columns[10])
    )


def _is_preset(columns: Sequence[Any]) -> bool:
    return (
        len(columns) == len(_PRESET)
        and all(isinstance(columns[place], str) for place in (1, 2))
        and _is_time(columns[4])
        and _is_time(columns[5])
    )


def _is_time(value: object) -> bool:
    return isinstance(value, str) and _TIME.match(value) is not None


def _named(names: Sequence[str], row_id: int, columns: Sequence[Any]) -> Row:
    return {**dict(zip(names, columns, strict=False)), names[0]: row_id}
