"""Domain values as tests need them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from desktop_chat.domain.chat import Chat, ChatId, ChatSummary
from desktop_chat.domain.message import Message, MessageId, Sender

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def message(
    sender: Sender, content: str, *, message_id: int = 1, chat_id: int = 1, **more: Any
) -> Message:
    values: dict[str, Any] = {"parent_id": None, "created_at": NOON, **more}
    return Message(
        id=MessageId(message_id),
        chat_id=ChatId(chat_id),
        sender=sender,
        content=content,
        **values,
    )


def chat(chat_id: int = 1, title: str = "Tides", **more: Any) -> Chat:
    values: dict[str, Any] = {"created_at": NOON, "updated_at": NOON, **more}
    return Chat(id=ChatId(chat_id), title=title, **values)


def summary(
    chat_id: int, title: str = "", updated_at: datetime = NOON, *, is_pinned: bool = False
) -> ChatSummary:
    return ChatSummary(ChatId(chat_id), title or f"Chat {chat_id}", updated_at, is_pinned)
