"""The path that is shown as plain text, without mark-up. No Qt."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from desktop_chat.services.exporting.words import PICTURE, SYSTEM_PROMPT, THOUGHTS, title_of
from desktop_chat.ui.exporting.content import attached, parts_of
from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    CodeBlock,
    ImageBlock,
    RuleBlock,
    TableBlock,
    joint,
    lead_in,
    plain_text,
    written_text,
)
from desktop_chat.ui.transcript.text.text_limits import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from desktop_chat.domain.transfer import ChatRecord
    from desktop_chat.services.exporting.options import ExportOptions
    from desktop_chat.ui.exporting.content import Part
    from desktop_chat.ui.transcript.text.blocks import Block

_MAX_COLUMN = 60
_RULE = "-" * 40


class TextFile:
    """Writes plain text."""

    def __init__(self, options: ExportOptions) -> None:
        self._options = options

    def write(self, chat: ChatRecord, file: BinaryIO, step: Callable[[], None]) -> None:
        """Write one chat; `step` is called after each message."""
        title = clean(title_of(chat))
        file.write(f"{title}\n{'=' * min(_width(title), 70)}\n".encode())
        if chat.system_prompt:
            file.write(f"\n{SYSTEM_PROMPT}:\n{clean(chat.system_prompt).strip()}\n".encode())
        for part in parts_of(chat, self._options):
            text = "\n\n".join(_pieces(part))
            file.write(f"\n\n{text}\n".encode())
            step()


def _pieces(part: Part) -> Iterator[str]:
    yield f"{part.sender} ({part.details}):" if part.details else f"{part.sender}:"
    if part.thoughts:
        yield _indented(f"{THOUGHTS}:\n\n{_text_of(part.thoughts)}")
    if part.blocks:
        yield _text_of(part.blocks)
    yield from (f"[{attached(attachment)}]" for attachment in part.attachments)
    if part.note:
        yield f"[{part.note}]"


def _text_of(blocks: Iterable[Block]) -> str:
    parts: list[str] = []
    for block in blocks:
        if parts:
            parts.append(joint(block))
        parts.append(_written(block))
    return "".join(parts)


def _written(block: Block) -> str:
    match block:
        case CodeBlock():
            return lead_in(block) + _indented("\n".join(block.lines))
        case TableBlock():
            return lead_in(block) + _table(block)
        case RuleBlock():
            return _RULE
        case ImageBlock() if block.address[:5].lower() == "data:":
            return f"[{block.label or PICTURE}]"
    quotes = "> " * block.place.containers.count("q")
    text = lead_in(block) + written_text(block)
    return quotes + text.replace("\n", f"\n{quotes}") if quotes else text


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))


def _table(block: TableBlock) -> str:
    """Return a table in columns; a long cell breaks out of its own."""
    rows = [[_cell(cell.text, cell.spans) for cell in row] for row in block.rows]
    widths = [
        min(_MAX_COLUMN, max((_width(row[column]) for row in rows), default=0))
        for column in range(len(block.alignments))
    ]
    lines = [_line(row, widths, block.alignments) for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _cell(text: str, spans: tuple[object, ...]) -> str:
    from desktop_chat.ui.transcript.text.blocks import TextBlock

    found = plain_text([TextBlock(text, spans)])  # type: ignore[arg-type]
    return found.replace("\n", " ").replace(LINE_BREAK, " ")


def _line(row: list[str], widths: list[int], alignments: Iterable[str]) -> str:
    cells = []
    for text, width, alignment in zip(row, widths, alignments, strict=False):
        gap = " " * (width - _width(text))
        cells.append(gap + text if alignment == "right" else text + gap)
    return "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
