"""Lines of code to be coloured, sent to the workshop in parts and answered in parts. No Qt."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeVar

from desktop_chat.services.drawing.code_lexing import ROOT, tamed_line
from desktop_chat.services.drawing.requests import CodePart, CodeRequest

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from desktop_chat.services.drawing.code_jobs import CodeJobs
    from desktop_chat.services.drawing.code_lexing import Spans, Stack
    from desktop_chat.services.drawing.requests import Request

T = TypeVar("T")
# To write and send a part must not keep the window's thread.
PART_LINES = 500
PART_CHARACTERS = 32_000
# A process that was started anew knows nothing of what the one before was told.
MAX_BEGINNINGS = 4
_numbers = count()


class Orders(Protocol):
    """Has requests answered; see `workshop.Workshop`."""

    def order(self, key: Hashable, request: Request[T]) -> T | None:
        """Return what came of it if it is done already; else have it done."""


class CodeOrder:
    """Asks for the colours of some lines, a part at a time.

    Args:
        language: As the fence names it.
        lines: The lines; they are not changed meanwhile.
        first: Number of the first of them in their block.
        stack: In which state of the lexer they begin.
        until: The last line at which it is of use to begin later; -1 if none is.

    Attributes:
        next: Number of the line that comes behind those whose colours are known.
        mark: A line at which later text can be begun, with the lexer's state there; once done.
        is_done: Whether there is no more to come.
        is_failed: Whether it is done because it could not be done.
    """

    def __init__(
        self,
        language: str,
        lines: Sequence[str],
        first: int = 0,
        stack: Stack = ROOT,
        until: int = -1,
    ) -> None:
        self.next = first
        self.mark: tuple[int, Stack] | None = None
        self.is_done = False
        self.is_failed = False
        self._language = language
        self._lines = lines
        self._first = first
        self._stack = stack
        self._until = until
        self._beginnings = 0
        self._here: CodeJobs | None = None
        self._request: CodeRequest
        self._begin()

    def part(self, workshop: Orders | None) -> tuple[int, list[Spans]] | None:
        """Return number of the first line and spans of the next lines; None while they are made.

        Without a workshop they are made here, at once.
        """
        part = self._ask(workshop)
        if part is None:
            return None
        if part.is_lost and self._beginnings < MAX_BEGINNINGS:
            self._begin()
            return self._first, []
        self.is_done = part.is_done or part.is_lost
        self.is_failed = part.is_failed
        self.mark = part.mark
        start = self.next
        self.next += len(part.spans)
        self._sent += len(self._request.lines)
        self._request = self._make_request()
        return start, part.spans

    def _begin(self) -> None:
        self._beginnings += 1
        self._block = next(_numbers)
        self._sent = 0
        self.next = self._first
        self._request = self._make_request()

    def _ask(self, workshop: Orders | None) -> CodePart | None:
        request = self._request
        if workshop is not None:
            return workshop.order(("code", self._block, request.sent, request.taken), request)
        if self._here is None:
            from desktop_chat.services.drawing.code_jobs import CodeJobs

            self._here = CodeJobs()
        return request.decode(self._here.answer(request.arguments()))

    def _make_request(self) -> CodeRequest:
        lines, size = [], 0
        for number in range(self._sent, min(self._sent + PART_LINES, len(self._lines))):
            lines.append(tamed_line(self._lines[number]))
            size += len(lines[-1])
            if size > PART_CHARACTERS:
                break
        return CodeRequest(
            block=self._block,
            language=self._language,
            first=self._first,
            stack=self._stack,
            until=self._until,
            sent=self._sent,
            lines=tuple(lines),
            is_all=self._sent + len(lines) >= len(self._lines),
            taken=self.next - self._first,
        )
