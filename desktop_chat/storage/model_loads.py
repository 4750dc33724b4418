"""How long the last load of each model took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.storage.times import Clock, to_text, utc_now

if TYPE_CHECKING:
    from desktop_chat.storage.database import Database

# Another program may have added rows for the same model; the newest counts.
_LAST = """
SELECT duration_ms FROM model_load
WHERE account = ? AND model = ? AND size_bytes = ? AND typeof(duration_ms) = 'integer'
ORDER BY loaded_at DESC, id DESC LIMIT 1
"""
_KEEP = """
INSERT INTO model_load (account, model, size_bytes, duration_ms, loaded_at)
VALUES (?, ?, ?, ?, ?)
"""


class ModelLoadRepository:
    """Keeps one load for each model of each engine."""

    def __init__(self, db: Database, clock: Clock = utc_now) -> None:
        self._db = db
        self._clock = clock

    @property
    def is_read_only(self) -> bool:
        """Whether loads can only be read here."""
        return self._db.is_read_only

    def last_duration_ms(self, account_id: str, model_id: str, size_bytes: int) -> int | None:
        """Return how long the last load took, None if this model of this size had none."""
        rows = self._db.sql(_LAST, (account_id, model_id, size_bytes))
        return max(0, int(rows[0][0])) if rows else None

    def record(self, account_id: str, model_id: str, size_bytes: int, duration_ms: int) -> None:
        """Keep a load in the place of the model's last one."""
        with self._db.atomic():
            self._db.sql(
                "DELETE FROM model_load WHERE account = ? AND model = ?", (account_id, model_id)
            )
            values = (account_id, model_id, size_bytes, duration_ms, to_text(self._clock()))
            self._db.sql(_KEEP, values)
