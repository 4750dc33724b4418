"""Messages of a chat: a tree of rows, of which one path is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.ids import ChatId, MessageId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from desktop_chat.domain.params import GenerationParams

__all__ = ["Message", "MessageId", "MessageStatus", "Sender"]


class Sender(StrEnum):
    """Who wrote a message; the values are stored."""

    USER = "user"
    LLM = "llm"
    SYSTEM = "system"
    TOOL = "tool"


class MessageStatus(StrEnum):
    """How far a message came; the values are stored.

    COMPLETE: ended by a finish reason or by the end mark of the stream, also when cut by a limit.
    STREAMING: still being written by the process that holds the data directory.
    STOPPED: ended by the user.
    INTERRUPTED: the window was closed, or the process ended, before the reply did.
    FAILED: an error, a cut connection, or an empty reply; the text received is kept.
    """

    COMPLETE = "complete"
    STREAMING = "streaming"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        content: The text; never holds reasoning.
        error: For FAILED, the sentence that says what happened and what to do (English).
        error_code: For FAILED, the `code` of the error (see `domain.errors`), which picks
            the translated words and the button that helps.
        error_fields: The error's fields, by name, for the translated words.
        reasoning_ms: How long the model thought, in milliseconds; None where nobody measured it.
        params: What was asked for beside the model; None where all was left to the engine.
        depth: Number of messages before this one on its path; 0 for a first message.
    """

    id: MessageId
    chat_id: ChatId
    parent_id: MessageId | None
    sender: Sender
    content: str
    created_at: datetime
    reasoning: str = ""
    status: MessageStatus = MessageStatus.COMPLETE
    error: str | None = None
    error_code: str | None = None
    error_fields: Mapping[str, Any] = field(default_factory=dict)
    model: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    time_to_first_token_ms: int | None = None
    duration_ms: int | None = None
    reasoning_ms: int | None = None
    params: GenerationParams | None = None
    depth: int = 0
