"""The colours of one block of code: ordered once it is seen, kept by line. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar

from desktop_chat.ui.transcript.layouts.code_languages import lexer_name
from desktop_chat.ui.transcript.layouts.code_lexing import ROOT, Lexing

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from desktop_chat.ui.transcript.layouts.code_lexing import Spans, Stack
    from desktop_chat.ui.transcript.layouts.code_lines import CodeLines

T = TypeVar("T")
MAX_CHARACTERS = 200_000
# Of a block that grows, the last lines are done again and again, about so many.
WINDOW = 30
WINDOW_CHARACTERS = 3_000
WIDEST_WINDOW = 4
PAUSE_S = 0.15
_keys = count()


class Orders(Protocol):
    """Has jobs done in a thread; see `workshop.Workshop`."""

    def order(self, key: Hashable, job: Callable[[], T]) -> T | None:
        """Return what `job` returns if it is done already; else have it done."""


class Colours:
    """Spans by line. A growing block gets those of its last lines; once final, all are made anew.

    Args:
        language: As the fence names it.
        pause_s: The least time between two orders for a block that grows.
        most: What comes behind so many characters stays plain.
    """

    def __init__(self, language: str, pause_s: float = PAUSE_S, most: int = MAX_CHARACTERS) -> None:
        self._language = language
        self._is_plain = not lexer_name(language)
        self._pause = pause_s
        self._most = most
        self._spans: list[Spans] = []
        self._lexing: Lexing | None = None
        self._key = 0
        self._ordered_at = -pause_s
        # Which lines were ordered last: their number, the last of them, whether they are final.
        self._ordered: tuple[int, str, bool] | None = None
        self._from = 0
        self._stack: Stack = ROOT

    def of(self, number: int) -> Spans:
        """Return the coloured spans of a line, none as long as they are not known."""
        return self._spans[number] if number < len(self._spans) else ()

    def follow(self, lines: CodeLines, workshop: Orders | None, *, is_open: bool) -> bool:
        """Take what is done, order what is missing; to be called when the block is painted.

        Returns:
            Whether there will be more, once the workshop is ready.
        """
        if self._is_plain:
            return False
        if self._lexing is None:
            self._lexing = self._begin(lines, is_open=is_open)
        while self._lexing is not None and self._is_run(self._lexing, workshop):
            self._take(self._lexing)
            if not self._lexing.is_finished:
                self._key = next(_keys)
                continue
            self._finish(self._lexing, lines)
            self._lexing = self._begin(lines, is_open=is_open)
        return self._lexing is not None

    def _is_run(self, lexing: Lexing, workshop: Orders | None) -> bool:
        if workshop is None:
            return lexing.run(rest_s=0)
        return bool(workshop.order(("code", self._key), lexing.run))

    def _begin(self, lines: CodeLines, *, is_open: bool) -> Lexing | None:
        wanted = (len(lines.lines), lines.lines[-1] if lines.lines else "", not is_open)
        if wanted == self._ordered:
            return None
        if not is_open:
            end = bisect_right(lines.starts, self._most) - 1
            made = Lexing(self._language, lines.lines[:end])
        elif lines.length > self._most or monotonic() - self._ordered_at < self._pause:
            return None
        else:
            # Much may have come while the block was not seen.
            if self._size(lines, self._from) > WIDEST_WINDOW:
                self._from, self._stack = self._tail(lines), ROOT
            made = Lexing(
                self._language, lines.lines[self._from :], self._from, self._stack, notes_marks=True
            )
        self._ordered, self._ordered_at = wanted, monotonic()
        self._key = next(_keys)
        return made

    def _take(self, lexing: Lexing) -> None:
        first, spans = lexing.take()
        if first > len(self._spans):
            self._spans += [()] * (first - len(self._spans))
        self._spans[first : first + len(spans)] = spans

    def _finish(self, lexing: Lexing, lines: CodeLines) -> None:
        first, _ = lexing.take()
        # What was coloured while it grew may lie behind what is coloured in the end.
        del self._spans[first:]
        if self._ordered is not None and self._ordered[2]:
            return
        size = self._size(lines, self._from)
        if size <= 2:
            return
        tail = self._tail(lines)
        safe = max((line for line in lexing.marks if self._from < line <= tail), default=-1)
        if safe >= 0:
            self._from, self._stack = safe, lexing.marks[safe]
        elif size > WIDEST_WINDOW:
            self._from, self._stack = tail, ROOT

    def _size(self, lines: CodeLines, first: int) -> float:
        """Return how many windows the lines from `first` on fill."""
        characters = lines.starts[-1] - lines.starts[min(first, len(lines.lines))]
        return max((len(lines.lines) - first) / WINDOW, characters / WINDOW_CHARACTERS)

    def _tail(self, lines: CodeLines) -> int:
        """Return the first of the last lines that fill one window."""
        by_size = bisect_right(lines.starts, lines.starts[-1] - WINDOW_CHARACTERS)
        return max(0, min(len(lines.lines) - 1, max(by_size, len(lines.lines) - WINDOW)))
