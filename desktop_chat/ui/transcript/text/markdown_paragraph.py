"""A paragraph or heading that is still open, and the blocks that it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    Block,
    FormulaBlock,
    ImageBlock,
    Place,
    Span,
    TextBlock,
)
from desktop_chat.ui.transcript.text.markdown_half_open import HalfOpen
from desktop_chat.ui.transcript.text.markdown_inline import (
    Part,
    Words,
    is_plain,
    parse_flat,
    parse_inline,
)
from desktop_chat.ui.transcript.text.markdown_references import split_definitions
from desktop_chat.ui.transcript.text.markdown_table import header_so_far

if TYPE_CHECKING:
    from desktop_chat.ui.transcript.text.markdown_references import References

# A paragraph longer than this is cut: nobody wrote it as one.
MAX_PARAGRAPH = 4_000
MAX_PARAGRAPH_LINES = 300
_TASK = re.compile(r"\[([ xX])\][ \t\n]+(?=\S)")
_HALF_TASK = re.compile(r"\[(?:[ xX](?:\][ \t]*)?)?")
# While a paragraph grows, what was read of it is not read again beyond so many characters.
_AT_ONCE = 400
_AT_MOST = 1_200
_Parse = Callable[[str, "References"], list[Part]]
_Flatten = Callable[[str, "References"], Words]
_BLANK = " \t" + LINE_BREAK


@dataclass(slots=True)
class SoFar:
    """What was read of a paragraph that grows: its first `text`, and the parts of that."""

    text: str = ""
    parts: list[Part] = field(default_factory=list)


class Paragraph:
    """Lines of text; `level` is that of a heading, 0 for a paragraph."""

    def __init__(
        self, line: str, place: Place, references: References, *, level: int = 0,
        is_continued: bool = False,
    ) -> None:  # fmt: skip
        self.lines = [line]
        self.level = level
        self.place = place
        self.missed: set[str] = set()
        self._references = references
        self._size = len(line)
        self._is_continued = is_continued
        self._is_cut = False
        self._so_far = SoFar()

    @property
    def text(self) -> str:
        """The source of the paragraph."""
        return "\n".join(self.lines)

    @property
    def is_too_long(self) -> bool:
        """Whether to cut it."""
        return self._size > MAX_PARAGRAPH or len(self.lines) > MAX_PARAGRAPH_LINES

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)
        self._size += len(line) + 1

    def more(self, piece: str) -> None:
        """Go on with the last line."""
        self.lines[-1] += piece
        self._size += len(piece)

    def mark(self) -> tuple[int, str, int]:
        """Return what `reset` goes back to."""
        return len(self.lines), self.lines[-1] if self.lines else "", self._size

    def reset(self, mark: tuple[int, str, int]) -> None:
        """Take away what came since."""
        del self.lines[mark[0] :]
        if self.lines:
            self.lines[-1] = mark[1]
        self._size = mark[2]

    def split(self) -> Paragraph:
        """Cut it where nothing is open; keep the first part and return the rest."""
        text = self.text
        head = text[:MAX_PARAGRAPH]
        cut = HalfOpen(head).stable
        if cut < len(head) // 2:
            cut = max(head.rfind("\n"), head.rfind(" ", len(head) // 2)) + 1 or len(head)
        place = Place(self.place.containers, "", is_tight=True)
        is_inside = not text[:cut].endswith("\n")
        rest = Paragraph(
            text[cut:], place, self._references, level=self.level, is_continued=is_inside
        )
        self.lines, self._size, self._is_cut = [text[:cut].removesuffix("\n")], cut, is_inside
        return rest

    def definitions(self) -> tuple[dict[str, Any], str]:
        """Return the link definitions that it begins with, and the text behind them."""
        text = self.text
        return ({}, text) if self._is_continued or self.level else split_definitions(text)

    def finished(self) -> list[Block]:
        """Return what it is in the end."""
        text = self.definitions()[1].lstrip()
        text = text if self._is_cut else text.rstrip()
        missed = self._references.missed
        missed.clear()
        is_shown = text or self.level
        blocks = self._blocks(text, parse_inline, parse_flat) if is_shown else []
        self.missed = set(missed)
        return blocks

    renewed = finished

    # While it is being written

    def blocks(self, so_far: SoFar | None = None) -> list[Block]:
        """Return what it looks like so far.

        Args:
            so_far: What was read of the same text before, if this object is new.
        """
        own, self._so_far = self._so_far, so_far or self._so_far
        blocks = self._blocks_so_far()
        self._so_far = own
        return blocks

    def _blocks_so_far(self) -> list[Block]:
        text = self.definitions()[1].rstrip()
        above, line = self._header_line(text)
        if line:
            blocks = self._shown(above) if above else []
            place = Place(self.place.containers, "", is_tight=True) if above else self.place
            return [*blocks, header_so_far(line, place, self._references)]
        return self._shown(text)

    def _header_line(self, text: str) -> tuple[str, str]:
        """Return a last line that may become the header of a table, and what is above it."""
        if self.level or "|" not in text:
            return text, ""
        above, _, line = text.rpartition("\n")
        return (above, line) if line.startswith("|") else (text, "")

    def _shown(self, text: str) -> list[Block]:
        if self.place.marker and _HALF_TASK.fullmatch(text):
            return [TextBlock("", (), 0, Place(self.place.containers, "[ ]", self.place.is_tight))]
        if not text:
            return []
        return self._blocks(text, self._parts_so_far, self._words_so_far)

    def _parts_so_far(self, text: str, references: References) -> list[Part]:
        known, parts = self._so_far.text, self._so_far.parts
        if not text.startswith(known):
            known, parts = "", []
        open_text = text[len(known) :]
        if is_plain(open_text):
            return _joined(parts, [Words(open_text)])
        while len(open_text) > _AT_MOST:
            # Something open since long ago is not waited for: all is read again at the end.
            head = open_text[:_AT_MOST]
            cut = HalfOpen(head).stable or head.rfind(" ") + 1 or _AT_MOST
            parts = _joined(parts, parse_inline(head[:cut], references))
            known, open_text = known + head[:cut], open_text[cut:]
        half = HalfOpen(open_text)
        if len(open_text) > _AT_ONCE and half.stable:
            settled, open_text = open_text[: half.stable], open_text[half.stable :]
            parts = _joined(parts, parse_inline(settled, references))
            known += settled
            half = HalfOpen(open_text)
        self._so_far.text, self._so_far.parts = known, parts
        return _joined(parts, parse_inline(half.closed, references))

    def _words_so_far(self, text: str, references: References) -> Words:
        return Words(text) if is_plain(text) else parse_flat(HalfOpen(text).closed, references)

    # Text to blocks

    def _blocks(self, text: str, parse: _Parse, flatten: _Flatten) -> list[Block]:
        place = self.place
        if self.level:
            words = flatten(text, self._references)
            return [self._text_block(words, place)]
        task = _TASK.match(text) if place.marker else None
        if task is not None:
            text = text[task.end() :]
            marker = "[ ]" if task[1] == " " else "[x]"
            place = Place(place.containers, marker, place.is_tight)
        blocks: list[Block] = []
        for part in _trimmed(parse(text, self._references)):
            blocks.append(self._block(part, place, is_first=not blocks))
            place = Place(place.containers, "", is_tight=True)
        return blocks or [TextBlock("", (), 0, place)]

    def _block(self, part: Part, place: Place, *, is_first: bool) -> Block:
        if isinstance(part, Words):
            return self._text_block(part, place, is_first=is_first)
        if isinstance(part, ImageBlock):
            return ImageBlock(part.address, part.label, place)
        return FormulaBlock(part.source, place)

    def _text_block(self, words: Words, place: Place, *, is_first: bool = True) -> TextBlock:
        is_continued = self._is_continued and is_first
        return TextBlock(words.text, tuple(words.spans), self.level, place, is_continued)


def _joined(parts: list[Part], more: list[Part]) -> list[Part]:
    """Return parts one after the other; text that meets text is one part."""
    if not parts or not more or not isinstance(parts[-1], Words):
        return [*parts, *more]
    last, first = parts[-1], more[0]
    if not isinstance(first, Words):
        return [*parts, *more]
    shift = len(last.text)
    spans = [Span(s.start + shift, s.length, s.style, s.href, s.source) for s in first.spans]
    return [*parts[:-1], Words(last.text + first.text, last.spans + spans), *more[1:]]


def _trimmed(parts: list[Part]) -> list[Part]:
    """Cut the white space off text around images and formulas, and drop what is nothing else."""
    found: list[Part] = []
    for index, part in enumerate(parts):
        if isinstance(part, Words):
            part = _cut(part, is_left=index > 0, is_right=index < len(parts) - 1)
        if not isinstance(part, Words) or part.text:
            found.append(part)
    return found


def _cut(words: Words, *, is_left: bool, is_right: bool) -> Words:
    text = words.text.lstrip(_BLANK) if is_left else words.text
    skip = len(words.text) - len(text)
    text = text.rstrip(_BLANK) if is_right else text
    spans = []
    for span in words.spans:
        start = max(span.start - skip, 0)
        end = min(span.start + span.length - skip, len(text))
        if start < end:
            spans.append(Span(start, end - start, span.style, span.href, span.source))
    return Words(text, spans)
