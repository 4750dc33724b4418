"""What was typed and not sent yet, by chat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.storage.sqlite.chat_lists import DOOMED
from desktop_chat.storage.sqlite.rows import clean_text
from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

# The chat that is not stored before its first message is sent.
_NEW_CHAT = 0

# Not for a chat that was deleted for good: nothing of it may come back into the file.
_SAVE = f"""
INSERT INTO draft (chat_id, text, updated_at) SELECT ?1, ?2, ?3
WHERE ?1 = {_NEW_CHAT}
    OR EXISTS (SELECT 1 FROM chat WHERE id = ?1 AND deleted_at IS NOT '{DOOMED}')
ON CONFLICT (chat_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
WHERE draft.text IS NOT excluded.text
"""


class DraftRepository:
    """Keeps one draft for each chat, and one for the chat that is not stored yet (None)."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    @property
    def is_read_only(self) -> bool:
        """Whether drafts can only be read here."""
        return self._db.is_read_only

    def get(self, chat_id: int | None) -> str:
        """Return the draft of a chat, "" if there is none."""
        rows = self._db.sql("SELECT text FROM draft WHERE chat_id = ?", (chat_id or _NEW_CHAT,))
        return str(rows[0][0]) if rows else ""

    def save(self, chat_id: int | None, text: str) -> None:
        """Keep `text` as the draft of a chat; "" removes it."""
        with self._db.atomic():
            if text:
                values = (chat_id or _NEW_CHAT, clean_text(text), to_text(self._clock()))
                self._db.sql(_SAVE, values)
            else:
                self._db.sql("DELETE FROM draft WHERE chat_id = ?", (chat_id or _NEW_CHAT,))

    def remove_sent(self, chat_id: int | None, text: str) -> None:
        """Remove the draft of a chat if it is what was sent; part of the caller's transaction."""
        sql = "DELETE FROM draft WHERE chat_id = ? AND text = ?"
        self._db.sql(sql, (chat_id or _NEW_CHAT, clean_text(text)))
