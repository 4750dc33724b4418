"""Messages that were being edited when they were left, by message."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from desktop_chat.domain.ids import MessageId
from desktop_chat.storage.sqlite.chat_lists import DOOMED
from desktop_chat.storage.sqlite.rows import clean_text
from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

# Not for a message that was deleted for good: nothing of it may come back into the file.
_SAVE = f"""
INSERT INTO edit (message_id, text, updated_at) SELECT ?1, ?2, ?3
WHERE EXISTS (
    SELECT 1 FROM message JOIN chat ON chat.id = message.chat_id
    WHERE message.id = ?1 AND chat.deleted_at IS NOT '{DOOMED}'
)
ON CONFLICT (message_id) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
WHERE edit.text IS NOT excluded.text
"""
_IN_CHAT = """
SELECT message.id, edit.text, message.content
FROM edit JOIN message ON message.id = edit.message_id
WHERE message.chat_id = ? ORDER BY edit.updated_at DESC LIMIT 1
"""
# Few messages are being edited at a time: no index is needed.
REMOVE_OF_NO_MESSAGE = """
DELETE FROM edit WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = edit.message_id)
AND NOT EXISTS (SELECT 1 FROM removed_message WHERE id = edit.message_id)
"""


class StoredEdit(NamedTuple):
    """An edit that was not sent: its text, and what the message says.

    Attributes:
        message_id: What is edited.
        text: As it was typed last.
        original: As it was sent.
    """

    message_id: MessageId
    text: str
    original: str


class EditRepository:
    """Keeps the text of messages that are being edited."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    @property
    def is_read_only(self) -> bool:
        """Whether edits can only be read here."""
        return self._db.is_read_only

    def in_chat(self, chat_id: int) -> StoredEdit | None:
        """Return the edit that was under way last in a chat, if there is one."""
        rows = self._db.sql(_IN_CHAT, (chat_id,))
        return StoredEdit(MessageId(rows[0][0]), rows[0][1], rows[0][2]) if rows else None

    def save(self, message_id: int | None, text: str) -> None:
        """Keep `text` as the edit of a message; "" removes it. Without a message, do nothing."""
        if message_id is None:
            return
        with self._db.atomic():
            if text:
                self._db.sql(_SAVE, (message_id, clean_text(text), to_text(self._clock())))
            else:
                self._db.sql("DELETE FROM edit WHERE message_id = ?", (message_id,))
