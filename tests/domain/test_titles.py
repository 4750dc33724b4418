"""Titles from first messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.domain.titles import MAX_TITLE, title_from


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Tides", "Tides"),
        ("  Why do\n\ttides lag?  ", "Why do tides lag?"),
        ("", ""),
        (" \n\t\u2003", ""),
        ("x" * 48, "x" * 48),
        ("x" * 49, "x" * 47 + "…"),
        ("one " * 20, "one " * 11 + "one…"),
        ("ab " + "x" * 60, "ab…"),
    ],
)
def test_title_is_the_first_words_on_one_line(text: str, title: str) -> None:
    assert title_from(text) == title


def test_title_of_a_huge_paste_is_short() -> None:
    assert title_from("word " * 200_000).endswith("…")


@given(st.text(max_size=400))
def test_title_is_one_short_line_without_outer_space(text: str) -> None:
    title = title_from(text)
    assert len(title) <= MAX_TITLE + 1
    assert title == " ".join(title.split())
    assert bool(title) == bool(text.strip())
