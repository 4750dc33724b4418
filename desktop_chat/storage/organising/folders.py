"""Folders in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.domain.errors import FolderNotFoundError
from desktop_chat.domain.organisation import Folder, FolderId
from desktop_chat.storage.sqlite.rows import clean_text
from desktop_chat.storage.times import Clock, to_text, utc_now
from desktop_chat.storage.undo.undo_log import Plan

if TYPE_CHECKING:
    from typing import Any

    from desktop_chat.storage.database import Database

_ALL = "SELECT id, name, parent_id FROM folder ORDER BY name COLLATE NOCASE, id"
_COUNTS = """
SELECT folder_id, count(*) FROM chat
WHERE deleted_at IS NULL AND archived_at IS NULL AND import_id IS NULL
    AND folder_id IS NOT NULL
GROUP BY folder_id
"""


class FolderRepository:
    """Finds folders, and plans changes to them (see `storage.undo.undo_log.Plan`).

    Methods that take a folder's id raise `FolderNotFoundError` if there is none.
    """

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def all(self) -> list[Folder]:
        """Return all folders by name; those in each other by their `parent_id`.

        None stands in itself, whatever another program wrote: such a one stands at the top.
        """
        folders = [Folder(FolderId(row[0]), row[1], row[2]) for row in self._db.sql(_ALL)]
        parents = {folder.id: folder.parent_id for folder in folders}
        return [
            folder if _reaches_top(folder.id, parents) else Folder(folder.id, folder.name)
            for folder in folders
        ]

    def get(self, folder_id: int) -> Folder:
        """Return one folder."""
        for folder in self.all():
            if folder.id == folder_id:
                return folder
        raise FolderNotFoundError(folder_id=folder_id)

    def counts(self) -> dict[FolderId, int]:
        """Return how many listed chats stand in each folder that has any."""
        return {FolderId(row[0]): row[1] for row in self._db.sql(_COUNTS)}

    def plan_create(self, name: str, parent_id: int | None = None) -> Plan:
        """Make a folder at once; the result is the `Folder`."""
        if parent_id is not None:
            self.get(parent_id)
        now = to_text(self._clock())
        columns = {"name": clean_text(name), "parent_id": parent_id, "created_at": now}
        sql = "INSERT INTO folder (name, parent_id, created_at) VALUES (?, ?, ?) RETURNING id"
        with self._db.atomic():
            folder_id = self._db.sql(sql, tuple(columns.values()))[0][0]
        row = {"id": folder_id, **columns}
        return Plan(
            undo=[["delete", "folder", folder_id]],
            redo=[["insert", "folder", row]],
            is_done=True,
            result=self.get(folder_id),
        )

    def plan_rename(self, folder_id: int, name: str) -> Plan:
        """Give a folder another name."""
        return self._plan_set(self.get(folder_id), name=clean_text(name))

    def plan_move(self, folder_id: int, parent_id: int | None) -> Plan:
        """Put a folder into another one, or with None at the top.

        Into itself, or into one that stands in it, is no change.
        """
        folder = self.get(folder_id)
        parents = {one.id: one.parent_id for one in self.all()}
        if parent_id is not None:
            self.get(parent_id)
            above: int | None = parent_id
            while above is not None:
                if above == folder_id:
                    return Plan()
                above = parents.get(FolderId(above))
        return self._plan_set(folder, parent_id=parent_id)

    def plan_delete(self, folder_id: int) -> Plan:
        """Delete a folder; what stands in it moves up to where the folder stood."""
        folder = self.get(folder_id)
        chats = [
            row[0] for row in self._db.sql("SELECT id FROM chat WHERE folder_id = ?", (folder_id,))
        ]
        inner = [one.id for one in self.all() if one.parent_id == folder_id]
        created_at = self._db.sql("SELECT created_at FROM folder WHERE id = ?", (folder_id,))
        row = {
            "id": folder_id,
            "name": folder.name,
            "parent_id": folder.parent_id,
            "created_at": created_at[0][0],
        }
        undo: list[Any] = [["insert", "folder", row]]
        redo: list[Any] = []
        for table, column, ids in (("folder", "parent_id", inner), ("chat", "folder_id", chats)):
            if ids:
                undo.append(["set", table, ids, {column: folder_id}])
                redo.append(["set", table, ids, {column: folder.parent_id}])
        return Plan(undo, [*redo, ["delete", "folder", folder_id]])

    def _plan_set(self, folder: Folder, **values: Any) -> Plan:
        old = {name: getattr(folder, name) for name in values}
        if old == values:
            return Plan()
        return Plan([["set", "folder", folder.id, old]], [["set", "folder", folder.id, values]])


def _reaches_top(folder_id: FolderId, parents: dict[FolderId, FolderId | None]) -> bool:
    seen = set()
    above: FolderId | None = folder_id
    while above is not None:
        if above in seen or above not in parents:
            return False
        seen.add(above)
        above = parents[above]
    return True
