"""The steps that changes are made of, and taken back with.

A change is remembered as JSON lists of operations:

- `["set", table, id or ids, {column: value}]`
- `["insert", table, {column: value}]` with the `id`, `["delete", table, id]`
- `["tag", tag_id, chat_ids]`, `["untag", tag_id, chat_ids]`
- `["remove", removal_id]`, `["put_back", removal_id]`: messages, see `storage.undo.removals`

Rows that are gone by then are passed over. What other programs may have written in the place of
an operation is not carried out: tables and columns are those named here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.ids import ChatId
from desktop_chat.domain.undo import Touched
from desktop_chat.storage.sqlite.chat_lists import DOOMED
from desktop_chat.storage.undo.removals import Removals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.storage.database import Database
    from desktop_chat.storage.undo.undo_log import Operation

# How many rows are changed before others may use the writer.
BATCH = 200

_COLUMNS = {
    "chat": {
        "title", "is_renamed", "folder_id", "pinned", "archived_at", "deleted_at",
        "active_message_id", "system_prompt", "account", "model",
    },
    "folder": {"id", "name", "parent_id", "created_at"},
    "tag": {"id", "name"},
}  # fmt: skip
_MADE = {"folder", "tag"}


def batches(operations: Iterable[Operation]) -> list[Operation]:
    """Return the same operations, with at most `BATCH` rows in each."""
    parts: list[Operation] = []
    for operation in operations:
        place = {"set": 2, "tag": 2, "untag": 2}.get(str(operation[0])) if operation else None
        ids = operation[place] if place is not None and len(operation) > place else None
        if place is None or not isinstance(ids, list):
            parts.append(operation)
            continue
        for start in range(0, len(ids), BATCH):
            part = list(operation)
            part[place] = ids[start : start + BATCH]
            parts.append(part)
    return parts


def without_chats(
    operations: Iterable[Operation], chat_ids: set[int], removal_ids: set[int]
) -> list[Operation]:
    """Return the operations without some chats and removals of messages."""
    left: list[Operation] = []
    for operation in operations:
        match operation:
            case ["set", "chat", ids, values]:
                ids = [one for one in _as_list(ids) if one not in chat_ids]
                left += [["set", "chat", ids, values]] if ids else []
            case ["tag" | "untag", tag_id, list(ids)]:
                ids = [one for one in ids if one not in chat_ids]
                left += [[operation[0], tag_id, ids]] if ids else []
            case ["remove" | "put_back", removal_id]:
                left += [operation] if removal_id not in removal_ids else []
            case _:
                left.append(operation)
    return left


class Operations:
    """Carries out operations; each call is one short transaction."""

    def __init__(self, db: Database, removals: Removals) -> None:
        self._db = db
        self._removals = removals

    def run(self, operation: Operation) -> bool:
        """Carry out an operation of `batches`, or a part of it.

        Returns:
            Whether it has to be called once more.
        """
        with self._db.atomic():
            match operation:
                case ["set", str(table), ids, dict(values)]:
                    self._set(table, _as_list(ids), values)
                case ["insert", str(table), dict(row)]:
                    self._insert(table, row)
                case ["delete", str(table), int(row_id)]:
                    self._delete(table, row_id)
                case ["tag", int(tag_id), list(ids)]:
                    self._tag(tag_id, ids)
                case ["untag", int(tag_id), list(ids)]:
                    self._untag(tag_id, ids)
                case ["remove", int(removal_id)]:
                    return self._removals.remove_some(removal_id)
                case ["put_back", int(removal_id)]:
                    return self._removals.put_back_some(removal_id)
        return False

    def touched(self, label: str, operations: Sequence[Operation]) -> Touched:
        """Return what operations that were carried out have changed."""
        seen = _Seen()
        for operation in operations:
            match operation:
                case ["set", "chat", ids, dict(values)]:
                    seen.note_chats(_as_list(ids), values)
                case ["tag" | "untag", _, list(ids)]:
                    seen.listed.update(dict.fromkeys(ids))
                    seen.has_folders = True
                case ["set" | "insert" | "delete", "folder" | "tag", *_]:
                    seen.has_folders = True
                case ["remove" | "put_back", int(removal_id)]:
                    chat_id = self._removals.chat_of(removal_id)
                    if chat_id is not None:
                        seen.paths[chat_id] = None
        return seen.touched(label)

    def _set(self, table: str, ids: list[int], values: dict[str, Any]) -> None:
        if not _are_known(table, values) or not values:
            return
        values = self._without_lost(table, values)
        columns = ", ".join(f"{name} = ?" for name in values)
        marks = ", ".join("?" * len(ids))
        sql = f"UPDATE {table} SET {columns} WHERE id IN ({marks})"
        if table == "chat":
            # What is being deleted for good does not come back half.
            sql += f" AND deleted_at IS NOT '{DOOMED}'"
        self._db.sql(sql, [*values.values(), *ids])

    def _without_lost(self, table: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values without folders and messages that are not there any more."""
        places = {"folder_id": "folder", "parent_id": "folder", "active_message_id": "message"}
        kept = dict(values)
        for name in values.keys() & places.keys():
            sql = f"SELECT id FROM {places[name]} WHERE id = ?"
            if values[name] is not None and not self._db.sql(sql, (values[name],)):
                kept[name] = None
        return kept

    def _insert(self, table: str, row: dict[str, Any]) -> None:
        if table not in _MADE or not _are_known(table, row):
            return
        row = self._without_lost(table, row)
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        self._db.sql(sql, list(row.values()))

    def _delete(self, table: str, row_id: int) -> None:
        if table == "folder":
            # Whatever came into it since moves up.
            above = "(SELECT parent_id FROM folder WHERE id = ?)"
            for inner, column in (("folder", "parent_id"), ("chat", "folder_id")):
                sql = f"UPDATE {inner} SET {column} = {above} WHERE {column} = ?"
                self._db.sql(sql, (row_id, row_id))
        if table in _MADE:
            self._db.sql(f"DELETE FROM {table} WHERE id = ?", (row_id,))

    def _tag(self, tag_id: int, ids: list[int]) -> None:
        marks = ", ".join("?" * len(ids))
        sql = (
            "INSERT INTO chat_tag (chat_id, tag_id) SELECT chat.id, tag.id FROM chat, tag"
            f" WHERE tag.id = ? AND chat.id IN ({marks}) ON CONFLICT DO NOTHING"
        )
        self._db.sql(sql, [tag_id, *ids])

    def _untag(self, tag_id: int, ids: list[int]) -> None:
        marks = ", ".join("?" * len(ids))
        sql = f"DELETE FROM chat_tag WHERE tag_id = ? AND chat_id IN ({marks})"
        self._db.sql(sql, [tag_id, *ids])


class _Seen:
    """Collects what operations change; dictionaries keep the order and each id once."""

    def __init__(self) -> None:
        self.listed: dict[int, None] = {}
        self.trashed: dict[int, None] = {}
        self.restored: dict[int, None] = {}
        self.paths: dict[int, None] = {}
        self.has_folders = False

    def note_chats(self, ids: list[int], values: dict[str, Any]) -> None:
        known = dict.fromkeys(ids)
        if values.keys() != {"active_message_id"}:
            self.listed.update(known)
        if "deleted_at" in values:
            (self.trashed if values["deleted_at"] else self.restored).update(known)
        if "active_message_id" in values:
            self.paths.update(known)

    def touched(self, label: str) -> Touched:
        return Touched(
            label,
            tuple(map(ChatId, self.listed)),
            tuple(map(ChatId, self.trashed)),
            tuple(map(ChatId, self.restored)),
            tuple(map(ChatId, self.paths)),
            self.has_folders,
        )


def _as_list(ids: Any) -> list[int]:
    return ids if isinstance(ids, list) else [ids]


def _are_known(table: str, values: dict[str, Any]) -> bool:
    return values.keys() <= _COLUMNS.get(table, set())
