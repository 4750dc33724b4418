"""Whether what the user sees is on disk: told once when it is not, and once when it is again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import SavingFailed, SavingResumed

if TYPE_CHECKING:
    from desktop_chat.domain.errors import StorageError
    from desktop_chat.services.broadcast import Broadcast

logger = logging.getLogger(__name__)


class SavingState:
    """Collects how those fare who save without being waited for: replies and drafts.

    Attributes:
        error: Why something is in memory only; None while everything is saved.
    """

    def __init__(self, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        self._failing: dict[str, StorageError] = {}
        self.error: StorageError | None = None

    def report(self, what: str, error: StorageError | None) -> None:
        """Take note of how saving `what` ended; None if everything of it is saved now."""
        if error is not None:
            self._failing[what] = error
            # The same one keeps coming until there is room again.
            if self.error is None or self.error.code != error.code:
                self.error = error
                logger.error("Saving %s failed: %s", what, error.code)
                self._broadcast.publish(SavingFailed(error))
        elif self._failing.pop(what, None) is not None and not self._failing:
            self.error = None
            self._broadcast.publish(SavingResumed())
