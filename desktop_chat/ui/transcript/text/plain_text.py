"""What a user typed, shown as it was typed, in blocks of bounded size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.blocks import LINE_BREAK, Block, Place, TextBlock
from desktop_chat.ui.transcript.text.text_limits import Cleaner, pieces

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.markdown_late import Change

MAX_BLOCK = 2000
# What the end of a line counts for: a text may consist of nothing else.
LINE_SIZE = 8
_NEXT_LINE = Place(is_tight=True)


class PlainText:
    """Blocks of a text without mark-up; fed and closed as `GrowingText` is.

    Attributes:
        blocks: All blocks; the last one may still grow.
        has_corrections: Nothing is ever corrected.
    """

    has_corrections = False

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._cleaner = Cleaner()
        self._gathered: list[str] = []
        self._size = 0
        self._line = ""
        # Pieces of the line that goes on were added before.
        self._is_amid_line = False
        self._has_begun = False
        self._is_shown = False

    def feed(self, text: str) -> int:
        """Add text; return the index of the first block that may have changed."""
        first = self._resume()
        text = self._line + self._cleaner.feed(text)
        if not self._has_begun:
            text = text.lstrip("\n")
            self._has_begun = bool(text)
        *lines, self._line = text.split("\n")
        for line in lines:
            self._add(line)
        # A line that does not end is cut now: its block would grow, and be laid out, without end.
        while len(self._line) > MAX_BLOCK:
            self._add_piece(self._line[:MAX_BLOCK])
            self._line, self._is_amid_line = self._line[MAX_BLOCK:], True
        self._show()
        return first

    def close(self) -> int:
        """The text is complete; return the index of the first block that may have changed."""
        first = self._resume()
        for line in (self._line + self._cleaner.finish()).split("\n"):
            self._add(line)
        self._line = ""
        while len(self._gathered) > 1 and not self._gathered[-1]:
            self._gathered.pop()
        self._show()
        self._is_shown = False
        return first

    def correct(self, budget_ms: float) -> list[Change]:
        """There is nothing to correct."""
        return []

    def _add(self, line: str) -> None:
        for piece in pieces(line, MAX_BLOCK):
            self._add_piece(piece)
            self._is_amid_line = True
        self._is_amid_line = False

    def _add_piece(self, piece: str) -> None:
        if self._gathered and (self._size > MAX_BLOCK or self._is_amid_line):
            self.blocks.append(_block(self._gathered))
            self._gathered, self._size = [], 0
        self._gathered.append(piece)
        self._size += len(piece) + LINE_SIZE

    def _show(self) -> None:
        self.blocks.append(_block([*self._gathered, self._line] if self._line else self._gathered))
        self._is_shown = True

    def _resume(self) -> int:
        if self._is_shown:
            self.blocks.pop()
            self._is_shown = False
        return len(self.blocks)


def _block(lines: list[str]) -> TextBlock:
    return TextBlock(LINE_BREAK.join(lines), place=_NEXT_LINE)


def user_blocks(content: str) -> list[Block]:
    """Return the blocks of a whole text."""
    text = PlainText()
    text.feed(content)
    text.close()
    return text.blocks
