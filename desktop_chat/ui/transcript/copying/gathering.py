"""What is to be copied, read row by row in short steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from desktop_chat.domain.message import Sender
from desktop_chat.ui.transcript.copying.clipboard import (
    MAX_STYLED,
    Copied,
    Piece,
    block_to_copy,
    block_words,
)
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.selection import MAX_PARSED, Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.item_models.transcript import TranscriptModel
    from desktop_chat.ui.transcript.layout import TranscriptLayout
    from desktop_chat.ui.transcript.selection import Position
    from desktop_chat.ui.transcript.text.blocks import Block

_PARSED_AT_ONCE = 2_000
_CORRECT_MS = 2.0


class Gathering(Protocol):
    """Something that is copied in steps.

    Attributes:
        copied: What came of it, once all steps are done.
        size: How many characters were read so far.
    """

    copied: Copied
    size: int

    def steps(self) -> Iterator[None]:
        """Do all of it; each step is short."""
        ...


class SelectionGathering:
    """Copies a selection; what is selected later does not matter to it.

    Args:
        ends: First and last place.
        model: Where messages are that were never laid out.
        layout: Where those are that were.
        is_plain: Nothing but the plain text is wanted.
    """

    def __init__(
        self,
        ends: tuple[Position, Position],
        model: TranscriptModel,
        layout: TranscriptLayout,
        *,
        is_plain: bool = False,
    ) -> None:
        self.copied = Copied()
        self._is_plain = is_plain
        self._pieces: list[Piece] = []
        self._texts: list[str] = []
        self.size = 0
        self._model = model
        self._layout = layout
        self._first, self._last = ends
        self._selection = Selection()
        self._selection.select(*ends)

    def steps(self) -> Iterator[None]:
        """Read and write all; each step is short."""
        end = min(self._last.row, self._model.rowCount() - 1) + 1
        for row in range(self._first.row, end):
            message = self._model.message_at(row)
            is_whole = self._first.row < row < self._last.row
            if self.size > MAX_PARSED and is_whole and self._layout.kept(row) is None:
                # To parse so much would take minutes.
                self._add_text(message.content)
            else:
                yield from self._read(row, message)
            yield
        self.copied.text = "\n\n".join(self._texts)
        if self._pieces and not self._is_plain:
            yield from self.copied.write(self._pieces)

    def _read(self, row: int, message: Message) -> Iterator[None]:
        kept = self._layout.kept(row)
        if kept is not None and kept.aside is not None:
            self._add(row, REASONING, kept.aside.blocks)
        if kept is not None and not kept.has_rest:
            blocks = kept.body.blocks
        else:
            blocks = []
            yield from parse_in_steps(message, blocks)
        self._add(row, BODY, blocks, is_typed=message.sender is Sender.USER)

    def _add(self, row: int, part: int, blocks: list[Block], *, is_typed: bool = False) -> None:
        from desktop_chat.ui.transcript.copying.clipping import chosen_blocks
        from desktop_chat.ui.transcript.text.blocks import plain_text

        chosen = (
            (block, found)
            for index, block in enumerate(blocks)
            if (found := self._selection.chosen(row, part, index)) is not None
        )
        picked = list(chosen_blocks(chosen))
        if picked:
            self._pieces.append(Piece(picked, is_typed))
            self._add_text(plain_text(picked))

    def _add_text(self, text: str) -> None:
        if text:
            self._texts.append(text)
            self.size += len(text)
        if self.size > MAX_STYLED:
            self._pieces.clear()
            self._is_plain = True


class MessageGathering:
    """Copies a message as it was written, with HTML of how it looks."""

    def __init__(self, message: Message) -> None:
        self.copied = Copied(message.content, message.content)
        self.size = len(message.content)
        self._message = message

    def steps(self) -> Iterator[None]:
        """Parse and write it; each step is short."""
        if len(self._message.content) > MAX_STYLED:
            return
        blocks: list[Block] = []
        yield from parse_in_steps(self._message, blocks)
        yield from self.copied.write([Piece(blocks, self._message.sender is Sender.USER)])


class BlockGathering:
    """Copies one block: code as such, a table with tabs, a formula as LaTeX."""

    def __init__(self, block: Block) -> None:
        self._block = block_to_copy(block)
        self.copied = Copied(block_words(self._block))
        self.size = len(self.copied.text)

    def steps(self) -> Iterator[None]:
        """Write it; each step is short."""
        if self.size <= MAX_STYLED:
            yield from self.copied.write([Piece([self._block])])


def parse_in_steps(message: Message, blocks: list[Block]) -> Iterator[None]:
    """Add the blocks of a message to `blocks`; each step is short."""
    if message.sender is Sender.USER:
        from desktop_chat.ui.transcript.text.plain_text import user_blocks

        blocks += user_blocks(message.content)
        return
    from desktop_chat.ui.transcript.text.growing_text import GrowingText

    growing = GrowingText()
    for start in range(0, len(message.content), _PARSED_AT_ONCE):
        growing.feed(message.content[start : start + _PARSED_AT_ONCE])
        yield
    growing.close()
    while growing.has_corrections:
        growing.correct(_CORRECT_MS)
        yield
    blocks += growing.blocks
