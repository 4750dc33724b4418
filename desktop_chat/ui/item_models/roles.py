"""Roles of the item models."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import Qt


class ChatRole(IntEnum):
    """Roles of the chat list; the title is the display role."""

    CHAT_ID = Qt.ItemDataRole.UserRole + 1
    # Label to paint above this row, or "" if the row belongs to the group of the row before.
    GROUP = Qt.ItemDataRole.UserRole + 2
    # Time of day for chats of today, else "".
    TIME = Qt.ItemDataRole.UserRole + 3
    # "writing", "unread" or "".
    ACTIVITY = Qt.ItemDataRole.UserRole + 4
