"""Copies of the database as the user meets them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

DAILY: Final = "daily"
MANUAL: Final = "manual"
BEFORE_IMPORT: Final = "before-import"
BEFORE_UPDATE: Final = "before-v"
"""Followed by the number of the form that the database was brought to."""
REPLACED: Final = "replaced"
"""What was there before a backup took its place."""
DAMAGED: Final = "damaged"
"""Set aside as it was found; no copy of a sound database."""
UNKNOWN: Final = ""


@dataclass(frozen=True, slots=True)
class Backup:
    """One file among the backups.

    Attributes:
        made_at: By its name, or by the file system where the name says nothing.
        kind: One of the constants above; `before-v3` and the like for updates.
        size: In bytes.
    """

    path: Path
    made_at: datetime
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class BackupContent:
    """What is in a backup.

    Attributes:
        chats: How many, those in the trash left out.
        last_chat_id: The highest id that any chat ever had; ids are never used twice.
        last_message_id: The same of messages.
    """

    chats: int
    last_chat_id: int
    last_message_id: int

    def is_ahead_of(self, other: BackupContent) -> bool:
        """Whether something was written here that the other never saw."""
        return (
            self.last_chat_id > other.last_chat_id or self.last_message_id > other.last_message_id
        )
