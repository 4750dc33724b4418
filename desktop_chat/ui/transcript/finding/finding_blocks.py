"""Where a query stands in the blocks of a message. No Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.finding.finding_hits import RowHits
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.text.blocks import (
    Block,
    CodeBlock,
    FormulaBlock,
    Style,
    TableBlock,
    block_text,
    spans_of,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.finding.finding_text import Query, Range
    from desktop_chat.ui.transcript.text.growing_text import GrowingText

SLICE = 2_000
CORRECT_MS = 2.0
LINES = 400

_Steps = Iterator[list["Range"]]


def block_ranges(block: Block, query: Query) -> list[Range]:
    """Return the hits in a block, as offsets of its text; a formula is found by its LaTeX."""
    return [found for ranges in block_steps(block, query) for found in ranges]


def block_steps(block: Block, query: Query, first_line: int = 0, offset: int = 0) -> _Steps:
    """Yield the hits in a block bit by bit: code may be long.

    Args:
        block: What to look through.
        query: What is looked for.
        first_line: Line of code to start with, and `offset` where it stands in the text.
        offset: See `first_line`.
    """
    if isinstance(block, CodeBlock):
        yield from _code_steps(block, query, first_line, offset)
        return
    if isinstance(block, FormulaBlock):
        yield [(0, 1)] if query.is_in(block.source) else []
        return
    ranges = list(query.ranges(block_text(block)))
    formulas = [
        (start, start + span.length)
        for start, span in spans_of(block)
        if span.style & Style.MATH and query.is_in(span.source)
    ]
    yield sorted({*ranges, *formulas}) if formulas else ranges


def _code_steps(block: CodeBlock, query: Query, line: int, offset: int) -> _Steps:
    while line < len(block.lines):
        text = "\n".join(block.lines[line : line + LINES])
        yield [(offset + start, offset + end) for start, end in query.ranges(text)]
        line, offset = line + LINES, offset + len(text) + 1


def search_message(
    message: Message, query: Query, known: Mapping[int, Sequence[Block]]
) -> Generator[None, None, RowHits]:
    """Look for the query in a message, a step at a time; returns the hits at the end.

    Args:
        message: With its whole text.
        query: What is looked for.
        known: Blocks by part, where they are laid out already and need not be parsed.
    """
    hits = RowHits()
    for part, text in ((REASONING, message.reasoning), (BODY, message.content)):
        if not (yield from query.glance(text)):
            continue
        blocks = known.get(part)
        if blocks is None:
            blocks = yield from _parse(message, text, part)
        for number, block in enumerate(blocks):
            for ranges in block_steps(block, query):
                hits.add(part, number, ranges)
                yield
    return hits


def _parse(message: Message, text: str, part: int) -> Generator[None, None, Sequence[Block]]:
    from desktop_chat.domain.message import Sender
    from desktop_chat.ui.transcript.text.growing_text import GrowingText
    from desktop_chat.ui.transcript.text.plain_text import user_blocks

    if part == BODY and message.sender is Sender.USER:
        return user_blocks(text)
    growing = GrowingText()
    for start in range(0, len(text), SLICE):
        growing.feed(text[start : start + SLICE])
        yield
    growing.close()
    while growing.has_corrections:
        growing.correct(CORRECT_MS)
        yield
    return growing.blocks


class Growth:
    """Looks through the new text of a growing part, and not through the old one again.

    Args:
        part: `REASONING` or `BODY`.
        query: What is looked for.
        hits: Where the hits go.
    """

    def __init__(self, part: int, query: Query, hits: RowHits) -> None:
        self._part = part
        self._query = query
        self._hits = hits
        self._text: GrowingText | None = None
        self._fed = 0
        self._blocks: Sequence[Block] = ()
        # Where the last line of the last block stands, if that is code.
        self._line = 0
        self._offset = 0

    def feed(self, text: str) -> _Steps:
        """Look through what is new in `text`, which begins as it did the last time."""
        from desktop_chat.ui.transcript.text.growing_text import GrowingText

        self._text = self._text or GrowingText()
        while self._fed < len(text):
            self._text.feed(text[self._fed : self._fed + SLICE])
            self._fed += SLICE
            yield []
        self._fed = len(text)
        yield from self.take(self._text.blocks)

    def take(self, blocks: Sequence[Block]) -> _Steps:
        """Look through what is new in `blocks` since the last time, a step at a time."""
        start = _last_same(self._blocks, blocks)
        may_have_grown = 0 <= start == len(self._blocks) - 1
        line, offset = 0, 0
        if may_have_grown and isinstance(blocks[start], CodeBlock):
            line, offset = self._line, self._offset
        elif not may_have_grown or not isinstance(blocks[start], TableBlock):
            start += 1
        self._hits.drop_from(self._part, start, offset)
        self._blocks = list(blocks)
        self._remember_line(start, line, offset)
        for number in range(start, len(self._blocks)):
            for ranges in block_steps(self._blocks[number], self._query, line, offset):
                self._hits.add(self._part, number, ranges)
                yield ranges
            line, offset = 0, 0

    def _remember_line(self, start: int, line: int, offset: int) -> None:
        """Note where the last line of code starts: it may go on."""
        last = self._blocks[-1] if self._blocks else None
        if isinstance(last, CodeBlock):
            if start < len(self._blocks) - 1:
                line, offset = 0, 0
            self._line = max(0, len(last.lines) - 1)
            self._offset = offset + sum(len(text) + 1 for text in last.lines[line : self._line])


def _last_same(before: Sequence[Block], blocks: Sequence[Block]) -> int:
    """Return the last block that is the same, -1 if none is; all before it are frozen.

    Looked for from the end, so that it does not cost more for a longer text.
    """
    at = min(len(before), len(blocks)) - 1
    while at >= 0 and before[at] is not blocks[at]:
        at -= 1
    return at
