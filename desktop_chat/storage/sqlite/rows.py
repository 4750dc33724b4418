"""Rows of the tables as values of the domain, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from desktop_chat.domain.chat import Chat, ChatId, ChatSummary
from desktop_chat.domain.message import Message, MessageId, MessageStatus, Sender
from desktop_chat.domain.model_info import LM_STUDIO, ModelRef
from desktop_chat.domain.params import GenerationParams, params_from
from desktop_chat.storage.sqlite.tables import ChatRow, MessageRow
from desktop_chat.storage.times import from_text

if TYPE_CHECKING:
    from collections.abc import Mapping

SUMMARY_FIELDS = (ChatRow.id, ChatRow.title, ChatRow.updated_at, ChatRow.pinned)
CHAT_FIELDS = tuple(ChatRow._meta.sorted_fields)
MESSAGE_FIELDS = tuple(MessageRow._meta.sorted_fields)

_SENDERS = {sender.value: sender for sender in Sender}
_STATUSES = {status.value: status for status in MessageStatus}


def summary_from(row: tuple[Any, ...]) -> ChatSummary:
    """Return what a row of `SUMMARY_FIELDS` means."""
    chat_id, title, updated_at, pinned = row
    return ChatSummary(ChatId(chat_id), text_from(title), from_text(updated_at), bool(pinned))


def chat_from(row: tuple[Any, ...]) -> Chat:
    """Return what a row of `CHAT_FIELDS` means."""
    (chat_id, title, created_at, updated_at, folder_id, pinned, deleted_at) = row[:7]
    (system_prompt, account, model, active_message_id, is_renamed, archived_at) = row[7:13]
    (_import_id, origin, params, preset_id) = row[13:]
    return Chat(
        id=ChatId(chat_id),
        title=text_from(title),
        created_at=from_text(created_at),
        updated_at=from_text(updated_at),
        folder_id=_integer_from(folder_id),
        is_pinned=bool(pinned),
        deleted_at=from_text(deleted_at) if deleted_at else None,
        system_prompt=text_from(system_prompt),
        # Another program may know the model only.
        model_ref=_model_from(account, model),
        active_message_id=_id_from(active_message_id),
        is_renamed=bool(is_renamed),
        archived_at=from_text(archived_at) if archived_at else None,
        origin=origin,
        # A chat whose parameters were all taken away is another than one that never had any.
        params=params_from_text(params) if params else None,
        preset_id=_integer_from(preset_id),
    )


def message_from(row: tuple[Any, ...]) -> Message:
    """Return what a row of `MESSAGE_FIELDS` means.

    What other programs may have left out or misspelt costs that detail, not the message.
    """
    (message_id, chat_id, parent_id, depth, sender, status, created_at) = row[:7]
    (model, finish_reason, prompt_tokens, completion_tokens, first_token_ms) = row[7:12]
    (duration_ms, reasoning_ms, params, error, error_code, error_fields) = row[12:18]
    (content, reasoning) = row[18:]
    return Message(
        id=MessageId(message_id),
        chat_id=ChatId(chat_id),
        parent_id=_id_from(parent_id),
        sender=_SENDERS.get(sender, Sender.SYSTEM),
        content=text_from(content),
        created_at=from_text(created_at),
        reasoning=text_from(reasoning),
        status=_STATUSES.get(status, MessageStatus.COMPLETE),
        error=_optional_text_from(error),
        error_code=_optional_text_from(error_code),
        error_fields=_fields_from(error_fields),
        model=_optional_text_from(model),
        finish_reason=_optional_text_from(finish_reason),
        prompt_tokens=_integer_from(prompt_tokens),
        completion_tokens=_integer_from(completion_tokens),
        time_to_first_token_ms=_integer_from(first_token_ms),
        duration_ms=_integer_from(duration_ms),
        reasoning_ms=_integer_from(reasoning_ms),
        params=_params_from(params),
        depth=_integer_from(depth) or 0,
    )


def clean_text(text: str) -> str:
    """Return `text` as SQLite can hold it and every reader gets it back.

    Half a surrogate pair cannot be encoded, and many programs end a text at NUL: both become
    U+FFFD. Two halves that belong together become the character they mean.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_optional(text: str | None) -> str | None:
    """Return `clean_text` of a text that may be missing."""
    return None if text is None else clean_text(text)


def fields_to_text(fields: Mapping[str, Any]) -> str | None:
    """Return an error's fields as the column holds them."""
    return json.dumps(dict(fields), default=str) if fields else None


def params_to_text(params: GenerationParams | None) -> str | None:
    """Return sampling parameters as the column holds them, without those left to the engine."""
    chosen = params.as_dict() if params else {}
    return json.dumps(chosen) if chosen else None


def params_from_text(text: str | None) -> GenerationParams:
    """Return sampling parameters; what another program wrote amiss is left out."""
    return params_from(_fields_from(text))


def _params_from(text: str | None) -> GenerationParams | None:
    params = params_from_text(text)
    return params if params != GenerationParams() else None


def _fields_from(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        fields = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return cast("dict[str, Any]", fields) if isinstance(fields, dict) else {}


def _model_from(account: object, model: object) -> ModelRef | None:
    return ModelRef(text_from(account) or LM_STUDIO, text_from(model)) if model else None


def _integer_from(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _id_from(value: object) -> MessageId | None:
    return MessageId(value) if isinstance(value, int) else None


def _optional_text_from(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else text_from(value)


def text_from(value: object) -> str:
    """Return a text column as text, whatever another program put there."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "" if value is None else str(value)
