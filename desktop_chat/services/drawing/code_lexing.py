"""Colours of code by Pygments, worked out a little at a time."""

from __future__ import annotations

import logging
from functools import lru_cache
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

from desktop_chat.services.drawing.code_languages import lexer_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Span = tuple[int, int, str]
"""Start and length in a line, in characters, and the theme's token for their colour."""
Spans = tuple[Span, ...]
Stack = tuple[str, ...]

ROOT: Stack = ("root",)
# Rules run wild on endless lines, which nobody reads anyway: they stay plain.
MAX_LINE = 2_000
# The same with empty lines; what comes after more of them stays plain.
MAX_EMPTY_LINES = 100
# One job takes about so long, then others have their turn; a block takes so much work in all.
JOB_S = 0.06
BLOCK_S = 3.0
_TOKENS_A_LOOK = 16
_COLOURS = {
    "Keyword": "syntax_keyword", "Operator.Word": "syntax_keyword",
    "Comment.Preproc": "syntax_keyword", "Name.Attribute": "syntax_keyword",
    "Generic.Heading": "syntax_keyword", "Generic.Subheading": "syntax_keyword",
    "Literal.String": "syntax_string", "Generic.Inserted": "syntax_string",
    "Comment.PreprocFile": "syntax_string", "Literal.Number": "syntax_number",
    "Literal.Date": "syntax_number", "Name.Function": "syntax_number",
    "Name.Class": "syntax_number", "Name.Decorator": "syntax_number", "Name.Tag": "syntax_number",
    "Name.Label": "syntax_number", "Name.Entity": "syntax_number", "Comment": "syntax_comment",
    "Generic.Prompt": "syntax_comment", "Generic.Deleted": "error",
}  # fmt: skip
_logger = logging.getLogger(__name__)


class Lexing:
    """Works out the colours of some lines.

    Args:
        language: As the fence names it.
        lines: The lines.
        first: Number of the first of them in their block.
        stack: In which state of the lexer they begin, as `marks` of an earlier run tells.
        notes_marks: Whether to note states where later lines can be begun.

    Attributes:
        first: Number of the first line.
        marks: States of the lexer at the beginnings of lines, by number; not of all lines.
        is_finished: Whether all is done, or given up.
    """

    def __init__(
        self,
        language: str,
        lines: Sequence[str],
        first: int = 0,
        stack: Stack = ROOT,
        *,
        notes_marks: bool = False,
    ) -> None:
        self.first = first
        self.marks: dict[int, Stack] = {}
        self.is_finished = False
        self._language = language
        self._text = _tamed(lines)
        self._stack = list(stack)
        self._notes_marks = notes_marks
        self._tokens = self._colour_all()
        self._done: list[Spans] = []
        self._line: list[Span] = []
        self._column = 0
        self._taken = 0
        self._spent = 0.0

    def run(self, job_s: float = JOB_S) -> None:
        """Work on for about `job_s` seconds.

        Whatever goes wrong in a lexer ends the work; the rest stays plain.
        """
        started = perf_counter()
        worked = thread_time()
        try:
            for number, (kind, text) in enumerate(self._tokens):
                self._add(kind, text)
                if number % _TOKENS_A_LOOK:
                    continue
                if perf_counter() - started > job_s:
                    break
            else:
                self.is_finished = True
        except Exception:
            _logger.debug("the lexer for %r failed", self._language, exc_info=True)
            self.is_finished = True
        self._spent += thread_time() - worked
        self.is_finished = self.is_finished or self._spent > BLOCK_S

    def take(self) -> tuple[int, list[Spans]]:
        """Return what was done since the last call: number of the first line, spans by line."""
        start, self._taken = self._taken, len(self._done)
        return self.first + start, self._done[start:]

    def _add(self, colour: str, text: str) -> None:
        first, *rest = text.split("\n")
        self._put(colour, len(first))
        for part in rest:
            self._done.append(tuple(self._line))
            self._line, self._column = [], 0
            self._put(colour, len(part))

    def _put(self, colour: str, length: int) -> None:
        start, self._column = self._column, self._column + length
        if not colour or not length:
            return
        if self._line:
            before, size, same = self._line[-1]
            if same == colour and before + size == start:
                self._line[-1] = (before, size + length, colour)
                return
        self._line.append((start, length, colour))

    def _colour_all(self) -> Iterator[tuple[str, str]]:
        """Yield the text in pieces, each with its colour or ""."""
        lexer = make_lexer(self._language, self._text)
        if lexer is None:
            return
        at = 0
        for start, kind, text in self._lex(lexer):
            if start > at:
                yield "", self._text[at:start]
            if start >= at:
                yield colour_of(kind), text
                at = start + len(text)
        if at < len(self._text):
            yield "", self._text[at:]

    def _lex(self, lexer: Any) -> Iterator[tuple[int, Any, str]]:
        from pygments.lexer import RegexLexer

        plain = RegexLexer.get_tokens_unprocessed
        if not self._notes_marks or type(lexer).get_tokens_unprocessed is not plain:
            yield from lexer.get_tokens_unprocessed(self._text)
            return
        if any(state not in lexer._tokens for state in self._stack):
            self._stack = list(ROOT)
        number, at = self.first, 0
        for start, kind, text in _walk(lexer, self._text, self._stack):
            if self._text.find("\n", at, start) >= 0 and self._text[start - 1] == "\n":
                number += self._text.count("\n", at, start)
                at = start
                self.marks[number] = tuple(self._stack)
            yield start, kind, text


