"""The parts of blocks that are selected, as blocks of their own. No Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.copying.runs import cut_spans
from desktop_chat.ui.transcript.text.blocks import (
    Block,
    Cell,
    CodeBlock,
    Place,
    RuleBlock,
    TableBlock,
    TextBlock,
    block_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from desktop_chat.ui.transcript.layouts.marked import Range


_SPACES = {ord(letter): " " for letter in "\t\n\r\u2028"}


def clipped(block: Block, start: int, end: int) -> Block | None:
    """Return what of a block lies between two offsets of its text, None if nothing does.

    What is cut off at its start loses heading and list marker with it. Lists that may still
    grow are copied.
    """
    text = block_text(block)
    start, end = max(0, start), min(end, len(text))
    if isinstance(block, RuleBlock):
        return block
    if start >= end and text:
        return None
    place = replace(block.place, marker="") if start else block.place
    match block:
        case TextBlock():
            spans = cut_spans(block.spans, start, end)
            level = 0 if start else block.level
            return TextBlock(text[start:end], spans, level, place, block.is_continued)
        case CodeBlock():
            lines = text[start:end].split("\n") if block.lines else []
            return CodeBlock(lines, block.language, place, block.is_bare)
        case TableBlock():
            return _clipped_table(block, start, end, place)
    return block


def _clipped_table(block: TableBlock, start: int, end: int, place: Place) -> Block:
    """Return the rows that are selected; of a single cell only its text."""
    rows: list[list[Cell]] = []
    at = 0
    for row in block.rows:
        cells = []
        for cell in row:
            cells.append(_clipped_cell(cell, start - at, end - at))
            at += len(cell.text) + 1
        if at > start:
            rows.append(cells)
        if at > end:
            break
    filled = [cell for row in rows for cell in row if cell.text]
    if len(filled) <= 1 and (start or end < len(block_text(block))):
        cell = filled[0] if filled else Cell()
        return TextBlock(cell.text, cell.spans, 0, place)
    return TableBlock(rows, block.alignments, place)


def _clipped_cell(cell: Cell, start: int, end: int) -> Cell:
    start, end = max(0, start), min(end, len(cell.text))
    if start >= end:
        return Cell()
    # What keeps cells and rows apart must not be in one.
    text = cell.text[start:end].translate(_SPACES)
    return Cell(text, cut_spans(cell.spans, start, end))


def chosen_blocks(blocks: Iterable[tuple[Block, Range]]) -> Iterator[Block]:
    """Yield what is selected of blocks, the first ones moved out of items that began before."""
    opened = ""
    for block, (start, end) in blocks:
        part = clipped(block, start, end)
        if part is None:
            continue
        place = _moved_out(part.place, opened)
        opened = place.containers
        yield part if place == part.place else replace(part, place=place)


def _moved_out(place: Place, opened: str) -> Place:
    """Return a place without the items around it that nothing selected has begun."""
    containers = ""
    begins = place.containers.rfind("l") if place.marker else -1
    for index, letter in enumerate(place.containers):
        is_open = opened[: len(containers) + 1] == containers + letter
        if letter == "q" or is_open or index == begins:
            containers += letter
    if containers == place.containers:
        return place
    return replace(place, containers=containers, is_tight=place.is_tight and bool(containers))
