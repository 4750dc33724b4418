"""What the window asks the drawing process for, and what it makes of the answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from desktop_chat.services.drawing.code_wire import spans_from
from desktop_chat.services.drawing.formula_geometry import Formula, NoFormula
from desktop_chat.services.drawing.formula_wire import from_wire

if TYPE_CHECKING:
    from desktop_chat.services.drawing.code_lexing import Spans, Stack

T_co = TypeVar("T_co", covariant=True)
Answer = dict[str, Any]


class Request(Protocol[T_co]):
    """A job for the drawing process.

    Attributes:
        kind: "formula" or "code".
        is_taken_once: Whether nobody asks again for what came of it.
    """

    kind: ClassVar[str]
    is_taken_once: ClassVar[bool]

    def arguments(self) -> dict[str, Any]:
        """Return what the job needs, as values of JSON."""

    def decode(self, answer: Answer) -> T_co:
        """Return what came of it.

        Raises:
            LookupError, TypeError, ValueError: That is no answer to this.
        """

    def failed(self) -> T_co:
        """Return what stands for it where it could not be done."""


@dataclass(frozen=True, slots=True)
class FormulaRequest:
    """A formula to be drawn; see `formulas.typeset`."""

    kind: ClassVar[str] = "formula"
    is_taken_once: ClassVar[bool] = False

    source: str
    is_display: bool

    def arguments(self) -> dict[str, Any]:
        """Return what the job needs, as values of JSON."""
        return asdict(self)

    def decode(self, answer: Answer) -> Formula | NoFormula:
        """Return the formula."""
        return from_wire(answer)

    def failed(self) -> Formula | NoFormula:
        """Return what stands for a formula that took too long."""
        return NoFormula("the drawing process gave no answer")


@dataclass(frozen=True, slots=True)
class CodePart:
    """Some colours of a block of code.

    Attributes:
        spans: Of lines that follow those of the part before.
        mark: A line from which on later text can be coloured, and the lexer's state there.
        is_done: Whether there is no more to come, since all is done or given up.
        is_lost: Whether the process no longer knows the block: it is to be asked for anew.
        is_failed: Whether it could not be done, and should not be tried again.
    """

    spans: list[Spans] = field(default_factory=list)
    mark: tuple[int, Stack] | None = None
    is_done: bool = False
    is_lost: bool = False
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """Lines of a block of code to be coloured; those of a long block are sent in several.

    Attributes:
        block: Tells the block from others; a number that is never used again.
        language: As its fence names it.
        first: Number of its first line; what comes before is not coloured.
        stack: In which state of the lexer it begins.
        until: The last line at which a mark is of use; -1 if none is wanted.
        sent: How many lines were sent before.
        lines: The ones that follow.
        is_all: Whether that is all.
        taken: Of how many lines the colours are known.
    """

    kind: ClassVar[str] = "code"
    is_taken_once: ClassVar[bool] = True

    block: int
    language: str
    first: int
    stack: Stack
    until: int
    sent: int
    lines: tuple[str, ...]
    is_all: bool
    taken: int

    def arguments(self) -> dict[str, Any]:
        """Return what the job needs, as values of JSON."""
        return {name: getattr(self, name) for name in self.__slots__}

    def decode(self, answer: Answer) -> CodePart:
        """Return the colours."""
        if answer.get("is_lost"):
            return CodePart(is_lost=True)
        mark = answer.get("mark")
        return CodePart(
            [spans_from(numbers) for numbers in answer["spans"]],
            (mark[0], tuple(mark[1])) if mark else None,
            is_done=answer["is_done"],
        )

    def failed(self) -> CodePart:
        """Return that the lines stay plain."""
        return CodePart(is_done=True, is_failed=True)
