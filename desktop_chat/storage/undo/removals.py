"""Messages that were removed and can be put back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_chat.storage.sqlite.message_tree import count_messages, find_leaf, walk_up
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES, first_portion
from desktop_chat.storage.times import Clock, to_text, utc_now
from desktop_chat.storage.undo.undo_log import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.storage.database import Database
    from desktop_chat.storage.undo.undo_log import Operation

_COLUMNS = (
    "id, chat_id, parent_id, depth, sender, status, created_at, model, finish_reason,"
    " prompt_tokens, completion_tokens, time_to_first_token_ms, duration_ms, reasoning_ms,"
    " params, error, error_code, error_fields, content, reasoning"
)
_TREE = "SELECT id, parent_id FROM message WHERE chat_id = ? ORDER BY depth, id"
_PARENTS_FIRST = """
SELECT id FROM message WHERE chat_id = ? AND id IN (SELECT value FROM json_each(?))
ORDER BY depth, id
"""
# Those that were stopped before their first word are no path to go on.
_ANSWERS = """
SELECT id, parent_id FROM message
WHERE chat_id = ? AND NOT (status = 'stopped' AND content = '') ORDER BY id
"""
# `is_removed` says where they are to be.
_HALF_REMOVED = """
SELECT id FROM removal WHERE is_removed = 1 AND EXISTS (
    SELECT 1 FROM json_each(removal.message_ids) AS one JOIN message ON message.id = one.value)
