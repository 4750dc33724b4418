"""What may begin a block: the first characters of a line, behind its containers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_chat.ui.transcript.text.blocks import FormulaBlock, Place, RuleBlock
from desktop_chat.ui.transcript.text.markdown_code import DisplayFormula, IndentedCode, fence_at
from desktop_chat.ui.transcript.text.markdown_containers import (
    ITEM,
    LIST,
    MAX_MARKERS,
    NOTE,
    QUOTE,
    Container,
    after_quote,
    marker_at,
    width_of,
)
from desktop_chat.ui.transcript.text.markdown_open import Leaf, Moment, OpenBlocks
from desktop_chat.ui.transcript.text.markdown_paragraph import Paragraph
from desktop_chat.ui.transcript.text.markdown_references import note_label
from desktop_chat.ui.transcript.text.markdown_table import Table, alignments_of

_STARTERS = frozenset("#>`~*+-_=|:$\\[0123456789")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_HEADING_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*")
_NOTE = re.compile(r"\[\^([^\s\[\]^]{1,60})\]:")
_DEEPER = re.compile(r"(?:[ \t]{0,3}(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)))+")


@dataclass(slots=True)
class Reader:
    """How far one line is read.

    Attributes:
        line: The whole line.
        rest: What is left of it.
        column: Where the rest starts.
        matched: How many open containers the line is in.
        before: The state before the line, if a formula may begin in it.
        is_inside: Whether it is in all of them.
        has_started: Whether the line has begun a new block.
        is_done: Whether nothing of it is left to be read.
    """

    line: str
    rest: str
    column: int
    matched: int
    before: Moment | None = None
    is_inside: bool = False
    has_started: bool = False
    is_done: bool = False

    def may_underline(self, leaf: Leaf | None) -> bool:
        """Whether the rest of the line goes on with an open paragraph if nothing else."""
        return self.is_inside and not self.has_started and isinstance(leaf, Paragraph)


class BlockStarts:
    """Begins blocks."""

    def __init__(self, opened: OpenBlocks) -> None:
        self._opened = opened

    def start(self, reader: Reader) -> bool:
        """Begin the block that the rest of a line begins; return whether to look further."""
        text = reader.rest.lstrip(" \t")
        if not text:
            return False
        indent = width_of(reader.rest, reader.column)
        if indent > 3:
            return self._start_indented(reader)
        if text[0] not in _STARTERS:
            return False
        if len(self._opened.containers) > MAX_MARKERS:
            reader.rest = _DEEPER.sub("", text, count=1)
            return False
        if self._start_container(text, indent, reader):
            return True
        reader.is_done = self._start_leaf(text, indent, reader)
        return False

    def _begin(self, reader: Reader) -> None:
        """Close what a new block ends."""
        if not reader.has_started:
            self._opened.close_to(reader.matched)
            reader.has_started = True

    def _start_indented(self, reader: Reader) -> bool:
        if isinstance(self._opened.leaf, Paragraph):
            return False
        self._begin(reader)
        self._opened.leave_list()
        leaf = IndentedCode(self._opened.place())
        leaf.take(reader.rest, reader.column)
        self._opened.leaf = leaf
        reader.is_done = True
        return False

    def _start_container(self, text: str, indent: int, reader: Reader) -> bool:
        if text[0] == ">":
            self._begin(reader)
            self._opened.leave_list()
            self._opened.containers = (*self._opened.containers, Container(QUOTE))
            reader.rest, reader.column = after_quote(reader.rest, reader.column)
            return True
        note = _NOTE.match(text) if text[0] == "[" else None
        if note is not None:
            self._begin(reader)
            self._start_note(note[1])
            reader.rest = text[note.end() :].lstrip(" \t")
            reader.column += indent + note.end()
            return True
        interrupts = reader.may_underline(self._opened.leaf)
        if _RULE.fullmatch(text) or (interrupts and _UNDERLINE.fullmatch(text)):
            return False
        found = marker_at(text, reader.column + indent, interrupts=interrupts)
        if found is None:
            return False
        self._begin(reader)
        marker, reader.rest, reader.column = found
        self._start_item(marker.text, indent + marker.indent, marker.mark, marker.number)
        return True

    def _start_note(self, label: str) -> None:
        self._opened.leave_list()
        self._drop_marker()
        key = note_label(label)
        if not self._opened.is_showing and self._opened.references.define(key, label):
            self._opened.late.resolve(key)
        self._opened.marker = f"[^{label}]"
        self._opened.containers = (*self._opened.containers, Container(NOTE, 4))

    def _start_item(self, text: str, indent: int, mark: str, number: int) -> None:
        self._drop_marker()
        around = self._opened.containers[-1] if self._opened.containers else None
        if around is not None and around.kind == LIST and around.mark == mark:
            self._opened.containers = self._opened.containers[:-1]
            number = around.number
        else:
            self._opened.leave_list()
        depth = sum(each.kind in (ITEM, NOTE) for each in self._opened.containers)
        if number < 0:
            self._opened.marker = "•" if depth % 2 == 0 else "◦"
        else:
            self._opened.marker = f"{number}{mark}"
        goes_on = Container(LIST, 0, mark, number + 1 if number >= 0 else -1)
        self._opened.containers = (*self._opened.containers, goes_on, Container(ITEM, indent))

    def _drop_marker(self) -> None:
        """An item begins in an item at once: a number stays to be seen, a bullet need not."""
        if self._opened.marker not in ("", "•", "◦"):
            self._opened.flush_marker()
            self._opened.is_after_blank = False
        self._opened.marker = ""

    def _start_leaf(self, text: str, indent: int, reader: Reader) -> bool:
        """Begin a block that holds no others; return whether the line is used up."""
        if reader.may_underline(self._opened.leaf) and self._underline(text):
            return True
        if _RULE.fullmatch(text):
            return self._start_rule(reader)
        match text[0]:
            case "#":
                return self._start_heading(text, reader)
            case "`" | "~":
                return self._start_fence(text, indent, reader)
            case "$" | "\\":
                return self._start_formula(text, reader)
        return False

    def _start_rule(self, reader: Reader) -> bool:
        self._begin(reader)
        self._opened.leave_list()
        self._opened.blocks.append(RuleBlock(self._opened.place()))
        return True

    def _start_heading(self, text: str, reader: Reader) -> bool:
        match = _HEADING.match(text)
        if match is None:
            return False
        self._begin(reader)
        self._opened.leave_list()
        words = _HEADING_END.sub("", text[match.end() :].strip(" \t"))
        level = len(match[1])
        self._opened.begin(words, level=level)
        return True

    def _start_fence(self, text: str, indent: int, reader: Reader) -> bool:
        if not text.startswith(("```", "~~~")) or fence_at(text, indent, Place()) is None:
            return False
        self._begin(reader)
        self._opened.leave_list()
        fence = fence_at(text, indent, self._opened.place())
        assert fence is not None
        self._opened.leaf = fence
        return True

    def _start_formula(self, text: str, reader: Reader) -> bool:
        opener, before = text[:2], reader.before
        if before is None or opener not in ("$$", "\\["):
            return False
        line = text[2:].rstrip(" \t")
        closer = "$$" if opener == "$$" else "\\]"
        end = line.find(closer)
        if end >= 0 and (end + 2 < len(line) or not line[:end].strip()):
            return False  # within a line of text, where it is found too
        if end >= 0 and opener == "\\[" and line[:end].strip().isdigit():
            return False
        self._begin(reader)
        self._opened.leave_list()
        if end >= 0:
            self._opened.blocks.append(FormulaBlock(line[:end].strip(), self._opened.place()))
            return True
        leaf = DisplayFormula(opener, line.strip(" \t"), self._opened.place(), before)
        leaf.lines.append((reader.line, False))
        self._opened.leaf = leaf
        return True

    def _underline(self, text: str) -> bool:
        """Make a paragraph a heading, or its last line the header of a table, if `text` says so."""
        leaf = self._opened.leaf
        assert isinstance(leaf, Paragraph)
        alignments = alignments_of(leaf.lines[-1], text)
        if alignments:
            self._start_table(leaf, alignments)
            return True
        match = _UNDERLINE.fullmatch(text)
        if match is None:
            return False
        definitions, rest = leaf.definitions()
        if not rest:
            return False
        if not self._opened.is_showing:
            self._opened.define(definitions)
        level = 1 if match[1][0] == "=" else 2
        self._opened.leaf = Paragraph(rest, leaf.place, self._opened.references, level=level)
        return True

    def _start_table(self, leaf: Paragraph, alignments: tuple[str, ...]) -> None:
        place = leaf.place
        header = leaf.lines[-1]
        if len(leaf.lines) > 1:
            above = Paragraph("\n".join(leaf.lines[:-1]), place, self._opened.references)
            self._opened.leaf = above
            self._opened.close_leaf()
            place = Place(place.containers, "", is_tight=bool(place.containers))
        self._opened.leaf = Table(header, alignments, place, self._opened.references)
