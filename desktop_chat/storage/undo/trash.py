"""What is deleted for good: rows, what is remembered of them, and their words in the index."""

from __future__ import annotations

import dataclasses
import json
from time import perf_counter
from typing import TYPE_CHECKING

from desktop_chat.storage.edits import REMOVE_OF_NO_MESSAGE
from desktop_chat.storage.sqlite.chat_lists import DOOMED
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES, first_portion
from desktop_chat.storage.times import from_text, to_text
from desktop_chat.storage.undo.operations import without_chats
from desktop_chat.storage.undo.removals import HALF_BACK
from desktop_chat.storage.undo.undo_log import UndoLog

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from desktop_chat.storage.database import Database

# How much is done before others may use the writer.
CHATS_AT_ONCE = 500
_MOST_PAGES = 64
STEP_MS = 20.0

_INDEXED = {"message": "message_text", "chat": "chat_title", "attachment": "attachment_text"}
INDEXES = tuple(_INDEXED.values())
# Noted while something is being deleted; the next start goes on where a killed process ended.
_UNDER_WAY = "deleting for good"

_LISTED = "SELECT value FROM json_each(?)"
_ATTACHMENTS = "DELETE FROM attachment WHERE message_id IN (SELECT value FROM json_each(?))"
_IDS = "SELECT id FROM {0} WHERE chat_id = ? ORDER BY depth DESC, id DESC LIMIT ?"
_CHECKPOINT_WAIT_MS = 20
_FIRST_CHAT = f"SELECT min(created_at) FROM chat WHERE id IN ({_LISTED})"
# The first of each path: reading all of a large trash would take seconds.
_FIRST_MESSAGE = f"""
SELECT min(created_at) FROM message WHERE chat_id IN ({_LISTED}) AND depth = 0
"""
# One row is changed even by a merge that finds nothing to do.
_CHANGES_OF_A_MERGE = 2


