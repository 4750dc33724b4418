"""A workshop for tests whose jobs are done when the test says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Orders:
    """Takes orders and does them when told to."""

    def __init__(self) -> None:
        self._jobs: dict[Hashable, Callable[[], Any]] = {}
        self._done: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def order(self, key: Hashable, job: Callable[[], Any]) -> Any:
        self._jobs.setdefault(key, job)
        return self._done.get(key)

    def do_all(self) -> None:
        self._done = {key: job() for key, job in self._jobs.items()}
