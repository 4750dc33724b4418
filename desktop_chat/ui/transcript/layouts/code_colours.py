"""The colours of one block of code: ordered once it is seen, kept by line. No Qt."""

from __future__ import annotations

from bisect import bisect_right
from time import monotonic
from typing import TYPE_CHECKING

from desktop_chat.services.drawing.code_languages import lexer_name
from desktop_chat.services.drawing.code_lexing import ROOT
from desktop_chat.ui.transcript.layouts.code_order import CodeOrder

if TYPE_CHECKING:
    from desktop_chat.services.drawing.code_lexing import Spans, Stack
    from desktop_chat.ui.transcript.layouts.code_lines import CodeLines
    from desktop_chat.ui.transcript.layouts.code_order import Orders

MAX_CHARACTERS = 200_000
# Of a block that grows, the last lines are done again and again, about so many.
WINDOW = 30
WINDOW_CHARACTERS = 3_000
WIDEST_WINDOW = 4
PAUSE_S = 0.15


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
        self._order: CodeOrder | None = None
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
        if self._order is None:
            self._order = self._begin(lines, is_open=is_open)
        while self._order is not None:
            part = self._order.part(workshop)
            if part is None:
                return True
            first, spans = part
            if first > len(self._spans):
                self._spans += [()] * (first - len(self._spans))
            self._spans[first : first + len(spans)] = spans
            if self._order.is_done:
                self._finish(self._order, lines)
                self._order = self._begin(lines, is_open=is_open)
        return False

    def _begin(self, lines: CodeLines, *, is_open: bool) -> CodeOrder | None:
        wanted = (len(lines.lines), lines.lines[-1] if lines.lines else "", not is_open)
        if wanted == self._ordered or self._is_plain:
            return None
        if not is_open:
            end = bisect_right(lines.starts, self._most) - 1
            made = CodeOrder(self._language, lines.lines[:end])
        elif lines.length > self._most or monotonic() - self._ordered_at < self._pause:
            return None
        else:
            # Much may have come while the block was not seen.
            if self._size(lines, self._from) > WIDEST_WINDOW:
                self._from, self._stack = self._tail(lines), ROOT
            made = CodeOrder(
                self._language,
                lines.lines[self._from :],
                self._from,
                self._stack,
                until=self._tail(lines),
            )
        self._ordered, self._ordered_at = wanted, monotonic()
        return made

    def _finish(self, order: CodeOrder, lines: CodeLines) -> None:
        # What was coloured while it grew may lie behind what is coloured in the end.
        del self._spans[order.next :]
        # What the drawing process stumbled over once it would stumble over again.
        self._is_plain = order.is_failed
        if self._ordered is not None and self._ordered[2]:
            return
        size = self._size(lines, self._from)
        if size <= 2:
            return
        tail = self._tail(lines)
        if order.mark is not None:
            self._from, self._stack = order.mark
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
