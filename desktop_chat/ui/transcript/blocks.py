"""What a message is made of when shown: blocks of text with styled spans. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LINE_BREAK = "\u2028"


class Style(IntFlag):
    """How a span of text looks; combinations are allowed."""

    PLAIN = 0
    BOLD = 1
    ITALIC = 2
    CODE = 4
    STRIKE = 8
    LINK = 16


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a block's text in one style; `href` only for links."""

    start: int
    length: int
    style: Style
    href: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands.

    Attributes:
        containers: One letter per level, outermost first: `q` quote, `l` list item.
        marker: Bullet or number in front of the first block of a list item.
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

    `is_bare` shows it without panel, as monospaced text (tables, until they are drawn).
    """

    lines: list[str] = field(default_factory=list)
    language: str = ""
    place: Place = TOP
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class RuleBlock:
    """A horizontal line."""

    place: Place = TOP


Block = TextBlock | CodeBlock | RuleBlock


def block_text(block: Block) -> str:
    """Return the text of one block as it is selected, without its list marker."""
    match block:
        case TextBlock():
            return block.text
        case CodeBlock():
            return "\n".join(block.lines)
        case RuleBlock():
            return ""


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
        parts.append(lead_in(block) + block_text(block).replace(LINE_BREAK, "\n"))
    return "".join(parts)
