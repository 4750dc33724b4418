"""Changes to chats as SQL makes them, for tests of what follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.storage.times import to_text, utc_now

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.storage.database import Database


def rename(db: Database, chat_id: int, title: str) -> None:
    """Give a chat a title of the user's."""
    with db.atomic():
        db.sql("UPDATE chat SET title = ?, is_renamed = 1 WHERE id = ?", (title, chat_id))


def trash(db: Database, chat_id: int, at: datetime | None = None) -> None:
    """Move a chat to the trash."""
    with db.atomic():
        sql = "UPDATE chat SET deleted_at = ? WHERE id = ?"
        db.sql(sql, (to_text(at or utc_now()), chat_id))


def restore(db: Database, chat_id: int) -> None:
    """Take a chat out of the trash."""
    with db.atomic():
        db.sql("UPDATE chat SET deleted_at = NULL WHERE id = ?", (chat_id,))
