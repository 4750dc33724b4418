"""Cuts out of a text the stretch that shows what was found."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from desktop_chat.domain.search.hit import Snippet
from desktop_chat.domain.search.words import ACCENTS, fold

if TYPE_CHECKING:
    from desktop_chat.domain.search.hit import Range
    from desktop_chat.domain.search.query import Term

LENGTH = 180
_BEFORE = 28
_MOST_HITS = 24
_SIGNS = f"[{ACCENTS}]*"
_NO_WORD_BEFORE = r"(?<![^\W_])"
_NO_WORD_AFTER = r"(?![^\W_])"
_BETWEEN = r"[\W_]+"
# Marks of Markdown that only get in the way of reading, and what turns the direction of writing.
_NOISE = re.compile(
    r"`{3,}\w*|`|\*{2,}|~~|^ {0,3}#{1,6} "
    "|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]",
    re.MULTILINE,
)
_SPACE = re.compile(r"\s+")


def find_marks(text: str, terms: tuple[Term, ...], most: int = _MOST_HITS) -> list[Range]:
    """Return where terms stand in a text, in order: the first `most` places."""
    return [(start, end) for start, end, _term in _hits(text, terms, most)]


def make_snippet(text: str, terms: tuple[Term, ...]) -> tuple[Snippet, str]:
    """Return the stretch of a text that shows the most terms, and the first one as it stands.

    Without a hit it is the beginning of the text, and "".
    """
    hits = _hits(text, terms, _MOST_HITS)
    start = _best_start(hits)
    first = max(0, start - _BEFORE) if hits else 0
    first = _word_start(text, first, start)
    last = min(len(text), first + LENGTH)
    inside = [(begin, end) for begin, end, _ in hits if first <= begin and end <= last]
    snippet = _joined(text, first, last, inside)
    words = text[slice(*inside[0])] if inside else ""
    return snippet, " ".join(_NOISE.sub("", words).split())


def count_terms(text: str, terms: tuple[Term, ...]) -> int:
    """Return how many of the terms stand in a text, as far as it is looked at."""
    return len({term for _start, _end, term in _hits(text, terms, _MOST_HITS)})


def mark_title(text: str, terms: tuple[Term, ...]) -> Snippet:
    """Return a title as one line, with what was found in it."""
    return _joined(text, 0, len(text), find_marks(text, terms))


def _hits(text: str, terms: tuple[Term, ...], most: int) -> list[tuple[int, int, int]]:
    if not terms:
        return []
    found = islice(_pattern(terms).finditer(fold(text)), most)
    return [(match.start(), match.end(), match.lastindex or 0) for match in found]


@lru_cache(maxsize=32)
def _pattern(terms: tuple[Term, ...]) -> re.Pattern[str]:
    # The longest first: of two that begin alike the longer one is to be marked.
    longest_first = sorted(terms, key=lambda term: -len(" ".join(term.words)))
    return re.compile("|".join(_term_pattern(term) for term in longest_first))


def _term_pattern(term: Term) -> str:
    words = ("".join(re.escape(letter) + _SIGNS for letter in word) for word in term.words)
    end = "" if term.is_prefix else _NO_WORD_AFTER
    return f"{_NO_WORD_BEFORE}({_BETWEEN.join(words)}){end}"


def _best_start(hits: list[tuple[int, int, int]]) -> int:
    """Return the hit from which on a snippet holds the most different terms."""
    best, most = 0, 0
    for at, (start, _end, _term) in enumerate(hits):
        limit = start + LENGTH - _BEFORE
        terms = {term for _start, end, term in hits[at:] if end <= limit}
        if len(terms) > most:
            best, most = start, len(terms)
    return best


def _word_start(text: str, first: int, hit: int) -> int:
    """Return the start of the first whole word from `first` on, before the hit."""
    if first == 0:
        return 0
    space = _SPACE.search(text, first, hit)
    return space.end() if space else first


def _joined(text: str, first: int, last: int, marks: list[Range]) -> Snippet:
    """Return a stretch of a text as one clean line, its marks moved along."""
    line = "…" if first > 0 else ""
    moved: list[Range] = []
    at = first
    for start, end in marks:
        line += _clean(text[at:start], line)
        begin = len(line)
        line += _clean(text[start:end], line)
        moved.append((begin, len(line)))
        at = end
    line += _clean(text[at:last], line)
    ending = "…" if last < len(text) else ""
    return Snippet(line.rstrip() + ending, tuple(moved))


def _clean(text: str, before: str) -> str:
    line = _SPACE.sub(" ", _NOISE.sub(" " if "\n" in text else "", text))
    is_spaced = not before or before.endswith(" ")
    return line.lstrip() if is_spaced else line
