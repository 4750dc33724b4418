"""What is open at the end of Markdown: containers and one leaf, behind the closed blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop_chat.ui.transcript.text.blocks import Block, Place, TextBlock
from desktop_chat.ui.transcript.text.markdown_code import DisplayFormula, Fence, IndentedCode
from desktop_chat.ui.transcript.text.markdown_containers import (
    LIST,
    QUOTE,
    Container,
    after_quote,
    letters,
    width_of,
    without,
)
from desktop_chat.ui.transcript.text.markdown_late import LateLinks
from desktop_chat.ui.transcript.text.markdown_paragraph import Paragraph
from desktop_chat.ui.transcript.text.markdown_references import References
from desktop_chat.ui.transcript.text.markdown_table import Table

Leaf = Paragraph | Table | Fence | IndentedCode | DisplayFormula


@dataclass(frozen=True, slots=True)
class Moment:
    """What the parser goes back to once a line that was half written is whole."""

    containers: tuple[Container, ...]
    leaf: Leaf | None
    mark: Any
    count: int
    marker: str
    is_after_blank: bool


class OpenBlocks:
    """The state of a parser between two lines.

    Attributes:
        blocks: Of all leaves that are closed; while something is shown the open one's behind them.
        late: The links of closed blocks whose targets come after them.
        references: What is defined so far.
        containers: What is open, outermost first.
        leaf: The open paragraph, code or table.
        marker: Of a list item that has nothing in it yet.
        is_after_blank: Whether the line before was blank.
        is_showing: Whether all this is for show and will be undone.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.late = LateLinks()
        self.references = References()
        self.containers: tuple[Container, ...] = ()
        self.leaf: Leaf | None = None
        self.marker = ""
        self.is_after_blank = True
        self.is_showing = False

    def moment(self) -> Moment:
        """Return what `go_back` restores."""
        leaf = self.leaf
        return Moment(
            self.containers,
            leaf,
            leaf.mark() if leaf is not None else None,
            len(self.blocks),
            self.marker,
            self.is_after_blank,
        )

    def go_back(self, moment: Moment) -> None:
        """Forget what happened since a moment."""
        self.containers, self.leaf = moment.containers, moment.leaf
        if moment.leaf is not None:
            moment.leaf.reset(moment.mark)
        del self.blocks[moment.count :]
        self.marker, self.is_after_blank = moment.marker, moment.is_after_blank

    def match(self, rest: str) -> tuple[str, int, int]:
        """Return what is left of a line behind the open containers, and how many it is in."""
        column = 0
        for index, container in enumerate(self.containers):
            if container.kind == LIST:
                continue
            if container.kind == QUOTE:
                if not rest.lstrip(" \t").startswith(">") or width_of(rest, column) > 3:
                    return rest, column, index
                rest, column = after_quote(rest, column)
            elif not rest.strip(" \t"):
                if self.marker and index == len(self.containers) - 1:
                    return rest, column, index
                rest = without(rest, column, container.indent)
                column += container.indent
            elif width_of(rest, column) >= container.indent:
                rest = without(rest, column, container.indent)
                column += container.indent
            else:
                return rest, column, index
        return rest, column, len(self.containers)

    def close_to(self, count: int) -> None:
        """Close the open leaf and all containers but the first `count`."""
        self.close_leaf()
        if len(self.containers) > count:
            self.flush_marker()
            self.containers = self.containers[:count]

    def flush_marker(self) -> None:
        """Show the marker of an item that has nothing in it."""
        if self.marker:
            self.blocks.append(TextBlock("", place=self.place()))

    def place(self) -> Place:
        """Return where a block stands that begins now; it takes the marker with it."""
        marker, self.marker = self.marker, ""
        containers = letters(self.containers)
        return Place(containers, marker, bool(containers) and not self.is_after_blank)

    def leave_list(self) -> None:
        """Leave a list whose last item is closed, for what comes is no item of it."""
        if self.containers and self.containers[-1].kind == LIST:
            self.containers = self.containers[:-1]

    def begin(self, text: str, *, level: int = 0) -> None:
        """Open a paragraph or heading."""
        self.leaf = Paragraph(text, self.place(), self.references, level=level)

    def close_leaf(self) -> None:
        """Close what is open in the innermost container."""
        leaf = self.leaf
        self.leaf = None
        if leaf is not None:
            self.emit_leaf(leaf)

    def emit_leaf(self, leaf: Leaf) -> None:
        """Add the blocks of a leaf that is complete."""
        start = len(self.blocks)
        if self.is_showing:
            self.blocks.extend(leaf.blocks())
            return
        if isinstance(leaf, Paragraph):
            self.define(leaf.definitions()[0])
        self.blocks.extend(leaf.blocks() if isinstance(leaf, Table) else leaf.finished())
        if isinstance(leaf, (Paragraph, Table)) and leaf.missed:
            self.late.add(leaf, start, len(self.blocks) - start)

    def define(self, definitions: dict[str, Any]) -> None:
        """Take up link definitions."""
        for label, target in definitions.items():
            if self.references.define(label, target):
                self.late.resolve(label)
