"""What the user looks for, read from the line that was typed.

    canción "to the letter" pre* -not from:user model:qwen in:Work tag:idea
    before:2026-11-22 after:2026-11 has:code

A message must hold every word, in any order. What is still being typed counts as the beginning of
a word. Every filter can be turned round by a minus sign before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from desktop_chat.domain.message import Sender
from desktop_chat.domain.search.words import is_short, words_of

LONGEST = 1000
# Each costs a pass over the index.
MOST_TERMS = 32

_QUOTES = str.maketrans("“”„«»", '"""""')
_PART = re.compile(
    r"""(?P<minus>-)?(?:
        (?P<name>from|model|in|tag|before|after|has):(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))
        | "(?P<phrase>[^"]*)(?P<end>"?)
        | (?P<word>\S+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,4})([dw])")
_SENDERS = {
    "user": Sender.USER,
    "me": Sender.USER,
    "you": Sender.USER,
    "llm": Sender.LLM,
    "assistant": Sender.LLM,
    "model": Sender.LLM,
    "system": Sender.SYSTEM,
    "tool": Sender.TOOL,
}
HAS = ("code", "reasoning", "attachment")


class FilterName(StrEnum):
    """What a search can be narrowed by; the values are what one types."""

    FROM = "from"
    MODEL = "model"
    FOLDER = "in"
    TAG = "tag"
    BEFORE = "before"
    AFTER = "after"
    HAS = "has"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition beside the words.

    Attributes:
        value: The sender's stored name; a part of a model's name; the beginning of the name of a
            folder or tag, folded; for dates what was typed; one of `HAS`.
        moment: For dates: the start of the day, month or year.
    """

    name: FilterName
    value: str
    is_negated: bool = False
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or words that follow each other.

    Attributes:
        words: Folded; at least one.
        is_prefix: Whether the last word may go on.
    """

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What a search line means.

    Attributes:
        terms: All of them must be there.
        excluded: None of them may be there.
        unreadable: Filters whose value means nothing, as they were typed; they do not count.
    """

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def searches_messages(self) -> bool:
        """Whether messages are looked through; for a single letter only titles are."""
        if not self.terms:
            return bool(self.filters)
        return any(len(term.words) > 1 or not is_short(term.words[0]) for term in self.terms)

    @property
    def searches_titles(self) -> bool:
        """Whether titles are looked through; filters that only messages can meet rule them out."""
        of_chats = (FilterName.FOLDER, FilterName.TAG)
        return bool(self.terms) and all(one.name in of_chats for one in self.filters)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.searches_messages and not self.searches_titles


def parse_query(text: str, now: datetime) -> SearchQuery:
    """Read a search line.

    Args:
        text: As it was typed; nothing in it is an error.
        now: The local time, with its zone: days begin by it.
    """
    line = text[:LONGEST].translate(_QUOTES)
    terms: list[Term] = []
    excluded: list[Term] = []
    filters: list[Filter] = []
    unreadable: list[str] = []
    for part in _PART.finditer(line):
        is_negated = part["minus"] is not None
        if part["name"] is not None:
            found = _filter(part, is_negated, now)
            if found is not None:
                filters.append(found)
            else:
                unreadable.append(part[0])
            continue
        term = _term(part, is_last=part.end() == len(line))
        if term is not None:
            (excluded if is_negated else terms).append(term)
    kept = tuple(dict.fromkeys(terms))[:MOST_TERMS]
    return SearchQuery(
        kept, tuple(excluded[:MOST_TERMS]), tuple(filters[:MOST_TERMS]), tuple(unreadable)
    )


def _term(part: re.Match[str], *, is_last: bool) -> Term | None:
    if part["word"] is not None:
        words = words_of(part["word"])
        is_open = part["word"].endswith("*") or (is_last and part["minus"] is None)
    else:
        words = words_of(part["phrase"])
        is_open = is_last and not part["end"] and not part["phrase"].endswith(" ")
    if not words:
        return None
    # Every text has words that begin with this letter.
    is_alone = len(words) == 1
    is_prefix = is_open and (is_alone or not is_short(words[-1]))
    return Term(tuple(words), is_prefix)


def _filter(part: re.Match[str], is_negated: bool, now: datetime) -> Filter | None:
    name = FilterName(part["name"].lower())
    typed = part["quoted"] if part["quoted"] is not None else part["plain"]
    value = " ".join(typed.split())
    match name:
        case FilterName.FROM:
            sender = _SENDERS.get(value.lower())
            return Filter(name, sender.value, is_negated) if sender else None
        case FilterName.BEFORE | FilterName.AFTER:
            moment = _moment(value.lower(), now)
            return Filter(name, value, is_negated, moment) if moment else None
        case FilterName.HAS:
            return Filter(name, value.lower(), is_negated) if value.lower() in HAS else None
        case FilterName.MODEL:
            return Filter(name, value.lower(), is_negated) if value else None
        case _:
            folded = " ".join(words_of(value))
            return Filter(name, folded, is_negated) if folded else None


def _moment(text: str, now: datetime) -> datetime | None:
    """Return the start of the day, month or year that a text names, in local time."""
    today = now.date()
    ago = _AGO.fullmatch(text)
    try:
        if text in ("today", "yesterday"):
            day = today - timedelta(days=int(text == "yesterday"))
        elif ago is not None:
            day = today - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
        else:
            found = _DATE.fullmatch(text)
            if found is None:
                return None
            day = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    except (ValueError, OverflowError):
        return None
