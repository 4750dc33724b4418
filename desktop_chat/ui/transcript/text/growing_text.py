"""Markdown that grows: each line is read once, what is open at the end shown as it looks so far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.markdown_lines import LineParser
from desktop_chat.ui.transcript.text.text_limits import MAX_LINE, Cleaner, pieces

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.blocks import Block
    from desktop_chat.ui.transcript.text.markdown_late import Change
    from desktop_chat.ui.transcript.text.markdown_open import Moment

# What a line begins with may yet become this or that: better nothing than a heading that was a
# list, or a rule that was bold text.
_UNDECIDED = re.compile(
    r"(?:[ \t]*(?:>|[-+*](?=[ \t]|\Z)|\d{1,9}[.)](?=[ \t]|\Z)))*[ \t]*"
    r"(?:[-=_|: \t]*|[*_+#~`$]{1,3}|\\\[?|\d{1,9}|!?\[\^?|!)[ \t]*"
)
_UNDECIDED_LENGTH = 60


class GrowingText:
    """The blocks of a text that arrives in chunks of any size.

    What `blocks` holds once `finish` was called does not depend on the chunks. Attributes:
        blocks: All blocks; those before `frozen` never change while text comes.
        frozen: How many of them are final, but for links whose targets come later.
    """

    def __init__(self) -> None:
        self._cleaner = Cleaner()
        self._parser = LineParser()
        self._shown: Moment | None = None
        self._line = ""
        self._has_line_begun = False
        self.blocks: list[Block] = self._parser.blocks
        self.frozen = 0

    def feed(self, text: str) -> int:
        """Add text; return the index of the first block that may have changed."""
        changed = self.frozen
        self._resume()
        self._take(self._cleaner.feed(text))
        self.frozen = self._parser.frozen
        self._show()
        return changed

    def finish(self) -> int:
        """The text is complete; return the index of the first block that may have changed."""
        first = self.close()
        while self.has_corrections:
            first = min([first, *(change.start for change in self.correct(1000.0))])
        return first

    # The same in steps, none of which takes long

    def close(self) -> int:
        """The text is complete; return the index of the first block that may have changed.

        Links whose targets came after them are missing until `correct` was called.
        """
        changed = self.frozen
        self._resume()
        self._take(self._cleaner.finish())
        if self._line.strip(" \t"):
            self._take_part(self._line)
        self._line, self._has_line_begun = "", False
        self._parser.finish()
        self.frozen = len(self.blocks)
        return changed

    @property
    def has_corrections(self) -> bool:
        """Whether blocks with links have to be read again, once the text is complete."""
        return not self._parser.late.is_empty

    def correct(self, budget_ms: float) -> list[Change]:
        """Read such blocks again for about so long; return which were replaced, in order."""
        changes = self._parser.late.renew(self.blocks, budget_ms)
        self.frozen = len(self.blocks)
        return changes

    def _take(self, text: str) -> None:
        if not text:
            return
        lines = text.split("\n")
        lines[0] = self._line + lines[0]
        self._line = lines.pop()
        for line in lines:
            self._take_line(line)
        while len(self._line) > MAX_LINE:
            self._take_part(self._line[:MAX_LINE])
            self._line = self._line[MAX_LINE:]

    def _take_line(self, line: str) -> None:
        for piece in pieces(line):
            self._take_part(piece)
        self._has_line_begun = False

    def _take_part(self, piece: str) -> None:
        if self._has_line_begun:
            self._parser.more(piece)
        else:
            self._parser.take(piece)
            self._has_line_begun = True

    def _show(self) -> None:
        """Put the open end behind the frozen blocks."""
        line, is_more = self._line, self._has_line_begun
        if not is_more and _is_undecided(line) and not self._parser.is_in_code(line):
            line = ""
        self._shown = self._parser.show(line, is_more=is_more)

    def _resume(self) -> None:
        if self._shown is not None:
            self._parser.resume(self._shown)
            self._shown = None


def _is_undecided(line: str) -> bool:
    return len(line) < _UNDECIDED_LENGTH and _UNDECIDED.fullmatch(line) is not None
