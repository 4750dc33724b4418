"""Blocks to HTML for other programs: inline styles, nothing that runs or is fetched. No Qt."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import bidirectional

from desktop_chat.ui.transcript.copying.runs import Run, runs
from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    Block,
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    Place,
    RuleBlock,
    Style,
    TableBlock,
    TextBlock,
    image_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from desktop_chat.services.drawing.code_lexing import Spans
    from desktop_chat.ui.theme import Theme
    from desktop_chat.ui.transcript.text.blocks import Cell, Span

_TAGS = {Style.BOLD: "strong", Style.ITALIC: "em", Style.STRIKE: "s"}
_TASKS = {"[ ]": "☐ ", "[x]": "☑ "}
_NUMBER = re.compile(r"(\d+)[.)]")
_CODE_FONT = "font-family:Consolas,'DejaVu Sans Mono',monospace"
# Who reads the clipboard on X11 would have to guess the encoding.
HEAD = '<meta http-equiv="content-type" content="text/html; charset=utf-8">'


class _Level(NamedTuple):
    """An open container: its letter, and for a list item the list's tag and the item's number."""

    letter: str
    tag: str = ""
    number: int = 0

    @property
    def closing(self) -> str:
        return "</blockquote>" if self.letter == "q" else f"</li></{self.tag}>"


class HtmlWriter:
    """Writes blocks one after another, to a piece of HTML which `HEAD` must precede.

    Args:
        theme: The colours of code and lines.
        opens: Whether an address may be a link.
        is_lone: Nothing comes before or after: a single paragraph is written without its element,
            so that it can be put into another one.
    """

    def __init__(
        self, theme: Theme, opens: Callable[[str], bool], *, is_lone: bool = False
    ) -> None:
        self._theme = theme
        self._opens = opens
        self._is_lone = is_lone
        self._parts: list[str] = []
        self._open: list[_Level] = []

    def write(self, block: Block, spans: Sequence[Spans] = ()) -> None:
        """Write one more block; `spans` are the colours of code, by line."""
        place = block.place
        kept = 0
        for letter, level in zip(place.containers, self._open, strict=False):
            if letter != level.letter:
                break
            kept += 1
        if place.marker and "l" in place.containers:
            self._begin_item(place, min(kept, place.containers.rindex("l")))
        else:
            self._close(kept)
            for letter in place.containers[kept:]:
                self._open_one(letter, "")
        self._parts.append(self._content(block, spans))

    def finish(self) -> str:
        """Close what is open and return all that was written."""
        self._close(0)
        return "".join(self._parts)

    def _close(self, count: int) -> None:
        while len(self._open) > count:
            self._parts.append(self._open.pop().closing)

    def _begin_item(self, place: Place, kept: int) -> None:
        """Begin the innermost item, in the list that is open if it goes on there."""
        at = place.containers.rindex("l")
        if kept == at and len(self._open) > at and self._goes_on(self._open[at], place.marker):
            self._close(at + 1)
            level = self._open[at]
            self._open[at] = level._replace(number=level.number + 1)
            self._parts.append("</li>" + self._item(place.marker))
            kept = at + 1
        self._close(kept)
        for number, letter in enumerate(place.containers[kept:], kept):
            self._open_one(letter, place.marker if number == at else "")

    def _goes_on(self, level: _Level, marker: str) -> bool:
        found = _NUMBER.fullmatch(marker)
        if found is None:
            return level.tag == "ul"
        return level.tag == "ol" and int(found[1]) == level.number + 1

    def _open_one(self, letter: str, marker: str) -> None:
        if letter == "q":
            side = f"3px solid {self._theme.line}"
            self._parts.append(
                f'<blockquote style="margin:0 0 0 4px;padding-left:12px;border-left:{side}">'
            )
            self._open.append(_Level("q"))
            return
        found = _NUMBER.fullmatch(marker)
        tag, number = ("ol", int(found[1])) if found else ("ul", 0)
        start = f' start="{number}"' if number > 1 or (found and not number) else ""
        self._parts.append(f"<{tag}{start}>" + self._item(marker))
        self._open.append(_Level("l", tag, number))

    def _item(self, marker: str) -> str:
        mark = _TASKS.get(marker, "")
        if marker.startswith("[^"):
            # What a footnote says.
            mark = f"<sup>{escape(marker[2:-1])}</sup> "
        return f'<li style="list-style-type:none">{mark}' if mark else "<li>"

    def _content(self, block: Block, spans: Sequence[Spans]) -> str:
        match block:
            case TextBlock():
                return self._text(block)
            case CodeBlock():
                return self._code(block.lines, spans)
            case TableBlock():
                return self._table(block)
            case FormulaBlock():
                return f"<p>{self._inline_code(f'$${block.source}$$')}</p>"
            case ImageBlock():
                # An image would be fetched by whoever shows it.
                return f"<p>{escape(image_words(block))}</p>"
            case RuleBlock():
                return "<hr>"

    def _text(self, block: TextBlock) -> str:
        content = self._inline(block.text, block.spans)
        if block.level:
            return f"<h{block.level}{_direction(block.text)}>{content}</h{block.level}>"
        if block.place.marker or self._is_lone:
            return content
        return f"<p{_direction(block.text)}>{content}</p>"

    def _code(self, lines: Sequence[str], spans: Sequence[Spans]) -> str:
        theme = self._theme
        style = f"{_CODE_FONT};background:{theme.code};padding:8px;white-space:pre-wrap"
        pairs = zip_longest(lines, spans[: len(lines)], fillvalue=())
        text = "\n".join(self._code_line(str(line), colours) for line, colours in pairs)
        return f'<pre style="{style}"><code style="{_CODE_FONT}">{text}</code></pre>'

    def _code_line(self, line: str, spans: Spans) -> str:
        parts, at = [], 0
        for start, length, token in spans:
            end = start + length
            colour = getattr(self._theme, token)
            piece = escape(line[start:end])
            parts.append(f'{escape(line[at:start])}<span style="color:{colour}">{piece}</span>')
            at = end
        return "".join(parts) + escape(line[at:])

    def _table(self, block: TableBlock) -> str:
        rows = [
            f"<tr>{''.join(self._cells(row, block.alignments, 'td' if number else 'th'))}</tr>"
            for number, row in enumerate(block.rows)
        ]
        return f'<table style="border-collapse:collapse">{"".join(rows)}</table>'

    def _cells(self, row: Sequence[Cell], alignments: Sequence[str], tag: str) -> Iterable[str]:
        for cell, alignment in zip(row, alignments, strict=False):
            style = f"border:1px solid {self._theme.line};padding:4px 8px"
            style += f";text-align:{alignment or 'left'}"
            yield f'<{tag} style="{style}">{self._inline(cell.text, cell.spans)}</{tag}>'

    def _inline(self, text: str, spans: Iterable[Span]) -> str:
        parts = []
        for href, group in groupby(runs(text, spans), lambda run: run.href):
            content = "".join(self._run(run) for run in group)
            if href and self._opens(href):
                style = f"color:{self._theme.link}"
                content = f'<a href="{escape(href)}" style="{style}">{content}</a>'
            parts.append(content)
        return "".join(parts)

    def _run(self, run: Run) -> str:
        if not run.style:
            return _written(run.text)
        if run.style & Style.MATH and run.source:
            content = self._inline_code(f"${run.source}$")
        elif run.style & Style.CODE:
            content = self._inline_code(run.text)
        elif run.style & Style.NOTE:
            content = f"<sup>{_written(run.text)}</sup>"
        else:
            content = _written(run.text)
        for style, tag in _TAGS.items():
            if run.style & style:
                content = f"<{tag}>{content}</{tag}>"
        return content

    def _inline_code(self, text: str) -> str:
        style = f"{_CODE_FONT};background:{self._theme.bubble}"
        return f'<code style="{style}">{_written(text)}</code>'


def _written(text: str) -> str:
    """Return text as HTML shows it: with its line breaks, and all of its spaces."""
    return escape(text).replace("  ", "&nbsp; ").replace(LINE_BREAK, "<br>").replace("\n", "<br>")


def _direction(text: str) -> str:
    """Return the attribute of a paragraph that is written from right to left."""
    for letter in text[:1000]:
        kind = bidirectional(letter)
        if kind in ("R", "AL"):
            return ' dir="rtl"'
        if kind == "L":
            break
    return ""