def tamed_line(line: str) -> str:
    """Return a line, or "" for one that stays plain."""
    return "" if len(line) > MAX_LINE or line.isspace() else line


def _tamed(lines: Sequence[str]) -> str:
    """Return lines as one text, as far as the rules of lexers can cope with it."""
    return "\n".join(map(tamed_line, lines)).split("\n" * (MAX_EMPTY_LINES + 2), 1)[0] + "\n"


def _walk(lexer: Any, text: str, stack: list[str]) -> Iterator[tuple[int, Any, str]]:
    """Do what `RegexLexer` does, with a stack of states that the caller can see."""
    from pygments.token import Error, Whitespace, _TokenType

    at = 0
    while True:
        for match_rule, action, new_state in lexer._tokens[stack[-1]]:
            match = match_rule(text, at)
            if not match:
                continue
            if isinstance(action, _TokenType):
                yield at, action, match.group()
            elif action is not None:
                yield from action(lexer, match)
            at = match.end()
            if new_state is not None:
                _change(stack, new_state)
            break
        else:
            if at >= len(text):
                return
            if text[at] == "\n":
                stack[:] = ROOT
            yield at, Whitespace if text[at] == "\n" else Error, text[at]
            at += 1


def _change(stack: list[str], new_state: Any) -> None:
    """Push and pop states as Pygments writes them."""
    if isinstance(new_state, int):
        del stack[max(1, len(stack) - abs(new_state)) :]
        return
    for state in new_state if isinstance(new_state, tuple) else (new_state,):
        if state == "#pop":
            del stack[max(1, len(stack) - 1) :]
        else:
            stack.append(stack[-1] if state == "#push" else state)


def make_lexer(language: str, text: str = "") -> Any:
    """Return Pygments' lexer for a language as a fence names it; None for plain text."""
    from pygments.lexers import find_lexer_class

    name = _lexers().get(lexer_name(language))
    lexer_class: Any = find_lexer_class(name) if name else None
    # Only PHP knows the option: replies show it without its opening tag, too.
    return lexer_class(startinline="<?" not in text) if lexer_class else None


@lru_cache(maxsize=1)
def _lexers() -> dict[str, str]:
    # Plug-ins of other packages are not looked for: that takes long and runs their code.
    from pygments.lexers import get_all_lexers

    # Nobody writes templates within another language, whose rules can take minutes for a line.
    known = [kind for kind in get_all_lexers(plugins=False) if "+" not in kind[0].rstrip("+")]
    return {alias: name for name, aliases, _, _ in known for alias in aliases}


@lru_cache(maxsize=512)
def colour_of(kind: Any) -> str:
    """Return the theme's token for a kind of Pygments' tokens; "" for plain text."""
    while kind:
        colour = _COLOURS.get(str(kind).removeprefix("Token."))
        if colour:
            return colour
        kind = kind.parent
    return ""
