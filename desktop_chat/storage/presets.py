"""Presets in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat.domain.errors import PresetNotFoundError
from desktop_chat.domain.preset import Preset
from desktop_chat.storage.sqlite.rows import clean_text, params_from_text, params_to_text, text_from
from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

_COLUMNS = "id, name, system_prompt, params"
_ALL = f"SELECT {_COLUMNS} FROM preset ORDER BY name COLLATE NOCASE, id"
_GET = f"SELECT {_COLUMNS} FROM preset WHERE id = ?"
_INSERT = f"""
INSERT INTO preset (name, system_prompt, params, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?4) RETURNING {_COLUMNS}
"""
_UPDATE = f"""
UPDATE preset SET name = ?1, system_prompt = ?2, params = ?3, updated_at = ?4 WHERE id = ?5
RETURNING {_COLUMNS}
"""
_FORGET = "UPDATE chat SET preset_id = NULL WHERE preset_id = ?"


class PresetRepository:
    """Makes, finds, changes and deletes presets."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    def all(self) -> list[Preset]:
        """Return all presets, by name."""
        return [_preset_from(row) for row in self._db.sql(_ALL)]

    def get(self, preset_id: int) -> Preset:
        """Return one preset.

        Raises:
            PresetNotFoundError: There is none.
        """
        return self._one(self._db.sql(_GET, (preset_id,)), preset_id)

    def save(self, preset: Preset) -> Preset:
        """Store a new preset (`id` 0), or change one; return it as it is stored.

        Raises:
            PresetNotFoundError: It was deleted.
        """
        values = (
            clean_text(preset.name),
            clean_text(preset.system_prompt),
            params_to_text(preset.params),
            to_text(self._clock()),
        )
        with self._db.atomic():
            if preset.id:
                return self._one(self._db.sql(_UPDATE, (*values, preset.id)), preset.id)
            return self._one(self._db.sql(_INSERT, values), 0)

    def delete(self, preset_id: int) -> None:
        """Delete a preset; chats keep the parameters that they have from it."""
        with self._db.atomic():
            self._db.sql(_FORGET, (preset_id,))
            self._db.sql("DELETE FROM preset WHERE id = ?", (preset_id,))

    def _one(self, rows: list[tuple[Any, ...]], preset_id: int) -> Preset:
        if not rows:
            raise PresetNotFoundError(preset_id=preset_id)
        return _preset_from(rows[0])


def _preset_from(row: tuple[Any, ...]) -> Preset:
    preset_id, name, system_prompt, params = row
    return Preset(preset_id, text_from(name), text_from(system_prompt), params_from_text(params))
