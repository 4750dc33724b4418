"""What a snippet shows of a text, and what is marked in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop_chat.domain.search.query import parse_query
from desktop_chat.domain.search.snippets import LENGTH, find_marks, make_snippet, mark_title


def terms(line: str):
    return parse_query(line, datetime(2026, 11, 22, tzinfo=UTC)).terms


def marked(snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.marks]


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("Una canción y otra Cancion", "cancion ", ["canción", "Cancion"]),
        ("cancio\u0301n", "canción ", ["cancio\u0301n"]),
        ("cancionero", "cancion ", []),
        ("cancionero", "cancion", ["cancion"]),
        ("to be, or not", '"be or" ', ["be, or"]),
        ("be a or", '"be or" ', []),
        ("snake_case", "case ", ["case"]),
        ("İstanbul", "istanbul ", ["İstanbul"]),
        ("😀 word 😀 word", "word ", ["word", "word"]),
        ("foo foobar", "foo foobar ", ["foo", "foobar"]),
    ],
)
def test_marks_are_whole_words_whatever_case_and_accent(text, line, expected):
    assert [text[start:end] for start, end in find_marks(text, terms(line))] == expected


def test_snippet_is_one_line_around_the_place():
    text = "x " * 300 + "\n\n# Head\nthe **needle** is\there\n" + "y " * 300
    snippet, words = make_snippet(text, terms("needle "))
    assert "\n" not in snippet.text
    assert "x the needle is here y" in snippet.text.replace("Head ", "")
    assert snippet.text.startswith("…")
    assert snippet.text.endswith("…")
    assert len(snippet.text) <= LENGTH + 2
    assert (marked(snippet), words) == (["needle"], "needle")


def test_snippet_shows_the_place_with_most_words():
    text = "red " + "x " * 200 + "red and green " + "x " * 200 + "green"
    snippet, _ = make_snippet(text, terms("red green "))
    assert marked(snippet) == ["red", "green"]


def test_snippet_without_a_hit_is_the_beginning():
    snippet, words = make_snippet("Some text", terms("other "))
    assert (snippet.text, snippet.marks, words) == ("Some text", (), "")


def test_words_to_be_found_in_the_transcript_hold_no_markdown():
    _, words = make_snippet("a `two` **words** b", terms('"two words"'))
    assert words == "two words"


def test_row_62_signs_that_turn_the_writing_or_drive_a_terminal_are_left_out():
    snippet, _ = make_snippet("evil\u202etxt.exe \x1b[2J needle\x07", terms("needle "))
    assert snippet.text == "eviltxt.exe [2J needle"
    assert mark_title("one\ntwo\x00", ()).text == "one two"


def test_row_63_markup_of_others_stays_text():
    snippet, _ = make_snippet("<b>x</b> needle", terms("needle "))
    assert snippet.text == "<b>x</b> needle"
