"""Imports: rows come in from a staging file in steps, and are released in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop_chat.storage.importing.staging import CHAT_COLUMNS, MESSAGE_COLUMNS, Step
from desktop_chat.storage.times import Clock, to_text, utc_now
from desktop_chat.storage.undo.undo_log import UndoLog

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop_chat.storage.database import Database
    from desktop_chat.storage.undo.undo_log import Operation

CHATS_AT_ONCE = 250
MESSAGES_AT_ONCE = 250

_CHATS = ", ".join(CHAT_COLUMNS)
_COPY_CHATS = f"""
INSERT INTO chat (id, active_message_id, import_id, {_CHATS})
SELECT :chats + number, :messages + active, :id, {_CHATS} FROM incoming.chat
WHERE is_wanted AND number BETWEEN :first AND :last ORDER BY number
"""
_MESSAGES = ", ".join(MESSAGE_COLUMNS)
_COPY_MESSAGES = f"""
INSERT INTO message (id, chat_id, parent_id, depth, {_MESSAGES})
SELECT :messages + number, :chats + chat, :messages + parent, depth, {_MESSAGES}
FROM incoming.message
WHERE number BETWEEN :first AND :last
    AND (SELECT is_wanted FROM incoming.chat WHERE chat.number = message.chat)
ORDER BY number
"""
_COPY_ATTACHMENTS = """
INSERT INTO attachment (message_id, name, media_type, size, sha256, text)
SELECT :messages + file.message, file.name, media_type, file.size, sha256, file.text
FROM incoming.attachment AS file
JOIN incoming.message ON message.number = file.message
JOIN incoming.chat ON chat.number = message.chat
WHERE file.message BETWEEN :first AND :last AND is_wanted ORDER BY file.number
"""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """An import that has begun.

    Attributes:
        chats: What is added to the number of a chat to get its id.
        messages: The same for messages.
        last_chat: The highest number of a chat.
    """

    id: int
    chats: int
    messages: int
    last_chat: int
    steps: tuple[Step, ...]

    @property
    def chat_steps(self) -> list[tuple[int, int]]:
        """The chats in parts that are copied at once: the first and the last number of each."""
        firsts = range(1, self.last_chat + 1, CHATS_AT_ONCE)
        return [(first, first + CHATS_AT_ONCE - 1) for first in firsts]


class ImportRepository:
    """Takes chats over from a staging file, and takes unfinished ones out again.

    Every method is short; others may write in between. Until `release` nobody is shown anything.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock
        self._undo_log = UndoLog(db, clock)

    def begin(self, staging: Path, steps: Sequence[Step], source: str, name: str) -> ImportPlan:
        """Note that an import begins, and keep ids free for all that it brings."""
        self._db.sql("ATTACH ? AS incoming", (str(staging),))
        try:
            with self._db.atomic():
                sql = "INSERT INTO import (source, name, started_at) VALUES (?, ?, ?) RETURNING id"
                started_at = to_text(self._clock())
                import_id = int(self._db.sql(sql, (source, name, started_at))[0][0])
                chats, last_chat = self._reserve("chat")
                messages, _ = self._reserve("message")
        except BaseException:
            self.end()
            raise
        return ImportPlan(import_id, chats, messages, last_chat, tuple(steps))

    def end(self) -> None:
        """Let go of the staging file."""
        self._db.sql("DETACH incoming")

    def copy_chats(self, plan: ImportPlan, first: int, last: int) -> None:
        """Copy chats, still without messages."""
        with self._db.atomic():
            self._db.sql(_COPY_CHATS, self._values(plan, first, last))

    def copy(self, plan: ImportPlan, step: Step) -> None:
        """Copy messages of chats that are there."""
        values = self._values(plan, step.first, step.last)
        with self._db.atomic():
            self._db.sql(_COPY_MESSAGES, values)
            self._db.sql(_COPY_ATTACHMENTS, values)

    def release(self, plan: ImportPlan, label: str) -> list[int]:
        """Show all that came in, with its folders and tags.

        Args:
            plan: The import, of which everything was copied.
            label: Code under which the change is remembered for undoing.

        Returns:
            The ids of the chats that undoing takes away again: those not in the trash.
        """
        with self._db.atomic():
            folders = self._add_folders()
            tags = self._add_tags()
            self._place_chats(plan, folders)
            self._tag_chats(plan, tags)
            sql = "UPDATE chat SET import_id = NULL WHERE import_id = ? RETURNING id"
            ids = sorted(row[0] for row in self._db.sql(sql, (plan.id,)))
            now = to_text(self._clock())
            count = sum(step.count for step in plan.steps)
            self._db.sql(
                "UPDATE import SET finished_at = ?, chats = ?, messages = ? WHERE id = ?",
                (now, len(ids), count, plan.id),
            )
            shown = self._shown(ids) if ids else []
            if shown:
                self._undo_log.record(label, *_operations(shown, now))
            return shown

    def unfinished(self) -> list[int]:
        """Return the imports that were not released."""
        return [row[0] for row in self._db.sql("SELECT id FROM import WHERE finished_at IS NULL")]

    def remove_step(self, import_id: int) -> bool:
        """Take a part of an unfinished import out again; return whether nothing is left of it."""
        with self._db.atomic():
            sql = "SELECT id FROM chat WHERE import_id = ? ORDER BY id DESC LIMIT 1"
            chats = self._db.sql(sql, (import_id,))
            if not chats:
                sql = "DELETE FROM import WHERE id = ? AND finished_at IS NULL"
                self._db.sql(sql, (import_id,))
                return True
            if not self._remove_messages(chats[0][0]):
                self._remove_chats(import_id)
            return False

    def _remove_messages(self, chat_id: int) -> bool:
        # The deepest ones first: a message cannot go before those that follow it.
        some = (
            f"SELECT id FROM message WHERE chat_id = ? ORDER BY depth DESC LIMIT {MESSAGES_AT_ONCE}"
        )
        sql = f"DELETE FROM attachment WHERE message_id IN ({some})"
        self._db.sql(sql, (chat_id,))
        sql = f"DELETE FROM message WHERE id IN ({some}) RETURNING id"
        return bool(self._db.sql(sql, (chat_id,)))

    def _remove_chats(self, import_id: int) -> None:
        some = (
            "SELECT id FROM chat WHERE import_id = ? AND NOT EXISTS"
            " (SELECT 1 FROM message WHERE chat_id = chat.id) ORDER BY id DESC"
            f" LIMIT {CHATS_AT_ONCE}"
        )
        self._db.sql(f"DELETE FROM chat WHERE id IN ({some})", (import_id,))

    def _reserve(self, table: str) -> tuple[int, int]:
        """Keep ids free; return the highest one before them, and the highest number."""
        last = int(self._db.sql(f"SELECT coalesce(max(number), 0) FROM incoming.{table}")[0][0])
        found = self._db.sql("SELECT seq FROM main.sqlite_sequence WHERE name = ?", (table,))
        if found:
            before = int(found[0][0])
            sql = "UPDATE main.sqlite_sequence SET seq = ? WHERE name = ?"
        else:
            before = 0
            sql = "INSERT INTO main.sqlite_sequence (seq, name) VALUES (?, ?)"
        highest = int(self._db.sql(f"SELECT coalesce(max(id), 0) FROM main.{table}")[0][0])
        before = max(before, highest)
        self._db.sql(sql, (before + last, table))
        return before, last

    def _add_folders(self) -> dict[int, int]:
        """Make the folders that are missing; return ids by numbers."""
        rows = {
            row[0]: row
            for row in self._db.sql(
                "SELECT number, parent, name, created_at FROM incoming.folder ORDER BY number"
            )
        }
        ids: dict[int, int] = {}
        waiting = list(reversed(rows))
        while waiting:
            number = waiting.pop()
            _, parent, name, created_at = rows[number]
            if number in ids:
                continue
            if parent in rows and parent not in ids:
                waiting += [number, parent]
                continue
            ids[number] = self._folder(ids.get(parent), name, created_at)
        return ids

    def _folder(self, parent_id: int | None, name: str, created_at: str | None) -> int:
        sql = "SELECT id FROM main.folder WHERE parent_id IS ? AND name = ? ORDER BY id LIMIT 1"
        found = self._db.sql(sql, (parent_id, name))
        if not found:
            values = (parent_id, name, created_at or to_text(self._clock()))
            sql = (
                "INSERT INTO main.folder (parent_id, name, created_at) VALUES (?, ?, ?)"
                " RETURNING id"
            )
            found = self._db.sql(sql, values)
        return int(found[0][0])

    def _add_tags(self) -> dict[str, int]:
        """Make the tags that are missing; return ids by names."""
        ids = {}
        for (name,) in self._db.sql("SELECT name FROM incoming.tag ORDER BY name"):
            sql = "SELECT id FROM main.tag WHERE name = ? ORDER BY id LIMIT 1"
            found = self._db.sql(sql, (name,))
            if not found:
                sql = "INSERT INTO main.tag (name) VALUES (?) RETURNING id"
                found = self._db.sql(sql, (name,))
            ids[name] = int(found[0][0])
        return ids

    def _place_chats(self, plan: ImportPlan, folders: dict[int, int]) -> None:
        for number, folder_id in folders.items():
            sql = (
                "UPDATE chat SET folder_id = ? WHERE import_id = ? AND id IN"
                " (SELECT ? + number FROM incoming.chat WHERE folder = ? AND is_wanted)"
            )
            self._db.sql(sql, (folder_id, plan.id, plan.chats, number))
        rows = self._db.sql(
            "SELECT deleted_at, ? + number, ? FROM incoming.chat"
            " WHERE is_wanted AND deleted_at IS NOT NULL",
            (plan.chats, plan.id),
        )
        for row in rows:
            self._db.sql("UPDATE chat SET deleted_at = ? WHERE id = ? AND import_id = ?", row)

    def _tag_chats(self, plan: ImportPlan, tags: dict[str, int]) -> None:
        for name, tag_id in tags.items():
            sql = (
                "INSERT INTO main.chat_tag (chat_id, tag_id) SELECT DISTINCT ? + chat, ?"
                " FROM incoming.chat_tag WHERE name = ? AND chat IN"
                " (SELECT number FROM incoming.chat WHERE is_wanted)"
            )
            self._db.sql(sql, (plan.chats, tag_id, name))

    def _shown(self, ids: list[int]) -> list[int]:
        sql = "SELECT id FROM chat WHERE id BETWEEN ? AND ? AND deleted_at IS NOT NULL"
        trashed = {row[0] for row in self._db.sql(sql, (ids[0], ids[-1]))}
        return [chat_id for chat_id in ids if chat_id not in trashed]

    def _values(self, plan: ImportPlan, first: int, last: int) -> Any:
        return {
            "id": plan.id,
            "chats": plan.chats,
            "messages": plan.messages,
            "first": first,
            "last": last,
        }


def _operations(ids: list[int], now: str) -> tuple[list[Operation], list[Operation]]:
    """Return what moves the chats to the trash, and what brings them back."""
    undo: list[Operation] = [["set", "chat", ids, {"deleted_at": now}]]
    redo: list[Operation] = [["set", "chat", ids, {"deleted_at": None}]]
    return undo, redo
