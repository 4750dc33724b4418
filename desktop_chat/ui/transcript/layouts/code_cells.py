"""How many columns code takes: tabs, wide letters and letters without a width. No Qt."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width

TAB = 4
_MOST_LETTERS = 5_000


class _Widths(dict[str, int]):
    """Columns of letters, looked up once each."""

    def __missing__(self, letter: str) -> int:
        # Accents and the like stand on the letter before.
        width = 0 if category(letter) in ("Mn", "Me") else 1
        width += east_asian_width(letter) in "WF"
        if len(self) < _MOST_LETTERS:
            self[letter] = width
        return width


_WIDTHS = _Widths()


def is_plain(line: str) -> bool:
    """Whether each character of a line takes one column."""
    return line.isascii() and "\t" not in line


def cells(line: str) -> int:
    """Return how many columns a line takes."""
    if line.isascii():
        return len(line) if "\t" not in line else len(line.expandtabs(TAB))
    first, *rest = (_untabbed(part) for part in line.split("\t"))
    column = first
    for part in rest:
        column += TAB - column % TAB + part
    return column


@lru_cache(maxsize=64)
def breaks(line: str, columns: int) -> tuple[int, ...]:
    """Return where the rows of a line begin that is wrapped after so many columns; never empty.

    Rows end behind a space if there is one in their second half.
    """
    if not is_plain(line):
        return _odd_breaks(line, columns)
    starts, end = [0], columns
    while end < len(line):
        space = line.rfind(" ", end - columns // 2, end)
        starts.append(space + 1 if space >= 0 else end)
        end = starts[-1] + columns
    return tuple(starts)


def cuts(line: str, columns: int) -> tuple[int, ...]:
    """Return where tiles of a line begin that have so many columns, more or less."""
    if is_plain(line):
        return tuple(range(0, len(line), columns)) or (0,)
    return tuple(range(0, len(line), columns // 2))


def _odd_breaks(line: str, columns: int) -> tuple[int, ...]:
    starts, column, space, after = [0], 0, 0, 0
    for at, letter in enumerate(line):
        is_tab = letter == "\t"
        width = TAB - column % TAB if is_tab else _untabbed(letter)
        # A tab fits into whatever is left of a row.
        if column + (1 if is_tab else width) > columns:
            is_word = space > starts[-1] and after > columns // 2
            starts.append(space if is_word else at)
            column = column - after if is_word else 0
            width = TAB - column % TAB if is_tab else width
        column += width
        if letter == " ":
            space, after = at + 1, column
    return tuple(starts)


def _untabbed(text: str) -> int:
    return len(text) if text.isascii() else sum(map(_WIDTHS.__getitem__, text))
