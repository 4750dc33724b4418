"""Roles of the item models, and what they give to a drag."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from PySide6.QtCore import Qt

# The ids of chats, or of one folder, as decimal numbers with a space between them.
CHATS_MIME: Final = "application/x-desktop-chat-chats"
FOLDER_MIME: Final = "application/x-desktop-chat-folder"


class ChatRole(IntEnum):
    """Roles of the chat list; the title is the display role."""

    CHAT_ID = Qt.ItemDataRole.UserRole + 1
    # Label to paint above this row, or "" if the row belongs to the group of the row before.
    GROUP = Qt.ItemDataRole.UserRole + 2
    # Time of day for chats of today, else "".
    TIME = Qt.ItemDataRole.UserRole + 3
    # "writing", "unread" or "".
    ACTIVITY = Qt.ItemDataRole.UserRole + 4
    # Whether the chat is pinned.
    PINNED = Qt.ItemDataRole.UserRole + 5
    # 0 to 1 while a reply is awaited whose end is known, else None.
    PROGRESS = Qt.ItemDataRole.UserRole + 6
