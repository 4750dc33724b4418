"""Styled text to inline Markdown that reads back as the same text and styles. No Qt."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.copying.runs import Run, runs
from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_chat.ui.transcript.text.blocks import Span

_DELIMITERS = {Style.BOLD: "**", Style.ITALIC: "*", Style.STRIKE: "~~"}
# What is escaped wherever it stands. `[` and `(` are not: `\[` and `\(` begin formulas.
_ALWAYS = re.compile(
    r"`|\*(?! )|(?<! )\*|(?<=\[)\^|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|\](?=[(\[:])"
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\\(?=[!-/:-@\[-`{-~\n]|$)"
)
_LINE_START = re.compile(r"(#{1,6}|[-+*])(?=\s|$)|>|(?:=+|-[-\s|:]*|\|?\s*:?-[-\s|:]*)$|~{3}")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_LOST_BREAK = re.compile(r"(?:(?<= )|^)\n", re.MULTILINE)
_PLAIN_ADDRESS = re.compile(r"https?://[\w./?=%#:+,@-]*[\w/=-]")


def inline(text: str, spans: Iterable[Span] = (), *, is_cell: bool = False) -> str:
    """Return a styled text as Markdown; each line break of it is a line end.

    Args:
        text: As blocks hold it.
        spans: Its styles.
        is_cell: It stands in a table, where a line cannot be broken and `|` ends a cell.
    """
    written = _Writer(has_sums=text.count("$") > 1).write(list(runs(text, spans)))
    if is_cell:
        return written.replace("\n", " ").replace("|", "\\|")
    # A line break that would be lost: after a space, or in an empty line.
    return _LOST_BREAK.sub("\\\\\n", written)


def code_span(text: str) -> str:
    """Return text as inline code."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    is_bounded = text.startswith(" ") and text.endswith(" ") and text.strip(" ")
    pad = " " if text[:1] == "`" or text[-1:] == "`" or is_bounded else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def address(href: str) -> str:
    """Return an address as it stands in the brackets of a link."""
    if not href or any(letter in " ()<>\\" for letter in href):
        escaped = re.sub(r"([<>\\])", r"\\\1", href)
        return f"<{escaped}>"
    return href


def _is_bare(run: Run, before: str, after: str) -> bool:
    """Whether a link can stand as its address alone."""
    if run.text != run.href or run.style != Style.LINK or not _PLAIN_ADDRESS.fullmatch(run.href):
        return False
    return (not before or before[-1] in " \n(") and (not after or after[0] in f" {LINE_BREAK})")


class _Writer:
    """Writes runs one after another, with the styles that are open on a stack.

    A style is known by its flag, a link by its address.
    """

    def __init__(self, *, has_sums: bool) -> None:
        self._out = ""
        self._open: list[tuple[Style | str, str]] = []
        self._has_sums = has_sums

    def write(self, text_runs: Sequence[Run]) -> str:
        wanted = [_marks(run) for run in text_runs]
        for index, run in enumerate(text_runs):
            after = text_runs[index + 1].text if index + 1 < len(text_runs) else ""
            self._close_all_but(wanted[index])
            if not self._open and _is_bare(run, self._out, after):
                self._out += run.href
            else:
                self._write_run(run, wanted[index:], after)
        self._close_all_but(set())
        return self._out

    def _write_run(self, run: Run, wanted: Sequence[set[Style | str]], after: str) -> None:
        text = run.text.replace(LINE_BREAK, "\n")
        if not run.style:
            self._out += self._escaped(text)
        elif run.style & Style.MATH and run.source:
            self._open_for(wanted)
            self._out += self._formula(run.source, after)
        elif run.style & Style.NOTE:
            self._open_for(wanted)
            self._out += f"[^{text}]"
        elif run.style & Style.CODE:
            self._open_for(wanted)
            self._out += code_span(text)
        else:
            bare = text.lstrip(" \n")
            # Emphasis that begins or ends with a space is none.
            self._out += text[: len(text) - len(bare)]
            if bare:
                self._open_for(wanted)
                self._out += self._escaped(bare)

    def _formula(self, source: str, after: str) -> str:
        # A dollar beside a letter or digit is money.
        is_amid_word = self._out[-1:].isalnum() or after[:1].isalnum()
        return f"\\({source}\\)" if is_amid_word else f"${source}$"

    def _open_for(self, wanted: Sequence[set[Style | str]]) -> None:
        missing = wanted[0].difference(mark for mark, _ in self._open)

        def order(mark: Style | str) -> tuple[int, bool]:
            # What lasts longest is opened first, so that what is inside ends before it.
            return -sum(1 for _ in takewhile(lambda one: mark in one, wanted)), mark in _DELIMITERS

        for mark in sorted(missing, key=order):
            self._open_one(mark)

    def _open_one(self, mark: Style | str) -> None:
        if not isinstance(mark, Style):
            if self._out.endswith("!"):
                # It would make an image of the link.
                self._out = self._out[:-1] + "\\!"
            self._out += "["
            self._open.append((mark, f"]({address(mark)})"))
            return
        delimiter = _DELIMITERS[mark]
        is_inside = bool(self._open) and self._out.endswith(self._open[-1][1])
        if mark is Style.ITALIC and self._out.endswith("*") and not is_inside:
            delimiter = "_"
        self._out += delimiter
        self._open.append((mark, delimiter))

    def _close_all_but(self, wanted: set[Style | str]) -> None:
        while any(mark not in wanted for mark, _ in self._open):
            _, closing = self._open.pop()
            bare = self._out.rstrip(" \n")
            self._out = bare + closing + self._out[len(bare) :]

    def _escaped(self, text: str) -> str:
        text = _ALWAYS.sub(r"\\\g<0>", text)
        if self._has_sums:
            text = text.replace("$", "\\$")
        lines = text.split("\n")
        first = 0 if not self._out or self._out.endswith("\n") else 1
        for number in range(first, len(lines)):
            lines[number] = _escaped_start(lines[number])
        return "\n".join(lines)


def _marks(run: Run) -> set[Style | str]:
    if not run.style:
        return set()
    marks: set[Style | str] = {style for style in _DELIMITERS if run.style & style}
    if run.style & Style.LINK and run.href:
        marks.add(run.href)
    return marks


def _escaped_start(line: str) -> str:
    """Return a line without what would make it another kind of block."""
    line = line.lstrip(" ")
    if _LINE_START.match(line):
        return "\\" + line
    return _NUMBER.sub(r"\1\\\2", line, count=1) if _NUMBER.match(line) else line
