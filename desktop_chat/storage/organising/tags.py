"""Tags of chats in the database."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import TagNotFoundError
from desktop_chat.domain.organisation import Tag, TagId
from desktop_chat.storage.sqlite.rows import clean_text
from desktop_chat.storage.undo.undo_log import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from desktop_chat.storage.database import Database

_ALL = "SELECT id, name FROM tag ORDER BY name COLLATE NOCASE, id"


class TagRepository:
    """Finds tags, and plans changes to them (see `storage.undo.undo_log.Plan`).

    Methods that take a tag's id raise `TagNotFoundError` if there is none.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[Tag]:
        """Return all tags by name."""
        return [Tag(TagId(row[0]), row[1]) for row in self._db.sql(_ALL)]

    def get(self, tag_id: int) -> Tag:
        """Return one tag."""
        rows = self._db.sql("SELECT id, name FROM tag WHERE id = ?", (tag_id,))
        if not rows:
            raise TagNotFoundError(tag_id=tag_id)
        return Tag(TagId(rows[0][0]), rows[0][1])

    def of_chats(self, chat_ids: Sequence[int]) -> dict[int, list[Tag]]:
        """Return the tags of each of these chats that has any."""
        marks = ", ".join("?" * len(chat_ids))
        sql = f"SELECT chat_id, tag_id FROM chat_tag WHERE chat_id IN ({marks})"
        places: dict[int, set[int]] = defaultdict(set)
        for chat_id, tag_id in self._db.sql(sql, chat_ids):
            places[chat_id].add(tag_id)
        tags = self.all() if places else []
        return {
            chat_id: [tag for tag in tags if tag.id in tag_ids]
            for chat_id, tag_ids in places.items()
        }

    def plan_tag(self, chat_ids: Sequence[int], name: str) -> Plan:
        """Mark chats with a word, whatever its case; the result is the `Tag`."""
        name = clean_text(name)
        found = [tag for tag in self.all() if tag.name.casefold() == name.casefold()]
        undo: list[Any] = []
        redo: list[Any] = []
        if not found:
            sql = "INSERT INTO tag (name) VALUES (?) RETURNING id"
            with self._db.atomic():
                found = [Tag(TagId(self._db.sql(sql, (name,))[0][0]), name)]
            undo.append(["delete", "tag", found[0].id])
            redo.append(["insert", "tag", {"id": found[0].id, "name": name}])
        tag = found[0]
        marked = self._marked(tag.id)
        ids = [chat_id for chat_id in chat_ids if chat_id not in marked]
        if ids:
            undo.insert(0, ["untag", tag.id, ids])
            redo.append(["tag", tag.id, ids])
        return Plan(undo, redo, result=tag)

    def plan_untag(self, chat_ids: Sequence[int], tag_id: int) -> Plan:
        """Take a tag off chats; one that no chat has any more is deleted."""
        tag = self.get(tag_id)
        marked = self._marked(tag_id)
        ids = [chat_id for chat_id in chat_ids if chat_id in marked]
        if not ids:
            return Plan()
        undo: list[Any] = [["tag", tag_id, ids]]
        redo: list[Any] = [["untag", tag_id, ids]]
        if marked == set(ids):
            undo.insert(0, ["insert", "tag", {"id": tag_id, "name": tag.name}])
            redo.append(["delete", "tag", tag_id])
        return Plan(undo, redo)

    def plan_rename(self, tag_id: int, name: str) -> Plan:
        """Give a tag another name."""
        old, new = self.get(tag_id).name, clean_text(name)
        if old == new:
            return Plan()
        return Plan(
            [["set", "tag", tag_id, {"name": old}]], [["set", "tag", tag_id, {"name": new}]]
        )

    def plan_delete(self, tag_id: int) -> Plan:
        """Delete a tag; its chats stay."""
        tag = self.get(tag_id)
        ids = sorted(self._marked(tag_id))
        row = {"id": tag_id, "name": tag.name}
        return Plan(
            [["insert", "tag", row], ["tag", tag_id, ids]],
            [["untag", tag_id, ids], ["delete", "tag", tag_id]],
        )

    def _marked(self, tag_id: int) -> set[int]:
        rows = self._db.sql("SELECT chat_id FROM chat_tag WHERE tag_id = ?", (tag_id,))
        return {row[0] for row in rows}
