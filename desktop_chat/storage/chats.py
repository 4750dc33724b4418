"""Chats in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import ChatNotFoundError, StorageError
from desktop_chat.domain.organisation import ChatQuery
from desktop_chat.storage.sqlite.chat_groups import find_groups
from desktop_chat.storage.sqlite.chat_lists import order_by, where
from desktop_chat.storage.sqlite.rows import (
    CHAT_FIELDS,
    SUMMARY_FIELDS,
    chat_from,
    clean_text,
    params_to_text,
    summary_from,
)
from desktop_chat.storage.sqlite.statements import insert_into
from desktop_chat.storage.sqlite.tables import ChatRow, MessageRow
from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from datetime import datetime

    from desktop_chat.domain.chat import Chat, ChatId, ChatSummary
    from desktop_chat.domain.message import MessageId
    from desktop_chat.domain.model_info import ModelRef
    from desktop_chat.domain.organisation import ChatGroup
    from desktop_chat.domain.preset import ChatSetup
    from desktop_chat.storage.database import Database

# Written out once: building the query anew costs more than running it, and each turn asks.
_GET = f"SELECT {', '.join(field.column_name for field in CHAT_FIELDS)} FROM chat WHERE id = ?"
_SUMMARIES = f"SELECT {', '.join(field.column_name for field in SUMMARY_FIELDS)} FROM chat"

ALL_CHATS = ChatQuery()


class ChatRepository:
    """Makes, finds and changes chats.

    Methods that take a chat's id raise `ChatNotFoundError` if there is none; chats in the trash
    are found as well, but not listed.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def create_chat(
        self, title: str = "", *, model_ref: ModelRef | None = None, system_prompt: str = ""
    ) -> Chat:
        """Store a new, empty chat."""
        now = to_text(self._clock())
        values: dict[str, Any] = {
            "title": clean_text(title),
            "system_prompt": clean_text(system_prompt),
            "created_at": now,
            "updated_at": now,
            **_columns_of(model_ref),
        }
        with self._db.atomic():
            rows = self._db.sql(insert_into("chat", tuple(values)), tuple(values.values()))
            return self.get(rows[0][0])

    def get(self, chat_id: int) -> Chat:
        """Return one chat."""
        rows = self._db.sql(_GET, (chat_id,))
        if not rows:
            raise ChatNotFoundError(chat_id=chat_id)
        return chat_from(rows[0])

    def set_title_if_not_renamed(self, chat_id: int, title: str) -> None:
        """Give a chat a derived title, unless the user gave it one."""
        update = ChatRow.update(title=clean_text(title))
        with self._db.atomic():
            self._db.run(update.where(ChatRow.id == chat_id, ChatRow.is_renamed == 0))

    def set_model(self, chat_id: int, model_ref: ModelRef | None) -> None:
        """Choose the engine and model that answer in a chat."""
        self._update(chat_id, **_columns_of(model_ref))

    def set_up(self, chat_id: int, setup: ChatSetup) -> None:
        """Set how the replies of a chat are generated, its system prompt included."""
        self._update(
            chat_id,
            # Parameters that were taken away are remembered as none.
            params=params_to_text(setup.params) or "{}",
            preset_id=setup.preset_id,
            system_prompt=clean_text(setup.system_prompt),
        )

    def set_system_prompt(self, chat_id: int, system_prompt: str) -> None:
        """Set what every request of a chat begins with."""
        self._update(chat_id, system_prompt=clean_text(system_prompt))

    def set_active_message(self, chat_id: int, message_id: MessageId | None) -> None:
        """Choose the path that is shown, by its last message, which must be in this chat."""
        with self._db.atomic():
            query = MessageRow.select(MessageRow.id).where(
                MessageRow.id == message_id, MessageRow.chat_id == chat_id
            )
            if message_id is not None and not self._db.rows(query):
                detail = f"message {message_id} is not in chat {chat_id}"
                raise StorageError(path=str(self._db.path), detail=detail)
            self._update(chat_id, active_message_id=message_id)

    def page(
        self, query: ChatQuery = ALL_CHATS, offset: int = 0, limit: int = 100
    ) -> list[ChatSummary]:
        """Return a part of a list, as it shows them: pinned ones first, then in its order."""
        condition, parameters = where(query)
        order = order_by(query)
        # The rows skipped are not looked up in the table, which is three times as fast.
        ids = f"SELECT id FROM chat WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"
        sql = f"{_SUMMARIES} WHERE id IN ({ids}) ORDER BY {order}"
        return [summary_from(row) for row in self._db.sql(sql, [*parameters, limit, offset])]

    def count(self, query: ChatQuery = ALL_CHATS) -> int:
        """Return how many chats a list has."""
        condition, parameters = where(query)
        sql = f"SELECT count(*) FROM chat WHERE {condition}"
        return int(self._db.sql(sql, parameters)[0][0])

    def groups(self, query: ChatQuery = ALL_CHATS, now: datetime | None = None) -> list[ChatGroup]:
        """Return the groups of a list in its order; together they hold all its rows.

        The days and months are those of the computer's time zone: the last seven days by
        themselves, then whole months. What lies in the future counts as today.
        """
        return find_groups(self._db, query, now or self._clock())

    def _update(self, chat_id: ChatId | int, **values: Any) -> None:
        with self._db.atomic():
            if not self._db.run(ChatRow.update(values).where(ChatRow.id == chat_id)):
                raise ChatNotFoundError(chat_id=chat_id)


def _columns_of(model_ref: ModelRef | None) -> dict[str, str | None]:
    if model_ref is None:
        return {"account": None, "model": None}
    return {
        "account": clean_text(model_ref.account_id),
        "model": clean_text(model_ref.model_id),
    }
