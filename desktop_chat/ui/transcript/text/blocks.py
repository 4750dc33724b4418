"""What a message is made of when shown: blocks of text with styled spans. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_BREAK = "\u2028"
# Stands in a block's text for what is drawn and not written: an inline formula.
OBJECT = "\ufffc"


class Style(IntFlag):
    """How a span of text looks; combinations are allowed."""

    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    CODE = 4
    STRIKE = 8
    LINK = 16
    MATH = 32
    NOTE = 64


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a block's text in one style.

    Attributes:
        href: Address of a link; "" for all else.
        source: LaTeX of an inline formula, for which the text holds one `OBJECT` character.
    """

    start: int
    length: int
    style: Style
    href: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands.

    Attributes:
        containers: One letter per level, outermost first: `q` quote, `l` list item.
        marker: Bullet, number, or task box ("[ ]", "[x]") before the first block of a list item.
        is_tight: Whether it follows the block before without a blank line.
    """

    containers: str = ""
    marker: str = ""
    is_tight: bool = False


TOP = Place()


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, or a heading of `level` 1 to 6.

    `is_continued` marks a piece of a paragraph that was too long for one block.
    """

    text: str
    spans: tuple[Span, ...] = ()
    level: int = 0
    place: Place = TOP
    is_continued: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code; `lines` of an open block may still grow.

    Attributes:
        is_bare: Whether it is shown without panel, as monospaced text.
        is_open: Whether it is still being written.
    """

    lines: list[str] = field(default_factory=list)
    language: str = ""
    place: Place = TOP
    is_bare: bool = False
    is_open: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """A horizontal line."""

    place: Place = TOP


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; `rows` of an open block may still grow, and its last row be replaced.

    Attributes:
        rows: The header row first; every row has as many cells as there are `alignments`.
        alignments: "left", "right", "center" or "" for each column.
    """

    rows: list[list[Cell]] = field(default_factory=list)
    alignments: tuple[str, ...] = ()
    place: Place = TOP


@dataclass(frozen=True, slots=True)
class FormulaBlock:
    """A formula on lines of its own; `source` is its LaTeX without the delimiters."""

    source: str
    place: Place = TOP


@dataclass(frozen=True, slots=True)
class ImageBlock:
    """An image; nothing is loaded before the reader asks for it."""

    address: str
    label: str = ""
    place: Place = TOP


Block = TextBlock | CodeBlock | RuleBlock | TableBlock | FormulaBlock | ImageBlock


def block_text(block: Block) -> str:
    """Return the text of one block, without its list marker: what offsets count in.

    Cells of a table are apart by tabs and rows by line ends; a formula is one `OBJECT`.
    """
    match block:
        case TextBlock():
            return block.text
        case CodeBlock():
            return "\n".join(block.lines)
        case TableBlock():
            return "\n".join("\t".join(cell.text for cell in row) for row in block.rows)
        case FormulaBlock():
            return OBJECT
        case ImageBlock():
            return image_words(block)
        case RuleBlock():
            return ""


def written_text(block: Block, start: int = 0, end: int | None = None) -> str:
    """Return a part of a block's text for people: formulas as LaTeX, line breaks as such."""
    text = block_text(block)[start:end]
    if isinstance(block, FormulaBlock):
        return f"$${block.source}$$" if text else ""
    if OBJECT in text:
        text = _with_formulas(text, _formulas_from(block, start))
    return text.replace(LINE_BREAK, "\n" if isinstance(block, TextBlock) else " ")


def spans_of(block: Block) -> Iterator[tuple[int, Span]]:
    """Yield the spans of a block, each with its offset in the block's text."""
    if isinstance(block, TextBlock):
        yield from ((span.start, span) for span in block.spans)
    elif isinstance(block, TableBlock):
        offset = 0
        for row in block.rows:
            for cell in row:
                yield from ((offset + span.start, span) for span in cell.spans)
                offset += len(cell.text) + 1


def image_words(block: ImageBlock) -> str:
    """Return what stands for an image in text."""
    return f"{block.label} ({block.address})" if block.label else block.address


def _formulas_from(block: Block, start: int) -> Iterator[str]:
    """Yield the LaTeX of the formulas of a block from an offset on."""
    skipped = block_text(block)[:start].count(OBJECT)
    cells: Iterable[TextBlock | Cell] = ()
    if isinstance(block, TextBlock):
        cells = (block,)
    elif isinstance(block, TableBlock):
        cells = (cell for row in block.rows for cell in row)
    sources = (span.source for cell in cells for span in cell.spans if span.style & Style.MATH)
    return islice(sources, skipped, None)


def _with_formulas(text: str, sources: Iterator[str]) -> str:
    parts = text.split(OBJECT)
    # An object that is no formula of ours was in the text.
    rest = (f"${source}${part}" if (source := next(sources, "")) else part for part in parts[1:])
    return parts[0] + "".join(rest)


def lead_in(block: Block) -> str:
    """Return what stands before a block's text in plain text: indentation and list marker."""
    depth = block.place.containers.count("l")
    if not depth:
        return ""
    marker = f"{block.place.marker} " if block.place.marker else ""
    return "  " * (depth - 1) + marker


def joint(block: Block) -> str:
    """Return what separates a block from the one before in plain text."""
    if isinstance(block, TextBlock) and block.is_continued:
        return ""
    return "\n" if block.place.is_tight else "\n\n"


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the text of blocks as it is read aloud and copied."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, RuleBlock):
            continue
        if parts:
            parts.append(joint(block))
        parts.append(lead_in(block) + written_text(block))
    return "".join(parts)
