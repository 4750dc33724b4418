"""Selected text, across blocks and messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.markdown_late import moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desktop_chat.ui.transcript.layout import TranscriptLayout
    from desktop_chat.ui.transcript.layouts.marked import Range
    from desktop_chat.ui.transcript.text.blocks import Block
    from desktop_chat.ui.transcript.text.markdown_late import Change

END = 1 << 60
# Beyond this many characters messages that are not on the screen are copied as written.
MAX_PARSED = 400_000
_LINE_BREAK = "\u2028"
# Accents and vowel signs that are characters of their own belong to the word.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f"
_WORD = re.compile(rf"[\w{_MARKS}]+|\s+|[^\w\s{_MARKS}]+")


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two letters: row, part (`hits.BODY` …), block of it, offset in its text."""

    row: int
    part: int
    block: int
    offset: int


class Selection:
    """From where the button went down to where the pointer is."""

    def __init__(self) -> None:
        self._fixed: Position | None = None
        self._moving: Position | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no text is selected."""
        return self._fixed is None or self._fixed == self._moving

    @property
    def ends(self) -> tuple[Position, Position] | None:
        """First and last position, or None if nothing is selected."""
        if self._fixed is None or self._moving is None or self._fixed == self._moving:
            return None
        return min(self._fixed, self._moving), max(self._fixed, self._moving)

    @property
    def moving(self) -> Position | None:
        """The end that the pointer or a key moved last."""
        return self._moving

    def clear(self) -> None:
        """Select nothing."""
        self._fixed = self._moving = None

    def start(self, position: Position) -> None:
        """Start a new selection here."""
        self._fixed = self._moving = position

    def extend(self, position: Position) -> None:
        """Select from where it started to here."""
        if self._fixed is None:
            self._fixed = position
        self._moving = position

    def select(self, first: Position, last: Position) -> None:
        """Select a range."""
        self._fixed, self._moving = first, last

    def move_blocks(self, row: int, part: int, changes: Sequence[Change]) -> None:
        """The blocks of a part have other numbers now."""

        def follow(place: Position | None) -> Position | None:
            if place is None or (place.row, place.part) != (row, part) or place.block == END:
                return place
            return replace(place, block=moved(place.block, changes))

        self._fixed, self._moving = follow(self._fixed), follow(self._moving)

    def chosen(self, row: int, part: int, block: int) -> Range | None:
        """Return the selected offsets of a block; the end may lie beyond its text."""
        ends = self.ends
        if ends is None:
            return None
        first, last = ends
        at = (row, part, block)
        first_at = (first.row, first.part, first.block)
        last_at = (last.row, last.part, last.block)
        if not first_at <= at <= last_at:
            return None
        start = first.offset if at == first_at else 0
        end = last.offset if at == last_at else END
        return (start, end) if start < end else None

    def text(self, layout: TranscriptLayout) -> str:
        """Return the selected text, messages apart by an empty line."""
        ends = self.ends
        if ends is None:
            return ""
        first, last = ends
        parts, size = [], 0
        for row in range(first.row, min(last.row, len(layout) - 1) + 1):
            if size > MAX_PARSED and first.row < row < last.row and layout.kept(row) is None:
                parts.append(layout.source_of(row))
            else:
                parts += self._row_texts(row, layout)
            size += len(parts[-1]) if parts else 0
        return "\n\n".join(part for part in parts if part)

    def _row_texts(self, row: int, layout: TranscriptLayout) -> Iterator[str]:
        for part, blocks in layout.columns_of(row):
            yield "".join(self._part_text(row, part, blocks))

    def _part_text(self, row: int, part: int, blocks: Sequence[Block]) -> Iterator[str]:
        from desktop_chat.ui.transcript.text.blocks import block_text, joint, lead_in, written_text

        is_first = True
        for index, block in enumerate(blocks):
            chosen = self.chosen(row, part, index)
            if chosen is None:
                continue
            if not is_first:
                yield joint(block)
            start, end = chosen
            # A word of a list item is copied without its number.
            if not start and (not is_first or end >= len(block_text(block))):
                yield lead_in(block)
            yield written_text(block, start, end)
            is_first = False


def word_in(block: Block, offset: int) -> Range:
    """Return start and end of the word of a block at an offset, or of the one that ends there."""
    first, last, text = _line_at(block, offset)
    start, end = word_around(text, min(max(0, offset - first), last - first))
    return first + start, first + end


def line_in(block: Block, offset: int) -> Range:
    """Return start and end of the line, paragraph or table cell of a block at an offset."""
    first, last, _text = _line_at(block, offset)
    return first, last


def word_around(text: str, offset: int) -> Range:
    """Return start and end of the word of a text at an offset, or of the one that ends there."""
    is_after_word = offset > 0 and not text[offset - 1].isspace()
    if is_after_word and (offset >= len(text) or text[offset].isspace()):
        offset -= 1
    for match in _WORD.finditer(text, max(0, offset - 200)):
        if match.start() <= offset < match.end():
            return match.start(), match.end()
    return offset, offset


def _line_at(block: Block, offset: int) -> tuple[int, int, str]:
    """Return start, end and text of a line or cell; code is not put together for one line."""
    from desktop_chat.ui.transcript.text.blocks import CodeBlock, TableBlock, block_text

    if isinstance(block, CodeBlock):
        start = 0
        for line in block.lines:
            if offset <= start + len(line):
                return start, start + len(line), line
            start += len(line) + 1
        last = block.lines[-1] if block.lines else ""
        return max(0, start - 1 - len(last)), max(0, start - 1), last
    text = block_text(block)
    offset = min(offset, len(text))
    marks = ("\n", _LINE_BREAK, "\t") if isinstance(block, TableBlock) else ("\n", _LINE_BREAK)
    start = max(text.rfind(mark, 0, offset) for mark in marks) + 1
    ends = [end for mark in marks if (end := text.find(mark, offset)) >= 0]
    end = min(ends, default=len(text))
    return start, end, text[start:end]
