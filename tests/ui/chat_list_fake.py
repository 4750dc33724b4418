"""A chat list without services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desktop_chat.domain.chat import ChatId
from desktop_chat.ui.item_models.chat_list import ChatListModel
from tests.domain.samples import summary

# Noon by the local clock, so that no group depends on where the test runs.
NOW = datetime(2026, 11, 22, 12, 0).astimezone().astimezone(UTC)
LONG = "A very long title that cannot fit into a row of the sidebar"


def now() -> datetime:
    return NOW


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def fake_chat_list() -> ChatListModel:
    """Four chats: a pinned one, one being written, one with something new, an old one."""
    model = ChatListModel(now=now)
    model.set_chats(
        [
            summary(1, "Garden irrigation", ago(days=40), is_pinned=True),
            summary(2, "Tides and why they lag", ago(hours=1)),
            summary(3, "Traducir el manual", ago(hours=2)),
            summary(4, LONG, ago(days=1)),
        ]
    )
    model.set_activity(ChatId(2), "writing")
    model.set_activity(ChatId(3), "unread")
    return model
