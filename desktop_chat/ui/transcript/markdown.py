"""Markdown to blocks, by markdown-it-py; HTML stays text, images become their address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from desktop_chat.ui.transcript.blocks import (
    LINE_BREAK,
    Block,
    CodeBlock,
    Place,
    RuleBlock,
    Span,
    Style,
    TextBlock,
)
from desktop_chat.ui.transcript.text_limits import MAX_LINE, MAX_MARKERS, flatten, pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_DEPTH = 8
MAX_INLINE = 12_000
MAX_MARKS = 200
_BARE_LINK = re.compile(r"https?://[^\s<>\"'`|\u2028]+")
_AFTER_LINK = ".,;:!?*_~"
_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}


@dataclass(slots=True)
class Unit:
    """A top-level block, or an item of a top-level list: what can be frozen.

    Attributes:
        line: The source line where it starts.
        number: For a further item of a numbered list its number, else None.
    """

    line: int
    blocks: list[Block] = field(default_factory=list)
    number: int | None = None


@lru_cache(maxsize=2)
def _parser(*, is_simple: bool = False) -> MarkdownIt:
    # 41 ms: not before the first reply that needs it.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * MAX_MARKERS})
    parser.enable(["table", "strikethrough"])
    # Inline text is parsed by us, block by block, within limits.
    parser.disable("inline")
    if is_simple:
        parser.disable(["link", "image", "emphasis", "strikethrough"])
    return parser


def parse(
    text: str,
    references: dict[str, Any] | None = None,
    first_number: int | None = None,
    is_after_blank: bool = True,
) -> list[Unit]:
    """Return the units of `text`.

    Args:
        text: Clean text.
        references: Link targets defined so far; those of `text` are added.
        first_number: The number of the list item that `text` starts with, if it does.
        is_after_blank: Whether a blank line stands before `text`.
    """
    env: dict[str, Any] = {"references": {} if references is None else references}
    text = flatten(text)
    tokens = _parser().parse(text, env)
    return _Builder(text.split("\n"), env, first_number, is_after_blank).build(tokens)


def parse_blocks(text: str) -> list[Block]:
    """Return the blocks of a whole text."""
    return [block for unit in parse(text) for block in unit.blocks]


class _Builder:
    """Walks the tokens of one parse."""

    def __init__(
        self,
        lines: list[str],
        env: dict[str, Any],
        first_number: int | None,
        is_after_blank: bool,
    ) -> None:
        self._lines = lines
        self._env = env
        self._first_number = first_number
        self._is_after_blank = is_after_blank
        self._units: list[Unit] = []
        self._containers: list[str] = []
        self._numbers: list[int | None] = []
        self._marker = ""
        self._level = 0
        self._table: list[list[tuple[str, str]]] | None = None

    def build(self, tokens: Sequence[Token]) -> list[Unit]:
        for token in tokens:
            if token.level == 0 and token.nesting >= 0 and token.type != "inline":
                self._units.append(Unit(token.map[0] if token.map else 0))
            self._take(token)
        return [unit for unit in self._units if unit.blocks]

    def _take(self, token: Token) -> None:  # noqa: C901 - one case per kind of token
        match token.type:
            case "inline" if self._table is None:
                self._add_text(token)
            case "inline":
                self._add_cell(token)
            case "heading_open":
                self._level = int(token.tag[1:])
            case "heading_close":
                self._level = 0
            case "fence" | "code_block":
                self._add_code(token)
            case "hr":
                self._add(RuleBlock(self._place(token)))
            case "blockquote_open":
                self._containers.append("q")
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "list_item_open":
                self._open_item(token)
            case "blockquote_close":
                self._containers.pop()
            case "list_item_close":
                self._close_item(token)
            case "bullet_list_close" | "ordered_list_close":
                self._numbers.pop()
            case "table_open":
                self._table = []
            case "tr_open":
                self._rows().append([])
            case "th_open" | "td_open":
                self._rows()[-1].append(("", str(token.attrGet("style") or "")))
            case "table_close":
                self._close_table(token)

    def _open_list(self, token: Token) -> None:
        number: int | None = None
        if token.type == "ordered_list_open":
            start = token.attrGet("start")
            number = 1 if start is None else int(start)
            is_first = token.level == 0 and len(self._units) == 1
            if is_first and self._first_number is not None:
                number = self._first_number
        self._numbers.append(number)

    def _open_item(self, token: Token) -> None:
        number = self._numbers[-1]
        if token.level == 1:
            # Items of a top-level list are units of their own, so that they can be frozen.
            line = token.map[0] if token.map else 0
            if self._units[-1].blocks:
                self._units.append(Unit(line, number=number))
            else:
                self._units[-1] = Unit(line, number=number)
        if number is None:
            self._marker = "•" if self._containers.count("l") % 2 == 0 else "◦"
        else:
            self._marker = f"{number}{token.markup}"
            self._numbers[-1] = number + 1
        self._containers.append("l")

    def _close_item(self, token: Token) -> None:
        if self._marker:
            self._add(TextBlock("", place=self._place(token)))
        self._containers.pop()

    def _place(self, token: Token) -> Place:
        marker, self._marker = self._marker, ""
        line = token.map[0] if token.map else 0
        containers = "".join(self._containers)[:MAX_DEPTH]
        return Place(containers, marker, bool(containers) and not self._is_blank_before(line))

    def _is_blank_before(self, line: int) -> bool:
        if line <= 0:
            return self._is_after_blank
        return not self._lines[line - 1].strip(" \t>")

    def _add(self, block: Block) -> None:
        self._units[-1].blocks.append(block)

    def _add_text(self, token: Token) -> None:
        place = self._place(token)
        if len(token.content) > MAX_INLINE:
            for index, piece in enumerate(pieces(token.content.replace("\n", LINE_BREAK))):
                self._add(TextBlock(piece, (), self._level, place, is_continued=index > 0))
                place = Place(place.containers, "", is_tight=True)
            return
        text, spans = parse_inline(token.content, self._env)
        self._add(TextBlock(text, spans, self._level, place))

    def _add_code(self, token: Token) -> None:
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        content = token.content.removesuffix("\n")
        lines = [piece for line in content.split("\n") for piece in pieces(line)]
        self._add(CodeBlock(lines if token.content else [], language[:40], self._place(token)))

    def _rows(self) -> list[list[tuple[str, str]]]:
        return self._table if self._table is not None else []

    def _add_cell(self, token: Token) -> None:
        text, _spans = parse_inline(token.content[:MAX_INLINE], self._env)
        row = self._rows()[-1]
        row[-1] = (text.replace(LINE_BREAK, " "), row[-1][1])

    def _close_table(self, token: Token) -> None:
        rows, self._table = self._rows(), None
        self._add(CodeBlock(table_lines(rows), "", self._place(token), is_bare=True))


def table_lines(rows: Sequence[Sequence[tuple[str, str]]]) -> list[str]:
    """Return a table as lines of monospaced text; each cell comes with its alignment style."""
    count = max((len(row) for row in rows), default=0)
    widths = [
        max((len(row[column][0]) for row in rows if column < len(row)), default=0)
        for column in range(count)
    ]
    lines = []
    for index, row in enumerate(rows):
        cells = [
            text.rjust(width) if "right" in style else text.ljust(width)
            for (text, style), width in zip(row, widths, strict=False)
        ]
        lines.append("  ".join(cells).rstrip()[:MAX_LINE])
        if index == 0:
            lines.append("  ".join("─" * width for width in widths)[:MAX_LINE])
    return lines


def parse_inline(source: str, env: dict[str, Any]) -> tuple[str, tuple[Span, ...]]:
    """Return the visible text of inline Markdown and its styled spans."""
    children: list[Token] = []
    # Half-open brackets and stars by the thousand cost the parser seconds.
    parser = _parser(is_simple=source.count("[") > MAX_MARKS or source.count("*") > 2 * MAX_MARKS)
    parser.inline.parse(source, parser, env, children)
    return _Inline().build(children)


class _Inline:
    """Folds inline tokens into text and spans."""

    def __init__(self) -> None:
        self._text = ""
        self._spans: list[Span] = []
        self._style = Style.PLAIN
        self._styles: list[Style] = []
        self._href = ""

    def build(self, tokens: Sequence[Token]) -> tuple[str, tuple[Span, ...]]:
        for token in tokens:
            self._take(token)
        return self._text, tuple(self._spans)

    def _take(self, token: Token) -> None:
        match token.type:
            case "text" | "text_special":
                self._add_text(token.content)
            case "softbreak" | "hardbreak":
                # Models break lines where they mean a new line, as verse and addresses do.
                self._add(LINE_BREAK)
            case "code_inline":
                self._add(token.content, Style.CODE)
            case "image":
                self._add_image(token)
            case "link_open":
                self._href = str(token.attrGet("href") or "")
            case "link_close":
                self._href = ""
            case "strong_open" | "em_open" | "s_open":
                self._styles.append(self._style)
                self._style |= _STYLES[token.tag]
            case "strong_close" | "em_close" | "s_close":
                self._style = self._styles.pop()
            case _:
                self._add(token.content)

    def _add_image(self, token: Token) -> None:
        address = str(token.attrGet("src") or "")
        label = token.content.strip()
        self._add(f"{label} ({address})" if label and address else label or address)

    def _add_text(self, text: str) -> None:
        """Add text, with the addresses in it as links."""
        at = 0
        if not self._href and "http" in text:
            for match in _BARE_LINK.finditer(text):
                self._add(text[at : match.start()])
                self._href = _trim_link(match.group())
                self._add(self._href)
                at, self._href = match.start() + len(self._href), ""
        self._add(text[at:])

    def _add(self, text: str, style: Style = Style.PLAIN) -> None:
        style |= self._style | (Style.LINK if self._href else Style.PLAIN)
        if style and text:
            self._spans.append(Span(len(self._text), len(text), style, self._href))
        self._text += text


def _trim_link(address: str) -> str:
    """Cut what belongs to the sentence, not to the address."""
    while address:
        is_closing = address[-1] == ")" and address.count("(") < address.count(")")
        if address[-1] not in _AFTER_LINK and not is_closing:
            break
        address = address[:-1]
    return address