"""
HALF_BACK = """
SELECT id FROM removal
WHERE is_removed = 0 AND id IN (SELECT removal_id FROM removed_message)
"""
# The depths below some messages, after their parents changed.
_DEEPEN = """
WITH RECURSIVE below (id, depth) AS (
    SELECT message.id, coalesce(parent.depth + 1, 0)
    FROM message LEFT JOIN message AS parent ON parent.id = message.parent_id
    WHERE message.id = ?
    UNION ALL
    SELECT message.id, below.depth + 1
    FROM below JOIN message ON message.parent_id = below.id
    LIMIT ?
)
UPDATE message SET depth = below.depth FROM below
WHERE message.id = below.id AND message.depth IS NOT below.depth
"""


@dataclass(frozen=True, slots=True)
class _Removal:
    chat_id: int
    is_removed: bool
    active_before: int | None
    message_ids: list[int]
    adopted: list[tuple[int, int]]


class Removals:
    """Takes messages out of their chats, and puts them back as they were.

    What followed a removed message and stays follows the one before it from then on. Both ways
    go in steps: the path is right after the first one, and the rows are moved step by step.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def plan(self, chat_id: int, message_ids: Sequence[int]) -> Plan:
        """Plan to remove messages of a chat; ids of others are passed over.

        Raises:
            ChatNotFoundError: There is no such chat.
        """
        find_leaf(self._db, chat_id)
        wanted = (chat_id, json.dumps(list(message_ids)))
        ids = [row[0] for row in self._db.sql(_PARENTS_FIRST, wanted)]
        if not ids:
            return Plan()
        sql = (
            "INSERT INTO removal (chat_id, removed_at, is_removed, message_ids)"
            " VALUES (?, ?, 0, ?) RETURNING id"
        )
        values = (chat_id, to_text(self._clock()), json.dumps(ids))
        with self._db.atomic():
            removal_id = self._db.sql(sql, values)[0][0]
        return Plan([["put_back", removal_id]], [["remove", removal_id]])

    def chat_of(self, removal_id: int) -> int | None:
        """Return the chat of a removal; None if it is gone."""
        removal = self._get(removal_id)
        return removal.chat_id if removal else None

    def remove_some(self, removal_id: int) -> bool:
        """Remove some of the messages of a removal; return whether there are more."""
        removal = self._get(removal_id)
        if removal is None:
            return False
        with self._db.atomic():
            if not removal.is_removed and self._has_rows(removal_id):
                # They were on their way back: the path still leads past them.
                self._note(removal_id, is_removed=True)
            elif not removal.is_removed:
                self._begin_removing(removal_id, removal)
            # Those below first, since none may follow a message that is not there.
            return self._move_out(removal_id, removal.message_ids[::-1])

    def put_back_some(self, removal_id: int) -> bool:
        """Put some of the messages back; return whether there are more."""
        removal = self._get(removal_id)
        if removal is None:
            return False
        with self._db.atomic():
            if not removal.is_removed and not self._has_rows(removal_id):
                return False
            # From the first step on, so that a killed process goes on in this direction.
            self._note(removal_id, is_removed=False)
            if self._move_in(removal_id):
                return True
            self._end_putting_back(removal)
            return False

    def unfinished(self) -> list[Operation]:
        """Return what ends the removals and returns that a killed process left half done."""
        removing = [["remove", row[0]] for row in self._db.sql(_HALF_REMOVED)]
        return removing + [["put_back", row[0]] for row in self._db.sql(HALF_BACK)]

    def _begin_removing(self, removal_id: int, removal: _Removal) -> None:
        """Let the path and what stays lead past the removed messages."""
        parents = self._parents(removal.chat_id)
        gone = set(removal.message_ids)
        adopted = [
            (one, parent) for one, parent in parents.items() if parent in gone and one not in gone
        ]
        for one, parent in adopted:
            self._attach(one, _first_not_in(gone, parents, parent), len(parents))
        active = find_leaf(self._db, removal.chat_id)
        leaf = _first_not_in(gone, parents, active)
        if leaf != active:
            leaf = self._newest_after(leaf, removal.chat_id, gone)
        self._activate(removal.chat_id, leaf)
        sql = "UPDATE removal SET is_removed = 1, active_before = ?, adopted = ? WHERE id = ?"
        self._db.sql(sql, (active, json.dumps(adopted), removal_id))

    def _newest_after(self, leaf: int | None, chat_id: int, gone: set[int]) -> int | None:
        """Return the end of the newest path that goes on from a message and stays."""
        newest = {
            parent: one for one, parent in self._db.sql(_ANSWERS, (chat_id,)) if one not in gone
        }
        while leaf in newest:
            leaf = newest.pop(leaf)
        return leaf

    def _end_putting_back(self, removal: _Removal) -> None:
        count = count_messages(self._db, removal.chat_id)
        for one, parent in removal.adopted:
            self._attach(one, parent, count)
        sql = "SELECT active_message_id FROM chat WHERE id = ?"
        active = self._db.sql(sql, (removal.chat_id,))[0][0]
        before = removal.active_before
        if before is None or before == active or not self._still_there([before]):
            return
        path = walk_up(self._db, removal.chat_id, active) if active is not None else []
        # Where the chat went on from the old end, it stays where it is.
        if before not in path:
            self._activate(removal.chat_id, before)

    def _has_rows(self, removal_id: int) -> bool:
        sql = "SELECT 1 FROM removed_message WHERE removal_id = ? LIMIT 1"
        return bool(self._db.sql(sql, (removal_id,)))

    def _note(self, removal_id: int, *, is_removed: bool) -> None:
        sql = "UPDATE removal SET is_removed = ? WHERE id = ?"
        self._db.sql(sql, (int(is_removed), removal_id))

    def _activate(self, chat_id: int, message_id: int | None) -> None:
        sql = "UPDATE chat SET active_message_id = ? WHERE id = ?"
        self._db.sql(sql, (message_id, chat_id))

    def _parents(self, chat_id: int) -> dict[int, int | None]:
        return {row[0]: row[1] for row in self._db.sql(_TREE, (chat_id,))}

    def _attach(self, message_id: int, parent_id: int | None, count: int) -> None:
        sql = "UPDATE message SET parent_id = (SELECT id FROM message WHERE id = ?) WHERE id = ?"
        self._db.sql(sql, (parent_id, message_id))
        self._db.sql(_DEEPEN, (message_id, count))

    def _move_out(self, removal_id: int, ids: list[int]) -> bool:
        counted = "SELECT count(*) FROM removed_message WHERE removal_id = ?"
        gone = self._db.sql(counted, (removal_id,))[0][0]
        # They go in their order: to look for all of them at each step would take most of the time.
        left = self._still_there(ids[gone : gone + MOST_MESSAGES + 1]) or self._still_there(ids)
        some = first_portion(self._db, "message", left)
        marks = ", ".join("?" * len(some))
        copy = (
            f"INSERT INTO removed_message (removal_id, {_COLUMNS})"
            f" SELECT ?, {_COLUMNS} FROM message WHERE id IN ({marks})"
        )
        self._db.sql(copy, [removal_id, *some])
        self._db.sql(f"DELETE FROM message WHERE id IN ({marks})", some)
        return bool(some) and gone + len(some) < len(ids)

    def _move_in(self, removal_id: int) -> bool:
        ids = self._db.sql(
            "SELECT id FROM removed_message WHERE removal_id = ? ORDER BY depth, id LIMIT ?",
            (removal_id, MOST_MESSAGES + 1),
        )
        some = first_portion(self._db, "removed_message", [row[0] for row in ids])
        marks = ", ".join("?" * len(some))
        copy = (
            f"INSERT INTO message ({_COLUMNS}) SELECT {_COLUMNS} FROM removed_message"
            f" WHERE id IN ({marks}) ORDER BY depth, id"
        )
        self._db.sql(copy, some)
        self._db.sql(f"DELETE FROM removed_message WHERE id IN ({marks})", some)
        return len(ids) > len(some)

    def _still_there(self, ids: list[int]) -> list[int]:
        found = {
            row[0]
            for row in self._db.sql(
                "SELECT message.id FROM json_each(?) AS one JOIN message ON message.id = one.value",
                (json.dumps(ids),),
            )
        }
        return [message_id for message_id in ids if message_id in found]

    def _get(self, removal_id: int) -> _Removal | None:
        rows = self._db.sql(
            "SELECT chat_id, is_removed, active_before, message_ids, adopted"
            " FROM removal WHERE id = ?",
            (removal_id,),
        )
        if not rows:
            return None
        chat_id, is_removed, active_before, ids, adopted = rows[0]
        return _Removal(
            chat_id, bool(is_removed), active_before, json.loads(ids),
            [(one, parent) for one, parent in json.loads(adopted)],
        )  # fmt: skip


def _first_not_in(
    gone: set[int], parents: dict[int, int | None], message_id: int | None
) -> int | None:
    """Return the message, or the nearest one before it, that stays."""
    while message_id in gone:
        message_id = parents.get(message_id)
    return message_id
