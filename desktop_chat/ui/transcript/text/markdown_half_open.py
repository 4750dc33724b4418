"""Text whose end is still being written: what is open there is closed, or its mark hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_chat.ui.transcript.text.markdown_formulas import formula_at, opener_at

# What was opened so long ago was not meant as mark-up.
MAX_OPEN = 600
_MARK = re.compile(r"\\[\s\S]?|`+|\$+|!?\[|(?<!\S)!\Z|\]|\*+|_+|~+|<(?=https?:)")
# Where a text may be cut; Chinese and Japanese have no spaces.
_STOPS = " \n。，、"
_LINK = re.compile(r"\((?:[^\s()<>]|\([^\s()]{0,200}\)){0,2000}(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
_OPEN_LINK = re.compile(r"\(([^\s()<>]{0,2000})[^\n]{0,200}\Z")
_LABEL = re.compile(r"\[[^\[\]]{0,200}(\]|\Z)")
_HALF_NOTE = re.compile(r"\[\^[^\s\[\]]{0,60}\Z")
_NO_LINK = re.compile(r"[\d\s^xX.,-]*")


@dataclass(slots=True)
class _Open:
    mark: str
    at: int


class HalfOpen:
    """Looks through inline Markdown that may go on.

    Attributes:
        closed: The source with its end as it is likely to become.
        stable: Up to where nothing is open, so that the text before need not be read again.
    """

    def __init__(self, source: str) -> None:
        self.closed = source
        self.stable = 0
        self._source = source
        self._open: list[_Open] = []
        self._hidden: list[tuple[int, int]] = []
        self._end = len(source)
        self._closers = ""
        self._walk()
        self._close()

    def _walk(self) -> None:
        at = 0
        while at <= self._end:
            match = _MARK.search(self._source, at, self._end)
            start = match.start() if match else self._end
            self._note_stable(at, start)
            if match is None:
                return
            at = self._take(match.group(), start)

    def _note_stable(self, start: int, end: int) -> None:
        if start == end:
            return
        while self._open and end - self._open[-1].at > MAX_OPEN:
            self._open.pop()
        if not self._open:
            self.stable = max(
                self.stable, *(self._source.rfind(stop, start, end) + 1 for stop in _STOPS)
            )

    def _take(self, mark: str, at: int) -> int:
        """Follow one mark; return where to go on."""
        behind = at + len(mark)
        match mark[0]:
            case "`":
                return self._take_code(mark, at)
            case "$" | "\\":
                return self._take_formula(mark, at)
            case "!" if mark == "!":
                self._hidden.append((at, behind))
                return behind
            case "[" | "!":
                self._open.append(_Open(mark, at))
                return behind
            case "]":
                return self._close_bracket(at)
            case "<":
                return self._take_address(at)
        self._take_run(mark, at)
        return behind

    def _take_code(self, mark: str, at: int) -> int:
        behind = at + len(mark)
        closing = re.compile(rf"(?<!`){mark}(?!`)").search(self._source, behind, self._end)
        if closing is not None:
            return closing.end()
        if self._end - at > MAX_OPEN:
            return behind
        inside = self._source[behind : self._end]
        if inside.strip("` "):
            # A part of the closing run may be there already.
            present = len(inside) - len(inside.rstrip("`"))
            self._closers = mark[: max(0, len(mark) - present)]
        else:
            self._hidden.append((at, self._end))
        return self._end + 1

    def _take_formula(self, mark: str, at: int) -> int:
        if mark == "\\" and at + 1 == self._end:
            self._hidden.append((at, self._end))
            return self._end + 1
        if len(mark) > 2 and mark[0] == "$":
            return at + len(mark)
        formula = formula_at(self._source, at, self._end)
        if formula is not None:
            return formula.end
        opener = opener_at(self._source, at)
        behind = at + max(len(mark), len(opener))
        if self._end - behind > MAX_OPEN:
            return behind
        inside = self._source[behind : self._end]
        if mark[0] == "$" and behind == self._end:
            self._hidden.append((at, self._end))
        elif self._is_open_formula(opener, inside):
            # Not drawn before it is complete: shown as what it is, without the marks.
            inside = inside.rstrip("$\\ \n")
            self._hidden.append((at, self._end))
            self._closers = f"`` {inside} ``" if inside else ""
        else:
            return behind
        return self._end + 1

    def _is_open_formula(self, opener: str, inside: str) -> bool:
        if not opener or "`" in inside:
            return False
        # $5 is money more often than mathematics.
        return opener != "$" or not (inside[:1].isdigit() or "$" in inside.rstrip("$"))

    def _close_bracket(self, at: int) -> int:
        while self._open and self._open[-1].mark[-1] != "[":
            self._open.pop()
        if not self._open:
            return at + 1
        opened = self._open.pop()
        behind = at + 1
        label = self._source[opened.at + len(opened.mark) : at]
        if behind == self._end:
            return self._label_alone(opened, label, at)
        if self._source[behind] == "[":
            return self._take_reference(opened, at)
        if self._source[behind] != "(":
            return behind
        link = _LINK.match(self._source, behind, self._end)
        if link is not None:
            return link.end()
        half = _OPEN_LINK.match(self._source, behind, self._end)
        if half is None:
            return behind
        if opened.mark[0] == "!":
            # Half an address must not be offered to be loaded.
            self._end = opened.at
            return self._end + 1
        self._hidden.append((behind, self._end))
        self._closers = f"({half[1] or '#'})"
        return self._end + 1

    def _label_alone(self, opened: _Open, label: str, at: int) -> int:
        """A label at the very end: most likely its address comes next."""
        if opened.mark[0] == "!":
            self._end = opened.at
        elif not _NO_LINK.fullmatch(label) and label[0] != "^":
            self._hidden += [(opened.at, opened.at + 1), (at, at + 1)]
        return self._end + 1

    def _take_reference(self, opened: _Open, at: int) -> int:
        label = _LABEL.match(self._source, at + 1, self._end)
        if label is None:
            return at + 1
        if not label[1]:
            self._hidden += [(opened.at, opened.at + len(opened.mark)), (at, self._end)]
        return label.end() if label[1] else self._end + 1

    def _take_address(self, at: int) -> int:
        end = self._source.find(">", at, self._end)
        if end >= 0:
            return end + 1
        if " " not in self._source[at : self._end]:
            self._closers = ">"
            return self._end + 1
        return at + 1

    def _take_run(self, mark: str, at: int) -> None:
        behind = at + len(mark)
        before = self._source[at - 1] if at else " "
        after = self._source[behind] if behind < self._end else ""
        if mark[0] == "_" and before.isalnum() and after.isalnum():
            return
        count = len(mark)
        if not before.isspace():
            count = self._close_runs(mark[0], count)
        if not count:
            return
        if not after:
            # Whether it opens something is seen when more comes.
            self._hidden.append((behind - count, behind))
        elif not after.isspace() and (mark[0] != "~" or count < 3):
            self._open.append(_Open(mark[0] * count, at))

    def _close_runs(self, letter: str, count: int) -> int:
        """Close what a run of marks can close; return how many of them are left."""
        for index in range(len(self._open) - 1, -1, -1):
            opened = self._open[index]
            if opened.mark[0] != letter:
                continue
            used = min(len(opened.mark), count)
            opened.mark = opened.mark[used:]
            count -= used
            del self._open[index + bool(opened.mark) :]
            if not count:
                break
        return count

    def _close(self) -> None:
        """Write what is seen of the source, closed."""
        closers = [self._closers]
        for opened in reversed(self._open):
            if opened.at >= self._end:
                continue
            if opened.mark == "![" or _HALF_NOTE.match(self._source, opened.at, self._end):
                self._end, closers = opened.at, [""]
            elif opened.mark == "[":
                if self._end - opened.at <= 200:
                    self._hidden.append((opened.at, opened.at + 1))
            else:
                closers.append(opened.mark)
        if not self._hidden and self._end == len(self._source) and not any(closers):
            return
        self.closed = self._visible(closers)

    def _visible(self, closers: list[str]) -> str:
        parts, at = [], 0
        for start, end in sorted(self._hidden):
            parts.append(self._source[at : min(start, self._end)])
            at = max(at, min(end, self._end))
        parts.append(self._source[at : self._end])
        text = "".join(parts)
        tail = "".join(closers[1:])
        text += closers[0]
        bare = text.rstrip()
        return bare + tail + text[len(bare) :] if tail else text
