"""Markdown line by line, as CommonMark describes its parsing: each line is looked at once.

A reply grows at its end, so its blocks are found by what is open there: containers (quotes, list
items) and one leaf (paragraph, code, table). The cost of a line does not depend on what is above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.markdown_code import DisplayFormula, Fence, IndentedCode
from desktop_chat.ui.transcript.text.markdown_open import Moment, OpenBlocks
from desktop_chat.ui.transcript.text.markdown_paragraph import Paragraph, SoFar
from desktop_chat.ui.transcript.text.markdown_starts import BlockStarts, Reader
from desktop_chat.ui.transcript.text.markdown_table import Table

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.blocks import Block
    from desktop_chat.ui.transcript.text.markdown_late import LateLinks

_LITERAL = (Fence, IndentedCode, DisplayFormula)


class LineParser:
    """Blocks from lines.

    Attributes:
        blocks: The blocks of all leaves that are closed, and while something is shown the open
            one's behind them.
        late: The links of closed blocks whose targets come after them.
    """

    def __init__(self) -> None:
        self._opened = OpenBlocks()
        self._starts = BlockStarts(self._opened)
        self._so_far = SoFar()
        self._has_formulas = True
        self.blocks: list[Block] = self._opened.blocks
        self.late: LateLinks = self._opened.late

    @property
    def frozen(self) -> int:
        """How many blocks will never change, while nothing is shown."""
        if isinstance(self._opened.leaf, DisplayFormula):
            before: Moment = self._opened.leaf.before
            return before.count
        return len(self._opened.blocks)

    # Lines

    def take(self, line: str) -> None:
        """Take the next line, without its end."""
        if isinstance(self._opened.leaf, DisplayFormula):
            self._go_on_with_formula(self._opened.leaf, line)
        may_begin_formula = self._has_formulas and ("$$" in line or "\\[" in line)
        before = self._opened.moment() if may_begin_formula else None
        if isinstance(self._opened.leaf, Paragraph) and self._opened.leaf.level:
            self._opened.close_leaf()
        rest, column, matched = self._opened.match(line)
        self._read(Reader(line, rest, column, matched, before))
        self._opened.is_after_blank = not line.strip(" \t>")
        self._bound()

    def more(self, piece: str) -> None:
        """Go on with the line taken last, which is very long."""
        leaf = self._opened.leaf
        if isinstance(leaf, DisplayFormula):
            leaf.lines.append((piece, True))
        if self._opened.leaf is None:
            self._opened.begin(piece)
        elif not (self._opened.is_showing and isinstance(self._opened.leaf, Table)):
            self._opened.leaf.more(piece)
        self._bound()

    def finish(self) -> None:
        """Close all that is open."""
        if isinstance(self._opened.leaf, DisplayFormula):
            self._take_back_formula()
        self._opened.close_to(0)

    def _bound(self) -> None:
        """Cut what has become too long to be read again for every frame."""
        leaf = self._opened.leaf
        if self._opened.is_showing:
            return
        if isinstance(leaf, DisplayFormula) and leaf.is_too_long:
            self._take_back_formula()
            return
        while isinstance(leaf, Paragraph) and leaf.is_too_long:
            self._opened.leaf, rest = None, leaf.split()
            self._opened.emit_leaf(leaf)
            self._opened.leaf = leaf = rest if rest.text.strip() else None

    # What is shown of a line that is still being written

    def is_in_code(self, line: str) -> bool:
        """Whether a line that begins so goes on with open code or an open formula."""
        if not isinstance(self._opened.leaf, (Fence, DisplayFormula)):
            return False
        rest, _column, matched = self._opened.match(line)
        return matched == len(self._opened.containers) and bool(rest.strip(" \t"))

    def show(self, line: str, *, is_more: bool = False) -> Moment:
        """Put the open blocks behind the others, as they look with a part of the next line.

        Args:
            line: The part that is there.
            is_more: Whether it goes on with the line taken last.
        """
        moment = self._opened.moment()
        self._opened.is_showing = True
        if line and is_more:
            self.more(line)
        elif line:
            self.take(line)
        leaf = self._opened.leaf
        if isinstance(leaf, Paragraph):
            self._opened.blocks.extend(leaf.blocks(self._so_far))
        elif leaf is not None:
            self._opened.blocks.extend(leaf.blocks())
        self._opened.flush_marker()
        return moment

    def resume(self, moment: Moment) -> None:
        """Undo `show`."""
        self._opened.is_showing = False
        self._opened.go_back(moment)

    def _go_on_with_formula(self, leaf: DisplayFormula, line: str) -> None:
        """Find out whether a line can belong to the open formula; if not, there is none."""
        rest, _column, matched = self._opened.match(line)
        if matched == len(self._opened.containers) and rest.strip(" \t"):
            leaf.lines.append((line, False))
        elif self._opened.is_showing:
            self._opened.close_leaf()
        else:
            self._take_back_formula()

    def _take_back_formula(self) -> None:
        """Read the lines of a formula that never ended as ordinary text."""
        leaf = self._opened.leaf
        assert isinstance(leaf, DisplayFormula)
        lines = leaf.lines
        self._opened.go_back(leaf.before)
        self._has_formulas = False
        for line, is_more in lines:
            (self.more if is_more else self.take)(line)
        self._has_formulas = True

    # One line

    def _read(self, reader: Reader) -> None:
        opened = self._opened
        reader.is_inside = reader.matched == len(opened.containers)
        is_literal = reader.is_inside and isinstance(opened.leaf, _LITERAL)
        if is_literal and self._read_literal(reader.rest, reader.column):
            return
        while self._starts.start(reader):
            pass
        if reader.is_done:
            return
        text = reader.rest.lstrip(" \t")
        if not text:
            self._read_blank(reader)
        elif not (reader.has_started or reader.is_inside) and isinstance(opened.leaf, Paragraph):
            opened.leaf.add(text)  # goes on with the paragraph of a quote or item lazily
        else:
            self._read_text(text, reader)

    def _read_literal(self, rest: str, column: int) -> bool:
        """Give a line to open code or an open formula; return whether it was taken."""
        leaf = self._opened.leaf
        if isinstance(leaf, IndentedCode):
            return leaf.take(rest, column)
        assert isinstance(leaf, (Fence, DisplayFormula))
        if self._opened.is_showing:
            leaf.show(rest, column)
        elif not leaf.take(rest, column):
            self._opened.leaf = None
            self._opened.blocks.extend(leaf.finished())
            if isinstance(leaf, DisplayFormula) and leaf.rest:
                self._opened.is_after_blank = False
                self._opened.begin(leaf.rest)
        return True

    def _read_blank(self, reader: Reader) -> None:
        if not reader.has_started and not reader.is_inside:
            self._opened.close_to(reader.matched)
        else:
            self._opened.close_leaf()

    def _read_text(self, text: str, reader: Reader) -> None:
        if not reader.has_started and not reader.is_inside:
            self._opened.close_to(reader.matched)
        leaf = self._opened.leaf
        if isinstance(leaf, Paragraph):
            self._add_to_paragraph(leaf, text)
        elif isinstance(leaf, Table) and self._add_row(leaf, text):
            return
        else:
            self._opened.close_leaf()
            self._opened.leave_list()
            self._opened.begin(text)

    def _add_to_paragraph(self, leaf: Paragraph, text: str) -> None:
        if text[0] == "[" and not self._opened.is_showing:
            definitions, rest = leaf.definitions()
            if not rest:
                # Definitions line after line: none goes on in this one, which begins another.
                self._opened.define(definitions)
                self._opened.leaf = Paragraph(text, leaf.place, self._opened.references)
                return
        leaf.add(text)

    def _add_row(self, leaf: Table, text: str) -> bool:
        if self._opened.is_showing:
            leaf.show(text)
            return True
        return leaf.take(text)
