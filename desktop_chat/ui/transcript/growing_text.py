"""Markdown that grows: finished blocks are frozen, only the open end is parsed again."""

from __future__ import annotations

import re
from typing import Any

from desktop_chat.ui.transcript.blocks import LINE_BREAK, Block, CodeBlock, TextBlock
from desktop_chat.ui.transcript.markdown import Unit, parse
from desktop_chat.ui.transcript.text_limits import MAX_LINE, Cleaner, pieces

SLICE = 2000
# A block longer than this is cut at a line: it could not be parsed again for every frame.
MAX_OPEN = 8_000
MAX_OPEN_LINES = 300
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`\n]*\n)|~{3,}(?=[^\n]*\n))([^\n]*)\n")
# One paragraph without any mark-up: letters first on each line, nothing that Markdown reads.
_PLAIN = re.compile(r"[^\W\d_](?:[^*_`\[\]<>&\\~!\n|]|(?<! )\n(?=[^\W\d_]))*")


class GrowingText:
    """The blocks of a text that arrives in chunks of any size.

    What `blocks` holds once `finish` was called does not depend on the chunks. Attributes:
        blocks: All blocks; those before `frozen` never change again.
        frozen: How many of them are final.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.frozen = 0
        self._cleaner = Cleaner()
        self._tail = ""
        self._references: dict[str, Any] = {}
        self._first_number: int | None = None
        self._is_after_blank = True
        self._tried_to = 0
        self._fence: _OpenFence | None = None

    def feed(self, text: str) -> int:
        """Add text; return the index of the first block that may have changed."""
        changed = self.frozen
        self._take(self._cleaner.feed(text))
        self._show_open()
        return changed

    def finish(self) -> int:
        """The text is complete; return the index of the first block that may have changed."""
        changed = self.frozen
        self._take(self._cleaner.finish())
        self._show_open(is_last=True)
        self.frozen = len(self.blocks)
        return changed

    def _take(self, text: str) -> None:
        del self.blocks[self.frozen :]
        for start in range(0, len(text), SLICE):
            self._tail += self._broken(text[start : start + SLICE])
            if start + SLICE >= len(text) or self._is_worth_a_try():
                while self._freeze_more():
                    pass

    def _is_worth_a_try(self) -> bool:
        """Whether to look for finished blocks amid a long chunk: not after every slice."""
        if self._fence is not None or len(self._tail) > MAX_OPEN + SLICE:
            return True
        line = len(self._tail) - self._tail.rfind("\n")
        return line > SLICE or len(self._tail) > 2 * self._tried_to

    def _broken(self, text: str) -> str:
        """Break a line that never ends; in code where it is, in prose into paragraphs."""
        line = len(self._tail) - (self._tail.rfind("\n") + 1)
        first_end = text.find("\n")
        if line + (len(text) if first_end < 0 else first_end) <= MAX_LINE:
            return text
        at = MAX_LINE - line
        ending = "\n" if self._fence else "\n\n"
        return text[:at] + ending + text[at:]

    def _freeze_more(self) -> bool:
        """Freeze what no further text can change; return whether to try again."""
        if self._fence is not None:
            return self._advance_fence()
        end = self._tail.rfind("\n") + 1
        if end <= self._tried_to:
            return False
        if self._open_fence():
            return True
        self._tried_to = end
        limit = self._open_limit()
        is_too_long = 0 < limit <= end
        if is_too_long:
            end = limit
        references = dict(self._references)
        complete = self._tail[:end]
        units = parse(complete, references, self._first_number, self._is_after_blank)
        if len(units) > 1:
            self._references = references
            self._freeze(units[:-1], _offset_of_line(complete, units[-1].line))
            self._first_number = units[-1].number
            return True
        if is_too_long or _is_closed(complete, units):
            self._references = references
            self._freeze(units, end)
            self._first_number = None
            return True
        return False

    def _open_limit(self) -> int:
        """Return where the first line ends with which an open block is too long, 0 if nowhere."""
        limit = self._tail.find("\n", MAX_OPEN) + 1
        if self._tail.count("\n") < MAX_OPEN_LINES:
            return limit
        by_lines = _offset_of_line(self._tail, MAX_OPEN_LINES)
        return min(limit, by_lines) if limit else by_lines

    def _freeze(self, units: list[Unit], cut: int) -> None:
        self.blocks.extend(block for unit in units for block in unit.blocks)
        self.frozen = len(self.blocks)
        before = self._tail[:cut].split("\n")
        self._is_after_blank = len(before) < 2 or not before[-2].strip(" \t>")
        self._tail = self._tail[cut:]
        self._tried_to = 0

    def _open_fence(self) -> bool:
        """Follow a code block line by line from here, if one starts here."""
        match = _FENCE.match(self._tail.lstrip("\n")) if self._first_number is None else None
        if match is None:
            return False
        blank = len(self._tail) - len(self._tail.lstrip("\n"))
        info = match[2].strip()
        self._fence = _OpenFence(match[1], info, len(match[0]) - len(match[0].lstrip(" ")))
        self._tail = self._tail[blank + match.end() :]
        return True

    def _advance_fence(self) -> bool:
        fence = self._fence
        assert fence is not None
        end = self._tail.rfind("\n") + 1
        if not end:
            return False
        lines = self._tail[:end].split("\n")[:-1]
        taken = fence.take(lines)
        if taken < 0:
            self._tail = self._tail[end:]
            return False
        self._fence = None
        self.blocks.append(fence.block)
        self.frozen = len(self.blocks)
        self._tail = self._tail[sum(len(line) + 1 for line in lines[:taken]) :]
        self._is_after_blank, self._tried_to = False, 0
        return True

    def _show_open(self, *, is_last: bool = False) -> None:
        """Put the open end behind the frozen blocks, as it looks so far."""
        del self.blocks[self.frozen :]
        if self._fence is not None:
            self.blocks.append(self._fence.with_last_line(self._tail, is_last=is_last))
        elif _is_plain(self._tail):
            self.blocks.append(TextBlock(self._tail.rstrip(" \t\n").replace("\n", LINE_BREAK)))
        elif self._tail:
            units = parse(
                self._tail, dict(self._references), self._first_number, self._is_after_blank
            )
            self.blocks.extend(block for unit in units for block in unit.blocks)


class _OpenFence:
    """A fenced code block whose end has not come yet."""

    def __init__(self, fence: str, info: str, indent: int) -> None:
        language = info.split(maxsplit=1)[0][:40] if info else ""
        self.block = CodeBlock([], language)
        self._indent = indent
        mark = re.escape(fence[0])
        self._closing = re.compile(rf" {{0,3}}{mark}{{{len(fence)},}}[ \t]*")
        self._maybe_closing = re.compile(rf" {{0,3}}{mark}*[ \t]*")
        self._has_open_line = False

    def take(self, lines: list[str]) -> int:
        """Add complete lines; return how many were used up to the closing fence, else -1."""
        self._drop_open_line()
        for index, line in enumerate(lines):
            if self._closing.fullmatch(line):
                return index + 1
            self.block.lines.extend(pieces(self._without_indent(line)))
        return -1

    def with_last_line(self, line: str, *, is_last: bool) -> CodeBlock:
        """Return the block with the line that is still being written."""
        self._drop_open_line()
        is_closing = self._closing if is_last else self._maybe_closing
        if line.strip(" \t") and not is_closing.fullmatch(line):
            self.block.lines.append(self._without_indent(line))
            self._has_open_line = True
        return self.block

    def _drop_open_line(self) -> None:
        if self._has_open_line:
            self.block.lines.pop()
            self._has_open_line = False

    def _without_indent(self, line: str) -> str:
        spaces = len(line) - len(line.lstrip(" "))
        return line[min(spaces, self._indent) :]


def _is_closed(text: str, units: list[Unit]) -> bool:
    """Whether `text` is one paragraph or heading, closed by an empty line."""
    blocks = [block for unit in units for block in unit.blocks]
    return (
        text.endswith("\n\n")
        and len(blocks) == 1
        and isinstance(blocks[0], TextBlock)
        and not blocks[0].place.containers
    )


def _is_plain(text: str) -> bool:
    return len(text) < MAX_LINE and "http" not in text and bool(_PLAIN.fullmatch(text))


def _offset_of_line(text: str, line: int) -> int:
    offset = 0
    for _ in range(line):
        offset = text.index("\n", offset) + 1
    return offset
