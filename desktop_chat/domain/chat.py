"""Chats and what identifies them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.domain.ids import ChatId, MessageId

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.params import GenerationParams

__all__ = ["Chat", "ChatId", "ChatSummary"]


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation, without its messages.

    Attributes:
        model_ref: Engine and model chosen for this chat; None until one answered or was chosen.
        active_message_id: Last message of the path that is shown; None in an empty chat.
        is_renamed: True once the user gave the title; it is then never derived again.
        deleted_at: When the chat was moved to the trash, else None.
        archived_at: When the chat was put away, else None; the list then leaves it out.
        params: Sampling parameters of the chat; None as long as nobody ever chose any.
        preset_id: The preset that they came from, if any.
        origin: Where an imported chat came from; None for one that began here.
    """

    id: ChatId
    title: str
    created_at: datetime
    updated_at: datetime
    folder_id: int | None = None
    is_pinned: bool = False
    deleted_at: datetime | None = None
    system_prompt: str = ""
    model_ref: ModelRef | None = None
    active_message_id: MessageId | None = None
    is_renamed: bool = False
    archived_at: datetime | None = None
    origin: str | None = None
    params: GenerationParams | None = None
    preset_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """What the chat list shows of a chat."""

    id: ChatId
    title: str
    updated_at: datetime
    is_pinned: bool = False
