"""What a search line means."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from desktop_chat.domain.search.query import (
    LONGEST,
    MOST_TERMS,
    Filter,
    FilterName,
    SearchQuery,
    Term,
    parse_query,
)

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=2)))


def parsed(text: str) -> SearchQuery:
    return parse_query(text, NOW)


def words(text: str) -> list[str]:
    return [" ".join(term.words) + "*" * term.is_prefix for term in parsed(text).terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two words", ["two", "words*"]),
        ("two words ", ["two", "words"]),
        ("CANCIÓN ", ["cancion"]),
        ("canc* ion ", ["canc*", "ion"]),
        ('"to the letter"', ["to the letter"]),
        ('"still typi', ["still typi*"]),
        ("“curly quotes” ", ["curly quotes"]),
        ("snake_case don't ", ["snake case", "don t"]),
        ("http://a.org std::vector ", ["http a org", "std vector"]),
        ("two foo-b", ["two", "foo b"]),
        ("same same ", ["same"]),
        ('??? -- * "" - ', []),
        ("a", ["a*"]),
        ("plan b", ["plan", "b*"]),
    ],
)
def test_words_are_folded_and_the_last_may_go_on(text, expected):
    assert words(text) == expected


def test_words_after_a_minus_are_excluded():
    query = parsed('stay -go -"out of" -GONE')
    assert query.terms == (Term(("stay",)),)
    assert query.excluded == (Term(("go",)), Term(("out", "of")), Term(("gone",)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from:user", Filter(FilterName.FROM, "user")),
        ("FROM:Assistant", Filter(FilterName.FROM, "llm")),
        ("-from:me", Filter(FilterName.FROM, "user", True)),
        ("model:Qwen-7B", Filter(FilterName.MODEL, "qwen-7b")),
        ('in:"My  Wörk"', Filter(FilterName.FOLDER, "my work")),
        ("tag:Idea", Filter(FilterName.TAG, "idea")),
        ("has:code", Filter(FilterName.HAS, "code")),
    ],
)
def test_filter_is_read(text, expected):
    assert parsed(text).filters == (expected,)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("before:2026-11-22", (2026, 11, 22)),
        ("after:2026-11", (2026, 11, 1)),
        ("after:2026", (2026, 1, 1)),
        ("after:today", (2026, 11, 22)),
        ("after:yesterday", (2026, 11, 21)),
        ("after:3d", (2026, 11, 19)),
        ("before:2w", (2026, 11, 8)),
    ],
)
def test_dates_begin_the_day_where_the_user_is(text, day):
    (found,) = parsed(text).filters
    year, month, number = day
    assert found.moment == datetime(year, month, number, tzinfo=NOW.tzinfo)


@pytest.mark.parametrize(
    "text",
    [
        "before:20",
        "before:2026-13",
        "after:soon",
        "from:nobody",
        "has:fun",
        "in:",
        "model:",
        "tag:???",
    ],
)
def test_filter_that_means_nothing_is_told_and_does_not_count(text):
    query = parsed(f"{text} word ")
    assert (query.filters, query.unreadable) == ((), (text,))
    assert words(f"{text} word ") == ["word"]


def test_address_that_looks_like_a_filter_of_nobody_is_text():
    assert words("note:this ") == ["note this"]


@pytest.mark.parametrize(
    ("text", "messages", "titles"),
    [
        ("a", False, True),
        ("é ", False, True),
        ("ab", True, True),
        ("猫", True, True),
        ("plan b", True, True),
        ("from:user", True, False),
        ("from:user word", True, False),
        ("in:work word", True, True),
        ("", False, False),
        ("-word", False, False),
    ],
)
def test_single_letter_searches_titles_only(text, messages, titles):
    query = parsed(text)
    assert (query.searches_messages, query.searches_titles) == (messages, titles)
    assert query.is_empty == (not messages and not titles)


def test_endless_line_is_cut():
    query = parsed(" ".join(f"w{number}" for number in range(LONGEST)))
    assert len(query.terms) == MOST_TERMS
