"""How fast a download goes."""

from __future__ import annotations

from collections import deque

WINDOW_S = 5.0


class Rate:
    """Bytes per second over the last seconds."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, now: float, size: int) -> None:
        """Note how much is there at a time, in seconds."""
        self._seen.append((now, size))
        while self._seen and now - self._seen[0][0] > WINDOW_S:
            self._seen.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """None until something can be said."""
        if len(self._seen) < 2:
            return None
        (first, start), (last, end) = self._seen[0], self._seen[-1]
        return (end - start) / (last - first) if last > first else None