class TrashRepository:
    """Deletes chats of the trash for good, in steps that each leave the writer to others.

    A chat whose deletion has begun is not shown in the trash any more; what a killed process
    left of it is deleted at the next start.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._log = UndoLog(db)
        self._pages = 1

    def ids(self) -> list[int]:
        """Return all chats of the trash, the latest deleted first."""
        return self._ids("deleted_at > ? ORDER BY deleted_at DESC", DOOMED)

    def expired(self, before: datetime) -> list[int]:
        """Return the chats deleted before a moment, without those whose deletion has begun."""
        return self._ids(f"deleted_at > '{DOOMED}' AND deleted_at < ?", to_text(before))

    def half_deleted(self) -> list[int]:
        """Return the chats whose deletion has begun."""
        return self._ids("deleted_at = ?", DOOMED)

    def oldest(self, chat_ids: Sequence[int]) -> datetime | None:
        """Return when the first of some chats, or of their messages, was written."""
        ids = json.dumps(list(chat_ids))
        rows = [*self._db.sql(_FIRST_CHAT, (ids,)), *self._db.sql(_FIRST_MESSAGE, (ids,))]
        return min((from_text(row[0]) for row in rows if row[0]), default=None)

    def begin(self, chat_ids: Sequence[int]) -> list[int]:
        """Take some chats of the trash out of it, `CHATS_AT_ONCE` at most; return which.

        Those that are not in the trash stay as they are.
        """
        sql = (
            f"UPDATE chat SET deleted_at = '{DOOMED}' WHERE deleted_at IS NOT NULL"
            f" AND id IN ({_LISTED}) RETURNING id"
        )
        with self._db.atomic():
            doomed = [row[0] for row in self._db.sql(sql, (json.dumps(list(chat_ids)),))]
            if doomed:
                self._note_under_way()
        return doomed

    def forget_changes(self, chat_ids: Sequence[int]) -> None:
        """Take chats out of what can be undone: titles and messages are remembered there."""
        gone = set(chat_ids)
        sql = f"SELECT id FROM removal WHERE chat_id IN ({_LISTED})"
        with self._db.atomic():
            removals = {row[0] for row in self._db.sql(sql, (json.dumps(list(chat_ids)),))}
            for entry in self._log.entries():
                undo = without_chats(entry.undo, gone, removals)
                redo = without_chats(entry.redo, gone, removals)
                if (undo, redo) != (entry.undo, entry.redo):
                    self._log.replace(dataclasses.replace(entry, undo=undo, redo=redo))

    def delete_some(self, chat_ids: Sequence[int]) -> int:
        """Delete for about `STEP_MS`; return how many of the chats, from the first, are gone."""
        end = perf_counter() + STEP_MS / 1000
        done = 0
        with self._db.atomic():
            while done < len(chat_ids) and (not done or perf_counter() < end):
                while self._delete_part(chat_ids[done]):
                    if perf_counter() > end:
                        return done
                done += 1
        return done

    def _delete_part(self, chat_id: int) -> bool:
        """Delete some rows of a chat; return whether there are more."""
        for table in ("message", "removed_message"):
            if self._delete_rows(table, chat_id):
                return True
        self._db.sql("DELETE FROM draft WHERE chat_id = ?", (chat_id,))
        self._db.sql(REMOVE_OF_NO_MESSAGE)
        self._db.sql("DELETE FROM chat WHERE id = ? AND deleted_at IS NOT NULL", (chat_id,))
        return False

    def forgotten_removals(self) -> list[int]:
        """Return the removals of messages that no change can put back any more."""
        known = {
            operation[1]
            for entry in self._log.entries()
            for operation in (*entry.undo, *entry.redo)
            if operation[:1] in (["remove"], ["put_back"])
        }
        # Those on their way back are put back at the next start.
        rows = self._db.sql(f"SELECT id FROM removal WHERE id NOT IN ({HALF_BACK})")
        return [row[0] for row in rows if row[0] not in known]

    def delete_removed(self, removal_id: int) -> bool:
        """Delete some messages that were removed; return whether there are more."""
        sql = "SELECT id FROM removed_message WHERE removal_id = ? LIMIT ?"
        with self._db.atomic():
            ids = [row[0] for row in self._db.sql(sql, (removal_id, MOST_MESSAGES))]
            if ids:
                self._note_under_way()
                self._delete("removed_message", ids)
                return True
            self._db.sql("DELETE FROM removal WHERE id = ?", (removal_id,))
            self._db.sql(REMOVE_OF_NO_MESSAGE)
            return False

    @property
    def is_under_way(self) -> bool:
        """Whether words of what was deleted may still be in the index or in the log."""
        return bool(self._db.sql("SELECT 1 FROM upkeep WHERE name = ?", (_UNDER_WAY,)))

    def pages_of(self, index: str) -> int:
        """Return about how many pages a search index has."""
        return int(self._db.sql(f"SELECT count(*) FROM {index}_idx")[0][0])

    def tidy_index(self, index: str, *, is_first: bool) -> int:
        """Write a part of a search index anew, without the words of what was deleted.

        FTS5 only notes that a word is gone. Its `secure-delete` would take it out at once, but
        an index that was written so cannot be used by SQLite before 3.42, and no message could
        be stored with an older one any more.

        Returns:
            About how many pages were written; 0 when all is done.
        """
        # A part of which nothing is left is read to its end before a page is written.
        pages = 1 if is_first else self._pages
        # A negative number begins to merge all that is there; others go on with it.
        number = -pages if is_first else pages
        connection, start = self._db.connection(), perf_counter()
        with self._db.atomic():
            before = connection.total_changes
            self._db.sql(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (number,))
            is_done = connection.total_changes - before < _CHANGES_OF_A_MERGE
        is_slow = perf_counter() - start > STEP_MS / 1000
        self._pages = max(1, pages // 2) if is_slow else min(_MOST_PAGES, pages * 2)
        return 0 if is_done else pages

    def empty_indexes(self) -> None:
        """Empty the search indexes of which nothing is left."""
        with self._db.atomic():
            for table, index in _INDEXED.items():
                if not self._db.sql(f"SELECT 1 FROM {table} LIMIT 1"):
                    self._db.sql(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")

    def end(self) -> bool:
        """Empty the write-ahead log; return whether nothing of what was deleted is left.

        Somebody who reads may hold it back; the note that it is under way stays then.
        """
        # The note goes last: a process killed in between leaves it, and the next start goes on.
        if self._checkpoint():
            return False
        with self._db.atomic():
            self._db.sql("DELETE FROM upkeep WHERE name = ?", (_UNDER_WAY,))
        return True

    def _checkpoint(self) -> bool:
        """Empty the write-ahead log; return whether somebody who reads held it back."""
        # The writer is not to wait for readers: it is tried again later.
        before = self._db.sql("PRAGMA busy_timeout")[0][0]
        self._db.sql(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
        try:
            return bool(self._db.sql("PRAGMA wal_checkpoint(TRUNCATE)")[0][0])
        finally:
            self._db.sql(f"PRAGMA busy_timeout = {before}")

    def _ids(self, condition: str, value: str) -> list[int]:
        return [row[0] for row in self._db.sql(f"SELECT id FROM chat WHERE {condition}", (value,))]

    def _note_under_way(self) -> None:
        sql = "INSERT INTO upkeep (name, done_at) VALUES (?, '') ON CONFLICT DO NOTHING"
        self._db.sql(sql, (_UNDER_WAY,))

    def _delete_rows(self, table: str, chat_id: int) -> bool:
        rows = self._db.sql(_IDS.format(table), (chat_id, MOST_MESSAGES))
        if rows:
            self._delete(table, [row[0] for row in rows])
        return bool(rows)

    def _delete(self, table: str, message_ids: list[int]) -> None:
        ids = json.dumps(first_portion(self._db, table, message_ids))
        self._db.sql(_ATTACHMENTS, (ids,))
        if table == "message":
            # Whoever follows one of them, in a tree that another program wrote, stays.
            self._db.sql(
                f"UPDATE message SET parent_id = NULL WHERE parent_id IN ({_LISTED})", (ids,)
            )
        self._db.sql(f"DELETE FROM {table} WHERE id IN ({_LISTED})", (ids,))
