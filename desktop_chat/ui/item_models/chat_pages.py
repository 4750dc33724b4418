"""Chats of a long list, kept only where they were looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from desktop_chat.domain.chat import ChatId, ChatSummary

    Load = Callable[[int, int], Sequence[ChatSummary]]

PAGE = 100
MOST_PAGES = 30

_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Run:
    """Chats that follow each other, from the row `start` on."""

    start: int
    chats: list[ChatSummary]
    used: int = 0

    @property
    def end(self) -> int:
        return self.start + len(self.chats)


class ChatPages:
    """The rows of a list; those that were not read yet are read a page at a time.

    At most 30 pages are kept, those used last.

    Args:
        chats: The first rows.
        count: How many rows there are.
        load: Reads chats as `load(offset, limit)`; None where `chats` are all there are.
    """

    def __init__(
        self, chats: Sequence[ChatSummary] = (), count: int = 0, load: Load | None = None
    ) -> None:
        self.count = max(count, len(chats)) if load else len(chats)
        self.is_torn = False
        self._load = load
        self._clock = 0
        self._runs = [_Run(0, list(chats))] if chats else []

    def at(self, row: int) -> ChatSummary | None:
        """Return the chat of a row; None if it cannot be read.

        Sets `is_torn` when a page shows that the stored list is another one by now.
        """
        run = self._run_at(row) or self._read(row)
        if run is None or row >= run.end:
            return None
        self._clock += 1
        run.used = self._clock
        return run.chats[row - run.start]

    def row_of(self, chat_id: ChatId) -> int | None:
        """Return the row of a chat, None if it is not among those that were read."""
        for run in self._runs:
            for offset, chat in enumerate(run.chats):
                if chat.id == chat_id:
                    return run.start + offset
        return None

    @property
    def is_all_read(self) -> bool:
        """Whether all rows were read and are kept."""
        return sum(len(run.chats) for run in self._runs) == self.count

    def rows(self) -> Iterator[tuple[int, ChatSummary]]:
        """Yield the rows that were read, in their order."""
        for run in self._runs:
            yield from enumerate(run.chats, run.start)

    def insert(self, row: int, chat: ChatSummary) -> None:
        """Add a row; those from `row` on move down."""
        for run in self._runs:
            if run.start > row:
                run.start += 1
        home = self._run_at(row) or self._run_ending_at(row)
        if home is None:
            self._add(_Run(row, [chat]))
        else:
            home.chats.insert(row - home.start, chat)
        self.count += 1

    def remove(self, row: int) -> None:
        """Take a row out; those behind it move up."""
        run = self._run_at(row)
        if run is not None:
            del run.chats[row - run.start]
            if not run.chats:
                self._runs.remove(run)
        for other in self._runs:
            if other.start > row:
                other.start -= 1
        self.count -= 1

    def replace(self, row: int, chat: ChatSummary) -> None:
        """Change the chat of a row that was read."""
        run = self._run_at(row)
        if run is not None:
            run.chats[row - run.start] = chat

    def place_of(self, chat: ChatSummary) -> int | None:
        """Return the row of a chat in a list by last use, itself not counted.

        None where the rows around that place were not read.
        """
        wanted = order_key(chat)
        before, skipped = -1, 0  # the last row that was read and comes before
        for row, other in self.rows():
            if other.id == chat.id:
                skipped = 1
                before = row if before == row - 1 else before
            elif order_key(other) > wanted:
                return row - skipped if before == row - 1 else None
            else:
                before = row
        return self.count - skipped if before == self.count - 1 else None

    def _run_at(self, row: int) -> _Run | None:
        for run in self._runs:
            if run.start <= row < run.end:
                return run
        return None

    def _run_ending_at(self, row: int) -> _Run | None:
        for run in self._runs:
            if run.end == row:
                return run
        return None

    def _read(self, row: int) -> _Run | None:
        if self._load is None or not 0 <= row < self.count:
            return None
        start, end = row - row % PAGE, min(row - row % PAGE + PAGE, self.count)
        for run in self._runs:
            if run.end <= row:
                start = max(start, run.end)
            elif run.start > row:
                end = min(end, run.start)
        chats = list(self._load(start, end - start))
        known = {chat.id for _, chat in self.rows()}
        self.is_torn = len(chats) != end - start or any(chat.id in known for chat in chats)
        if not chats:
            return None
        run = _Run(start, chats)
        self._add(run)
        return run

    def _add(self, run: _Run) -> None:
        if len(self._runs) >= MOST_PAGES:
            self._runs.remove(min(self._runs, key=_last_use))
        self._clock += 1
        run.used = self._clock
        self._runs.append(run)
        self._runs.sort(key=_start)


def order_key(chat: ChatSummary) -> tuple[bool, timedelta, int]:
    """Return what a list by last use is sorted by: pinned ones first, then the latest."""
    return not chat.is_pinned, _LATEST - chat.updated_at, -chat.id


def _last_use(run: _Run) -> int:
    return run.used


def _start(run: _Run) -> int:
    return run.start
