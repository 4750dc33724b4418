"""Blocks to Markdown that reads back as the same blocks, for the clipboard. No Qt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.copying.inline_writer import address, inline
from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    Block,
    CodeBlock,
    FormulaBlock,
    ImageBlock,
    RuleBlock,
    TableBlock,
    TextBlock,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

# What is a block here and stands in a line of words in Markdown.
_AMID_TEXT = (FormulaBlock, ImageBlock)
_TASKS = ("[ ]", "[x]")
_BULLETS = "•◦"
_RULES = {"left": ":---", "right": "---:", "center": ":---:", "": "---"}


def as_markdown(blocks: Iterable[Block]) -> str:
    """Return blocks as Markdown."""
    writer = MarkdownWriter()
    for block in blocks:
        writer.write(block)
    return writer.text()


class MarkdownWriter:
    """Writes blocks one after another, within the quotes and list items that are open."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        # Letter of each open container and what its lines begin with.
        self._open: list[tuple[str, str]] = []
        self._above: Block | None = None

    def text(self) -> str:
        """Return all that was written."""
        return "\n".join(self._lines)

    def write(self, block: Block) -> None:
        """Write one more block."""
        place = block.place
        if self._is_amid_line(block):
            first, *others = content_lines(block)
            is_continued = isinstance(block, TextBlock) and block.is_continued
            self._lines[-1] += first if is_continued else f" {first}"
            self._lines += [self._prefix() + line for line in others]
            self._above = block
            return
        kept = self._kept(place.containers, place.marker)
        del self._open[kept:]
        prefix = self._prefix()
        if self._lines and not self._is_tight(block, kept):
            self._lines.append(prefix.rstrip())
        first = prefix
        for number, letter in enumerate(place.containers[kept:], kept):
            first += self._open_one(letter, place.marker, place.containers[number + 1 :])
        content = content_lines(block)
        rest = self._prefix()
        self._lines.append(first + content[0] if content[0] else first.rstrip())
        self._lines += [rest + line if line else rest.rstrip() for line in content[1:]]
        self._above = block

    def _prefix(self) -> str:
        return "".join(continued for _, continued in self._open)

    def _kept(self, containers: str, marker: str) -> int:
        """Return how many of the open containers the next block stands in."""
        count = 0
        while count < min(len(containers), len(self._open)):
            if containers[count] != self._open[count][0]:
                break
            count += 1
        # A marker begins a new item: the innermost.
        return min(count, containers.rindex("l")) if marker and "l" in containers else count

    def _open_one(self, letter: str, marker: str, inner: str) -> str:
        """Open a container; return what the first line of it begins with."""
        if letter == "q":
            self._open.append(("q", "> "))
            return "> "
        # The markers of outer items without text of their own are not in the block.
        opening, width = _opening(marker if "l" not in inner else "•")
        self._open.append(("l", " " * width))
        return opening

    def _is_amid_line(self, block: Block) -> bool:
        """Whether a block goes on in the line above: a formula or image amid words."""
        above, place = self._above, block.place
        if above is None or not place.is_tight or place.marker:
            return False
        if isinstance(block, TextBlock) and block.is_continued:
            return True
        if place.containers != above.place.containers:
            return False
        is_text = isinstance(block, TextBlock) and not block.level
        return isinstance(block, _AMID_TEXT) or (is_text and isinstance(above, _AMID_TEXT))

    def _is_tight(self, block: Block, kept: int) -> bool:
        above, place = self._above, block.place
        if not place.is_tight or above is None:
            return False
        is_below_words = isinstance(above, TextBlock) and not above.level
        if not is_below_words or kept < len(above.place.containers):
            return True
        if kept == len(place.containers):
            # Two paragraphs without an empty line between them would be one.
            return not isinstance(block, TextBlock) or bool(block.level)
        return not place.marker or _can_interrupt(block)


def _can_interrupt(block: Block) -> bool:
    """Whether an item can begin right below words, which would go on otherwise."""
    is_empty = isinstance(block, TextBlock) and not block.text
    return not is_empty and not (block.place.marker[0].isdigit() and block.place.marker[:-1] != "1")


def _opening(marker: str) -> tuple[str, int]:
    """Return what an item's first line begins with, and how far its other lines are indented."""
    if not marker or marker in _BULLETS:
        return "- ", 2
    if marker in _TASKS:
        return f"- {marker} ", 2
    if marker.startswith("[^"):
        return f"{marker}: ", 4
    return f"{marker} ", len(marker) + 1


def content_lines(block: Block) -> list[str]:
    """Return a block as lines of Markdown, as they stand outside of quotes and lists."""
    match block:
        case TextBlock():
            return _text_lines(block)
        case CodeBlock():
            return code_lines(block)
        case TableBlock():
            return _table_lines(block)
        case FormulaBlock():
            return f"$${block.source}$$".split("\n")
        case ImageBlock():
            return [f"![{inline(block.label)}]({address(block.address)})"]
        case RuleBlock():
            # Three dashes would make a heading of a paragraph above, or a rule of an item.
            return ["***" if block.place.containers else "---"]


def _text_lines(block: TextBlock) -> list[str]:
    written = inline(block.text, block.spans)
    if not block.level:
        return written.split("\n")
    if LINE_BREAK in block.text:
        return [*written.split("\n"), "===" if block.level == 1 else "---"]
    # A number sign at the end would be taken for the end of the heading.
    written = re.sub(r"(#+)$", r"\\\1", written)
    return [f"{'#' * block.level} {written}"]


def code_lines(block: CodeBlock) -> list[str]:
    """Return code as a fenced block, whose fence is longer than any in it."""
    sign = "~" if "`" in block.language else "`"
    runs = (found for line in block.lines for found in re.findall(f"{sign}{{3,}}", line))
    fence = sign * max(3, max(map(len, runs), default=0) + 1)
    return [fence + block.language, *block.lines, fence]


def _table_lines(block: TableBlock) -> list[str]:
    rows = [[inline(cell.text, cell.spans, is_cell=True) for cell in row] for row in block.rows]
    if not rows:
        return [""]
    rule = [_RULES.get(alignment, "---") for alignment in block.alignments]
    return [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
