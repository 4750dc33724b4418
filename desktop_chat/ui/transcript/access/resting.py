"""Values that are slow to find out, found again only after a rest. No Qt."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# At most about a twentieth of the time is spent on finding out.
REST = 20
MAX_REST_S = 1.0


class Resting(Generic[T]):
    """A value that may be old by some times what it takes to find it out."""

    def __init__(self) -> None:
        self._state: object = None
        self._until = 0.0
        self._values: list[T] = []

    def value(self, state: object, find: Callable[[], T]) -> T:
        """Return the value, found anew if the rest is over or `state` is another than it was."""
        started = perf_counter()
        if not self._values or state != self._state or started >= self._until:
            self._values = [find()]
            self._state = state
            ended = perf_counter()
            self._until = ended + min(REST * (ended - started), MAX_REST_S)
        return self._values[0]
