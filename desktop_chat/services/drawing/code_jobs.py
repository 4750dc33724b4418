"""Colours of blocks of code, asked for in parts: keeps how far each block is."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from desktop_chat.services.drawing.code_lexing import Lexing
from desktop_chat.services.drawing.code_wire import to_numbers

if TYPE_CHECKING:
    from desktop_chat.services.drawing.code_lexing import Spans

# Blocks that are begun and not finished; of others it is said that they are lost.
MAX_BLOCKS = 16
MAX_CHARACTERS = 1_000_000
# An answer is read by the window's thread, which must not be kept for more than 2 ms.
MAX_LINES = 500
MAX_SPANS = 1_000
# Nobody nests so deep; and each answer would hold it.
MAX_STACK = 100


class _Block:
    """A block that is begun.

    Args:
        asked: The arguments of the first request for it.
    """

    def __init__(self, asked: dict[str, Any]) -> None:
        self.size = 0
        self.sent = 0
        self.taken = 0
        self._lines: list[str] = []
        self._first: int = asked["first"]
        self._language: str = asked["language"]
        self._stack = tuple(asked["stack"])
        self._until: int = asked["until"]
        self._lexing: Lexing | None = None
        self._done: list[Spans] = []

    def add(self, lines: list[str]) -> None:
        """Take lines that follow those that were sent."""
        self._lines += lines
        self.sent += len(lines)
        self.size += sum(map(len, lines))

    def go_on(self) -> dict[str, Any]:
        """Colour for a moment, unless enough is done already, and return what there is."""
        if self._lexing is None:
            notes_marks = self._until >= 0
            self._lexing = Lexing(
                self._language, self._lines, self._first, self._stack, notes_marks=notes_marks
            )
            self._lines = []
        if not self._lexing.is_finished and _fitting(self._done) == len(self._done):
            self._lexing.run()
            self._done += self._lexing.take()[1]
        count = _fitting(self._done)
        part, self._done = self._done[:count], self._done[count:]
        self.taken += count
        is_done = self._lexing.is_finished and not self._done
        return {
            "spans": [to_numbers(spans) for spans in part],
            "is_done": is_done,
            "mark": self._mark(self._lexing) if is_done else None,
        }

    def _mark(self, lexing: Lexing) -> tuple[int, tuple[str, ...]] | None:
        fit = (line for line in lexing.marks if self._first < line <= self._until)
        safe = max(fit, default=-1)
        if safe < 0 or len(lexing.marks[safe]) > MAX_STACK:
            return None
        return safe, lexing.marks[safe]


class CodeJobs:
    """Answers requests for colours; see `requests.CodeRequest`."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[int, _Block] = OrderedDict()

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Work on a block for a moment and return some of its colours.

        Raises:
            LookupError, TypeError: That is no such request.
        """
        number, lines = asked["block"], asked["lines"]
        if not asked["sent"]:
            self._blocks[number] = _Block(asked)
        if not self._knows(asked):
            self._blocks.pop(number, None)
            return {"is_lost": True}
        block = self._blocks[number]
        self._blocks.move_to_end(number)
        block.add(lines)
        self._forget()
        if not asked["is_all"]:
            return {"spans": [], "is_done": False}
        answer = block.go_on()
        if answer["is_done"]:
            self._blocks.pop(number, None)
        return answer

    def _knows(self, asked: dict[str, Any]) -> bool:
        """Whether the request goes on where the last one for its block ended."""
        block = self._blocks.get(asked["block"])
        return block is not None and (block.sent, block.taken) == (asked["sent"], asked["taken"])

    def _forget(self) -> None:
        """Give up the blocks that nobody asked for lately."""
        size = sum(block.size for block in self._blocks.values())
        while len(self._blocks) > MAX_BLOCKS or (size > MAX_CHARACTERS and len(self._blocks) > 1):
            size -= self._blocks.popitem(last=False)[1].size


def _fitting(done: list[Spans]) -> int:
    """Return how many lines fit in one answer."""
    spans = 0
    for number, line in enumerate(done[:MAX_LINES]):
        if spans >= MAX_SPANS:
            return number
        spans += len(line)
    return min(len(done), MAX_LINES)
