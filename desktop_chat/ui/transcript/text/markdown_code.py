"""Code and display formulas that are still open, line by line."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from desktop_chat.ui.transcript.text.blocks import Block, CodeBlock, FormulaBlock, Place
from desktop_chat.ui.transcript.text.markdown_containers import width_of, without
from desktop_chat.ui.transcript.text.markdown_formulas import MAX_FORMULA

MAX_FORMULA_LINES = 200
_FENCE = re.compile(r"(`{3,})([^`]*)|(~{3,})(.*)")
_INDENT = 4
_MAX_LANGUAGE = 40


class Fence:
    """A fenced code block; one in the language "math" becomes a formula at its end."""

    def __init__(self, mark: str, info: str, indent: int, place: Place) -> None:
        language = info.split(maxsplit=1)[0][:_MAX_LANGUAGE] if info.strip() else ""
        self._is_formula = language.lower() == "math"
        self.block = CodeBlock([], language, place, self._is_formula, is_open=True)
        self._indent = indent
        self._size = 0
        letter = re.escape(mark[0])
        self._closing = re.compile(rf"{letter}{{{len(mark)},}}[ \t]*")
        self._maybe_closing = re.compile(rf"{letter}+[ \t]*")

    def take(self, rest: str, column: int) -> bool:
        """Add a line; return False if it is the end."""
        if self._is_end(rest, column, self._closing):
            return False
        self._add(without(rest, column, self._indent) if rest[:1] in (" ", "\t") else rest)
        return True

    def show(self, rest: str, column: int) -> None:
        """Add a line that is still being written; `reset` takes it away again."""
        if not self._is_end(rest, column, self._maybe_closing):
            self.take(rest, column)

    @staticmethod
    def _is_end(rest: str, column: int, pattern: re.Pattern[str]) -> bool:
        bare = rest.lstrip(" \t")
        return pattern.fullmatch(bare) is not None and width_of(rest, column) < _INDENT

    def more(self, piece: str) -> None:
        """Go on with a line that is very long."""
        self._add(piece)

    def _add(self, line: str) -> None:
        self._size += len(line) + 1
        self.block.lines.append(line)

    def mark(self) -> tuple[int, int]:
        """Return what `reset` goes back to."""
        return len(self.block.lines), self._size

    def reset(self, mark: tuple[int, int]) -> None:
        """Take away what came since."""
        del self.block.lines[mark[0] :]
        self._size = mark[1]

    def blocks(self) -> list[Block]:
        """Return the code as it is so far."""
        return [self.block]

    def finished(self) -> list[Block]:
        """Return what it is in the end."""
        lines = self.block.lines
        if not self._is_formula or not 0 < self._size <= MAX_FORMULA:
            return [replace(self.block, is_open=False)]
        return [FormulaBlock("\n".join(lines).strip(), self.block.place)]


def fence_at(text: str, indent: int, place: Place) -> Fence | None:
    """Return the fence that a line opens, if it does."""
    match = _FENCE.fullmatch(text)
    if match is None:
        return None
    return Fence(match[1] or match[3], match[2] or match[4] or "", indent, place)


class IndentedCode:
    """Code by four spaces; blank lines at its end do not belong to it."""

    def __init__(self, place: Place) -> None:
        self.block = CodeBlock([], "", place, is_open=True)
        self._blanks: list[str] = []

    def take(self, rest: str, column: int) -> bool:
        """Add a line; return False if it is not part of the code."""
        line = without(rest, column, _INDENT)
        if not rest.strip(" \t"):
            self._blanks.append(line)
            return True
        if width_of(rest, column) < _INDENT:
            return False
        self.block.lines.extend(self._blanks)
        self.block.lines.append(line)
        self._blanks = []
        return True

    def more(self, piece: str) -> None:
        """Go on with a line that is very long."""
        self.block.lines.append(piece)

    def mark(self) -> tuple[int, list[str], int]:
        """Return what `reset` goes back to."""
        return len(self.block.lines), self._blanks, len(self._blanks)

    def reset(self, mark: tuple[int, list[str], int]) -> None:
        """Take away what came since."""
        del self.block.lines[mark[0] :]
        self._blanks = mark[1]
        del self._blanks[mark[2] :]

    def blocks(self) -> list[Block]:
        """Return the code as it is so far."""
        return [self.block]

    def finished(self) -> list[Block]:
        """Return the code."""
        return [replace(self.block, is_open=False)]


class DisplayFormula:
    """A formula over several lines that has no end yet.

    Attributes:
        before: State of the parser before its first line, for when it never ends.
        lines: The whole lines since, each with whether it goes on with the one before.
    """

    def __init__(self, opener: str, first: str, place: Place, before: Any) -> None:
        self._closer = "$$" if opener == "$$" else "\\]"
        # Shown as it is written: half a formula cannot be drawn.
        self.block = CodeBlock([first] if first.strip() else [], "latex", place, is_bare=True)
        self._size = len(first)
        self.before = before
        self.lines: list[tuple[str, bool]] = []
        self.rest = ""

    @property
    def is_too_long(self) -> bool:
        """Whether it cannot be a formula any more."""
        return self._size > MAX_FORMULA or len(self.block.lines) > MAX_FORMULA_LINES

    def take(self, rest: str, column: int) -> bool:
        """Add a line; return False if the formula ends in it; `rest` is what is left of it."""
        line = rest.strip(" \t")
        end = line.find(self._closer)
        if end >= 0:
            line, self.rest = line[:end], line[end + 2 :].strip(" \t")
        if line:
            self._size += len(line) + 1
            self.block.lines.append(line)
        return end < 0

    def show(self, rest: str, column: int) -> None:
        """Add a line that is still being written; `reset` takes it away again."""
        self.take(rest.rstrip("$\\"), column)

    def more(self, piece: str) -> None:
        """Go on with a line that is very long: no formula has such."""
        self._size = MAX_FORMULA + 1

    def mark(self) -> tuple[int, int, int]:
        """Return what `reset` goes back to."""
        return len(self.block.lines), self._size, len(self.lines)

    def reset(self, mark: tuple[int, int, int]) -> None:
        """Take away what came since."""
        del self.block.lines[mark[0] :]
        self._size, self.rest = mark[1], ""
        del self.lines[mark[2] :]

    def blocks(self) -> list[Block]:
        """Return the source so far."""
        return [self.block]

    def finished(self) -> list[Block]:
        """Return the formula."""
        source = "\n".join(self.block.lines).strip()
        return [FormulaBlock(source, self.block.place)] if source else []
