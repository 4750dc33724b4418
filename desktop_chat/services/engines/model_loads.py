"""What the embedded engine asks and tells about how long loads take."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.model_info import EMBEDDED

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from desktop_chat.services.background import Worker
    from desktop_chat.storage.model_loads import ModelLoadRepository

logger = logging.getLogger(__name__)


class StoredLoads:
    """A `LoadHistory` in the database; what cannot be stored is forgotten.

    Args:
        writer: The thread that writes the database.
    """

    def __init__(self, loads: ModelLoadRepository, writer: Worker) -> None:
        self._loads = loads
        self._writer = writer

    async def expected_s(self, path: Path, size_bytes: int) -> float | None:
        """Return how long the last load of this file took, None if it was never loaded."""
        try:
            duration_ms = await self._writer.run(
                self._loads.last_duration_ms, EMBEDDED, str(path), size_bytes
            )
        except StorageError:
            return None  # a reply without an estimate is better than none
        return None if duration_ms is None else duration_ms / 1000

    def record(self, path: Path, size_bytes: int, duration_s: float) -> None:
        """Keep how long a load took; returns at once."""
        if self._loads.is_read_only:
            return
        job = self._writer.submit(
            self._loads.record, EMBEDDED, str(path), size_bytes, round(duration_s * 1000)
        )
        job.add_done_callback(_note_failure)


def _note_failure(job: Future[None]) -> None:
    error = job.exception()
    if error is not None:
        logger.info("how long a load took is not kept: %s", error)
