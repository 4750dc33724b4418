r"""Where formulas begin and end in inline Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

# No formula is longer; without an end in sight the search for one stays short.
MAX_FORMULA = 4_000
_CLOSERS = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
# `\[1\]` is an escaped bracket around a number, not a formula.
_NUMBERS = re.compile(r"[\d\s.,;–-]*")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in a source.

    Attributes:
        source: Its LaTeX.
        end: The offset behind its closing mark.
        is_display: Whether it is to stand on a line of its own.
    """

    source: str
    end: int
    is_display: bool


def opener_at(text: str, at: int) -> str:
    """Return the mark with which a formula may begin at an offset, "" if none can."""
    if text.startswith("\\", at):
        return text[at : at + 2] if text[at + 1 : at + 2] in ("(", "[") else ""
    before = text[at - 1] if at else " "
    if before == "$":
        return ""
    if text.startswith("$$", at):
        return "$$"
    # As pandoc has it, and no letter or digit before: US$5 is money.
    after = text[at + 1 : at + 2]
    is_word = before.isascii() and before.isalnum()
    return "" if is_word or not after or after.isspace() else "$"


def formula_at(text: str, at: int, limit: int | None = None) -> Formula | None:
    """Return the formula that begins at an offset, if one does and also ends before `limit`."""
    opener = opener_at(text, at)
    if not opener:
        return None
    start = at + len(opener)
    last = min(len(text) if limit is None else limit, start + MAX_FORMULA)
    end = _find_unescaped(text, _CLOSERS[opener], start, last)
    if end < 0:
        return None
    source, behind = text[start:end], end + len(opener)
    if not source.strip() or "`" in source:
        return None
    if opener == "$" and (source[-1].isspace() or text[behind : behind + 1].isdigit()):
        return None
    if opener[0] == "\\" and _NUMBERS.fullmatch(source):
        return None
    return Formula(source.strip(), behind, opener in ("$$", "\\["))


def _find_unescaped(text: str, mark: str, start: int, last: int) -> int:
    at = text.find(mark, start, last)
    while at > start and mark[0] == "$" and _is_escaped(text, at, start):
        at = text.find(mark, at + 1, last)
    return at


def _is_escaped(text: str, at: int, start: int) -> bool:
    count = 0
    while at - count > start and text[at - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def formula_rule(state: StateInline, silent: bool) -> bool:
    """Take a formula as one token: a rule of markdown-it's inline parser."""
    if state.src[state.pos] not in "$\\":
        return False
    formula = formula_at(state.src, state.pos, state.posMax)
    if formula is None:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = formula.source
        token.block = formula.is_display
    state.pos = formula.end
    return True
