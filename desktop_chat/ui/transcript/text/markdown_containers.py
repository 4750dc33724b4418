"""Quotes, lists and notes that a line of Markdown stands in, and the columns they take."""

from __future__ import annotations

import re
from dataclasses import dataclass

QUOTE, LIST, ITEM, NOTE = "q", "l", "i", "n"
# Levels that are shown indented; deeper ones stand at the depth of the last.
MAX_DEPTH = 8
# Levels that are read; nobody writes more, and each line costs as much as it has levels.
MAX_MARKERS = 64
_BULLET = re.compile(r"[*+-]")
_NUMBER = re.compile(r"(\d{1,9})([.)])")


@dataclass(frozen=True, slots=True)
class Container:
    """What holds blocks.

    Attributes:
        kind: One of the letters above; a list holds items, and they hold blocks.
        indent: By how many columns the content of an item or note is indented.
        mark: What the items of a list have in common: "-", "*", "+", "." or ")".
        number: Of the next item of a numbered list, else -1.
    """

    kind: str
    indent: int = 0
    mark: str = ""
    number: int = -1


@dataclass(frozen=True, slots=True)
class Marker:
    """The mark that begins a list item: its text, what it takes, and its list."""

    text: str
    indent: int
    mark: str
    number: int


def letters(containers: tuple[Container, ...]) -> str:
    """Return one letter per level as `Place` has them, down to the depth that is shown."""
    found = ["q" if each.kind == QUOTE else "l" for each in containers if each.kind != LIST]
    return "".join(found[:MAX_DEPTH])


def width_of(rest: str, column: int) -> int:
    """Return how many columns the white space takes that `rest` begins with at a column."""
    bare = rest.lstrip(" \t")
    blank = rest[: len(rest) - len(bare)]
    if "\t" not in blank:
        return len(blank)
    at = column
    for letter in blank:
        at += 4 - at % 4 if letter == "\t" else 1
    return at - column


def without(rest: str, column: int, count: int) -> str:
    """Take `count` columns of white space off; a tab that is cut leaves spaces."""
    blank = rest[:count]
    if "\t" not in blank:
        return rest[min(count, len(rest) - len(rest.lstrip(" \t"))) :]
    taken = index = 0
    while taken < count and index < len(rest) and rest[index] in " \t":
        at = column + taken
        taken += 4 - at % 4 if rest[index] == "\t" else 1
        index += 1
    return " " * max(0, taken - count) + rest[index:]


def after_quote(rest: str, column: int) -> tuple[str, int]:
    """Take a quote mark off, with the space behind it; return the rest and its column."""
    width = width_of(rest, column)
    rest, column = rest.lstrip(" \t")[1:], column + width + 1
    if rest[:1] in (" ", "\t"):
        return without(rest, column, 1), column + 1
    return rest, column


def marker_at(text: str, column: int, *, interrupts: bool) -> tuple[Marker, str, int] | None:
    """Return the list marker that `text` begins with, the rest behind it and its column.

    Args:
        text: Without white space before it.
        column: Where it starts.
        interrupts: Whether a paragraph is open; not every marker may end one.
    """
    match = _BULLET.match(text) or _NUMBER.match(text)
    if match is None or text[match.end() : match.end() + 1] not in ("", " ", "\t"):
        return None
    number = int(match[1]) if match.lastindex else -1
    behind = text[match.end() :]
    if interrupts and (not behind.strip(" \t") or number not in (-1, 1)):
        return None
    column += match.end()
    spaces = width_of(behind, column)
    is_empty = not behind.strip(" \t")
    taken = 1 if is_empty or not 1 <= spaces <= 4 else spaces
    mark = match[2] if match.lastindex else match[0]
    marker = Marker(match[0], match.end() + taken, mark, number)
    if is_empty:
        return marker, "", column + taken
    return marker, without(behind, column, taken), column + taken
