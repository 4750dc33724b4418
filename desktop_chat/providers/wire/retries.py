"""When a request is sent again: only while nothing was started by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from desktop_chat.domain.errors import ServerBusyError, ServerUnreachableError
from desktop_chat.domain.stream import ModelLoading, RetryScheduled
from desktop_chat.providers.wire.failures import ModelStillLoadingError

if TYPE_CHECKING:
    from desktop_chat.domain.errors import EngineError

# Longer than this is no wait but another time; the user is told when.
MAX_RETRY_AFTER_S = 60.0
MAX_BUSY_RETRIES = 3
MIN_BUSY_DELAY_S = 0.5
BACKOFF = 1.5
MAX_LOADING_DELAY_S = 3.0
# A server that goes away while it loads is not back sooner, or not at all.
MAX_UNREACHABLE_RETRIES = 12


class Retry(NamedTuple):
    """What to tell, and how long to wait, before the request is sent again."""

    event: ModelLoading | RetryScheduled
    delay_s: float


class Retries:
    """Decides for one reply whether its request may be sent again.

    A server that says that it loads its model is asked as long as it says so. One that is busy
    is asked again where it says when. One that refuses connections is asked again only if it
    was loading just before.

    Args:
        loading_retry_s: First pause while the model is loaded; later ones are longer.
    """

    def __init__(self, loading_retry_s: float) -> None:
        self._delay_s = loading_retry_s
        self._busy_retries = 0
        self._unreachable_retries = 0
        self._has_loaded = False

    def after(self, error: EngineError) -> Retry | None:
        """Return how to go on after `error`, which came before any part of a reply; or None."""
        if isinstance(error, ModelStillLoadingError):
            self._has_loaded = True
            self._unreachable_retries = 0
            return Retry(ModelLoading(), self._next_delay())
        if isinstance(error, ServerBusyError):
            return self._after_busy(error.fields.get("retry_after_s"))
        if isinstance(error, ServerUnreachableError) and self._has_loaded:
            self._unreachable_retries += 1
            if self._unreachable_retries <= MAX_UNREACHABLE_RETRIES:
                delay = self._next_delay()
                return Retry(RetryScheduled("unreachable", delay), delay)
        return None

    def _after_busy(self, retry_after_s: float | None) -> Retry | None:
        self._busy_retries += 1
        is_soon = retry_after_s is not None and retry_after_s <= MAX_RETRY_AFTER_S
        if retry_after_s is None or not is_soon or self._busy_retries > MAX_BUSY_RETRIES:
            return None
        delay = max(float(retry_after_s), MIN_BUSY_DELAY_S)
        return Retry(RetryScheduled("busy", delay), delay)

    def _next_delay(self) -> float:
        delay = self._delay_s
        self._delay_s = min(delay * BACKOFF, max(MAX_LOADING_DELAY_S, delay))
        return delay
