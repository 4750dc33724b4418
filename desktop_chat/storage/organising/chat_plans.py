"""Changes to chats, planned so that they can be undone (see `storage.undo.undo_log.Plan`)."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from desktop_chat.storage.sqlite.chat_lists import DOOMED
from desktop_chat.storage.sqlite.rows import clean_text
from desktop_chat.storage.times import Clock, to_text, utc_now
from desktop_chat.storage.undo.undo_log import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.storage.chats import ChatRepository
    from desktop_chat.storage.database import Database


class ChatPlans:
    """Plans changes to one or many chats; those that are not there are passed over."""

    def __init__(self, db: Database, chats: ChatRepository, clock: Clock = utc_now) -> None:
        self._db = db
        self._chats = chats
        self._clock = clock

    def rename(self, chat_id: int, title: str) -> Plan:
        """Give a chat the title that the user wants; it is not derived again.

        Raises:
            ChatNotFoundError: There is no such chat.
        """
        self._chats.get(chat_id)
        return self._set([chat_id], title=clean_text(title), is_renamed=1)

    def pin(self, chat_ids: Sequence[int], *, is_pinned: bool) -> Plan:
        """Let chats stand first in their list, or not."""
        return self._set(chat_ids, pinned=int(is_pinned))

    def move(self, chat_ids: Sequence[int], folder_id: int | None) -> Plan:
        """Put chats into a folder, or with None into none."""
        return self._set(chat_ids, folder_id=folder_id)

    def archive(self, chat_ids: Sequence[int], *, is_archived: bool) -> Plan:
        """Put chats away, or bring them back into the list."""
        return self._set_moment(chat_ids, "archived_at", is_set=is_archived)

    def trash(self, chat_ids: Sequence[int]) -> Plan:
        """Move chats to the trash."""
        return self._set_moment(chat_ids, "deleted_at", is_set=True)

    def restore(self, chat_ids: Sequence[int]) -> Plan:
        """Take chats out of the trash; those whose rows are being deleted stay in it."""
        return self._set_moment(chat_ids, "deleted_at", is_set=False)

    def _set_moment(self, chat_ids: Sequence[int], column: str, *, is_set: bool) -> Plan:
        # Those that have been put there before keep their time.
        state = "NULL" if is_set else "NOT NULL"
        condition = f"{column} IS {state} AND {column} IS NOT '{DOOMED}'"
        value = to_text(self._clock()) if is_set else None
        return self._set(chat_ids, condition, **{column: value})

    def _set(self, chat_ids: Sequence[int], condition: str = "1", **values: Any) -> Plan:
        names = ", ".join(values)
        sql = (
            f"SELECT id, {names} FROM chat"
            f" WHERE id IN (SELECT value FROM json_each(?)) AND {condition}"
        )
        wanted = tuple(values.values())
        before: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for chat_id, *old in self._db.sql(sql, (json.dumps(list(chat_ids)),)):
            if tuple(old) != wanted:
                before[tuple(old)].append(chat_id)
        if not before:
            return Plan()
        undo: list[Any] = [
            ["set", "chat", ids, dict(zip(values, old, strict=True))] for old, ids in before.items()
        ]
        changed = [chat_id for ids in before.values() for chat_id in ids]
        return Plan(undo, [["set", "chat", changed, values]])
