"""Pages of a chat in a damaged database: what cannot be read costs its own place only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import DatabaseDamagedError, MessageUnreadableError
from desktop_chat.domain.message import Message, MessageId, MessageStatus, Sender
from desktop_chat.storage.message_pages import MessagePages
from desktop_chat.storage.sqlite.message_tree import load

if not TYPE_CHECKING:
    from desktop_chat.overriding import override

if TYPE_CHECKING:
    from typing_extensions import override

    from desktop_chat.storage.database import Database

# From the index alone: the pages of the messages themselves may be unreadable. Of several
# versions the newest one is taken; which one the path leads through can no longer be told.
_IDS = """
SELECT max(id) FROM message INDEXED BY message_of_chat
WHERE chat_id = ? GROUP BY depth ORDER BY depth
"""
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)


class ReadablePages(MessagePages):
    """Shows a failed message in each place that cannot be read, and all the others."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        # By chat; once something of one was unreadable, all its pages are read in this way.
        self._damaged: dict[int, list[int]] = {}

    @override
    def length(self, chat_id: int) -> int:
        if chat_id not in self._damaged:
            try:
                return super().length(chat_id)
            except DatabaseDamagedError:
                self._mark(chat_id)
        return len(self._damaged[chat_id])

    @override
    def tail(self, chat_id: int, count: int) -> list[Message]:
        if chat_id not in self._damaged:
            try:
                return super().tail(chat_id, count)
            except DatabaseDamagedError:
                self._mark(chat_id)
        return self._each(chat_id, self._damaged[chat_id][-count:] if count > 0 else [])

    @override
    def page(self, chat_id: int, start: int, count: int) -> list[Message]:
        if chat_id not in self._damaged:
            try:
                return super().page(chat_id, start, count)
            except DatabaseDamagedError:
                self._mark(chat_id)
        return self._each(chat_id, self._damaged[chat_id][start : start + count])

    def _mark(self, chat_id: int) -> None:
        self._damaged[chat_id] = [row[0] for row in self._db.sql(_IDS, (chat_id,))]

    def _each(self, chat_id: int, ids: list[int]) -> list[Message]:
        return [self._one(chat_id, message_id) for message_id in ids]

    def _one(self, chat_id: int, message_id: int) -> Message:
        try:
            found = load(self._db, [message_id])
        except DatabaseDamagedError:
            found = []
        return found[0] if found else _unreadable(chat_id, message_id)


def _unreadable(chat_id: int, message_id: int) -> Message:
    error = MessageUnreadableError()
    return Message(
        id=MessageId(message_id),
        chat_id=ChatId(chat_id),
        parent_id=None,
        sender=Sender.LLM,
        content="",
        created_at=_UNKNOWN,
        status=MessageStatus.FAILED,
        error=str(error),
        error_code=error.code,
    )
