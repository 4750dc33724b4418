"""Makes foreign text fit to be laid out: control characters, surrogates, endless lines."""

from __future__ import annotations

import re

# Longer lines are read, and laid out, in pieces of this length.
MAX_LINE = 4000

# U+FFFC stands for a formula in blocks; in foreign text it means nothing.
_OBJECT = "\ufffc"
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffc\ufffe\uffff]"
)
_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\^_])")
# What may become an escape sequence, a line end or a pair once more text arrives.
_UNFINISHED = re.compile(
    "(?:\x1b(?:\\[[0-9;?]{0,30}|\\][^\x07\x1b]{0,200}\x1b?)?|\r|[\ud800-\udbff])\\Z"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029|\x85")
_INVISIBLE = dict.fromkeys((*range(8203, 8208), *range(8234, 8239), *range(8288, 8298), 65279), "�")


def clean(text: str) -> str:
    """Return `text` without escape sequences, control characters and lone surrogates."""
    if _is_clean(text):
        return text
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    text = _LINE_ENDS.sub("\n", text)
    return _CONTROLS.sub("", text)


def _is_clean(text: str) -> bool:
    """Whether nothing is to be done, which a glance tells of nearly every text."""
    return text.replace("\n", "").isprintable() and _OBJECT not in text


def with_marks(text: str) -> str:
    """Return `text`, of the same length, with direction and zero-width characters visible."""
    return text if text.isascii() else text.translate(_INVISIBLE)


def pieces(line: str, size: int = MAX_LINE) -> list[str]:
    """Cut a line into pieces of at most `size` characters."""
    if len(line) <= size:
        return [line]
    return [line[start : start + size] for start in range(0, len(line), size)]


class Cleaner:
    """Cleans text that arrives in chunks; the chunks may be cut anywhere."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return the clean text of this chunk, as far as it is decided."""
        if not self._held and _is_clean(text):
            return text
        text = self._held + text
        match = _UNFINISHED.search(text[-250:])
        cut = len(text) - len(match.group()) if match else len(text)
        self._held = text[cut:]
        return clean(text[:cut])

    def finish(self) -> str:
        """Return what was held back."""
        held, self._held = self._held, ""
        return clean(held)
