"""What is looked for in a chat, and where it stands in a text. No Qt."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from desktop_chat.ui.transcript.text.blocks import LINE_BREAK

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

Range = tuple[int, int]

# Marks below this combining class make another letter (Devanagari, kana); those above do not.
_FIRST_ACCENT = 10
# Spaces that nobody can type look like the one of the keyboard.
_SPACES = dict.fromkeys(map(ord, LINE_BREAK + "\xa0\u202f"), " ")
_WORDS = re.compile(r"[^\W_]+")
# Markdown that may stand inside a word, or stand for a letter.
_MARKUP = "*_~`\\"
_LINK_END = re.compile(r"\]\([^)\n]*\)")
# So much of a text is looked through at once; words are shorter than what pieces share.
_PIECE = 32_000
_OVERLAP = 2_000
_MANY = 40
_ENTITY = re.compile(r"&#?\w+;|\x1b")


class _Folded(dict[int, str]):
    """Letters without case and accent, worked out once each.

    Attributes:
        odd: Letters that fold to none or several, so that places after them move.
    """

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        parts = unicodedata.normalize("NFD", letter.casefold())
        base = "".join(part for part in parts if unicodedata.combining(part) < _FIRST_ACCENT)
        # Syllables of Hangul and voiced kana fall apart, but are one letter to their readers.
        folded = letter.casefold() if len(base) > 1 else base
        folded = _SPACES.get(code, folded)
        if len(folded) != 1:
            self.odd.add(letter)
        self[code] = folded
        return folded


_folded = _Folded()


def fold(text: str) -> str:
    """Return a text without case and accents; it may have another length."""
    if text.isascii():
        return text.lower()
    strange = [letter for letter in set(text) if letter > "\x7f"]
    if len(strange) > _MANY:
        return text.translate(_folded)
    # Some letters among many of ASCII: ten times as fast.
    for letter in strange:
        text = text.replace(letter, _folded[ord(letter)])
    return text.lower()


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        text: As it was typed.
        is_exact: Whether case and accents count.
        is_whole_word: Whether letters next to it spoil a hit.
    """

    text: str
    is_exact: bool = False
    is_whole_word: bool = False

    @cached_property
    def _needle(self) -> str:
        return self.text.translate(_SPACES) if self.is_exact else fold(self.text)

    @cached_property
    def _words(self) -> list[str]:
        needle = self._needle.translate(dict.fromkeys(map(ord, _MARKUP)))
        return _WORDS.findall(needle)

    def ranges(self, text: str) -> Iterator[Range]:
        """Yield start and end of each hit in a text, in order; none overlaps another."""
        if not self._needle:
            return
        for start, end in self._found(text):
            if not self.is_whole_word or _is_whole(text, start, end):
                yield start, end

    def is_in(self, text: str) -> bool:
        """Whether there is a hit in a text."""
        return next(self.ranges(text), None) is not None

    def glance(self, markdown: str) -> Generator[None, None, bool]:
        """Tell whether a message may hold hits once its Markdown is read; never wrongly no.

        A step at a time, as texts may be long. Only words are looked for, since marks and line
        ends may stand between them.
        """
        missing = set(self._words)
        for start in range(0, len(markdown), _PIECE):
            piece = markdown[start : start + _PIECE + _OVERLAP]
            missing -= self._words_in(piece, missing)
            if not missing:
                break
            yield
        return bool(self._needle) and not missing

    def _words_in(self, markdown: str, words: set[str]) -> set[str]:
        if _ENTITY.search(markdown):
            return words
        bare = markdown
        for mark in _MARKUP:
            bare = bare.replace(mark, "")
        bare = bare if self.is_exact else fold(bare)
        unlinked = _LINK_END.sub("", bare).replace("[", "") if "](" in bare else bare
        return {word for word in words if word in bare or word in unlinked}

    def _found(self, text: str) -> Iterator[Range]:
        if self.is_exact:
            return _plain_ranges(text.translate(_SPACES), self._needle)
        folded = fold(text)
        if text.isascii() or _folded.odd.isdisjoint(text):
            return _plain_ranges(folded, self._needle)
        return _mapped_ranges(text, self._needle)


def _plain_ranges(text: str, needle: str) -> Iterator[Range]:
    start = text.find(needle)
    while start >= 0:
        end = start + len(needle)
        yield start, end
        start = text.find(needle, end)


def _mapped_ranges(text: str, needle: str) -> Iterator[Range]:
    """Yield the hits of a text with letters that fold to none or several."""
    origins: list[int] = []
    for at, letter in enumerate(text):
        origins.extend([at] * len(_folded[ord(letter)]))
    known = 0
    for first, behind in _plain_ranges(fold(text), needle):
        start, end = origins[first], origins[behind - 1] + 1
        # Accents written as letters of their own belong to the letter before.
        while end < len(text) and not _folded[ord(text[end])]:
            end += 1
        if start >= known:
            known = end
            yield start, end


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on at the ends of a stretch."""
    goes_in = start > 0 and _is_letter(text[start - 1]) and _is_letter(text[start])
    goes_on = end < len(text) and _is_letter(text[end - 1]) and _is_letter(text[end])
    return not (goes_in or goes_on)


def _is_letter(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.combining(letter) > 0
