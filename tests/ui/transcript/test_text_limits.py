from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.ui.transcript.layouts.utf16 import Positions, is_right_to_left
from desktop_chat.ui.transcript.text.text_limits import Cleaner, clean, pieces, with_marks

FOREIGN = st.text(st.sampled_from("a\n\r\t\x00\x1b[3;1m]\x07\\\ud83d\ude00😀\u2028é"), max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x07c", "abc"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\ud800x", "\ufffdx"),
        ("\ud83d\ude00", "😀"),
        ("tab\tand é", "tab\tand é"),
        ("object \ufffc here", "object  here"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert clean(text) == expected


@settings(deadline=None)
@given(FOREIGN)
def test_cleaner_char_by_char_equals_whole(text: str) -> None:
    cleaner = Cleaner()
    parts = [cleaner.feed(letter) for letter in text]
    assert "".join([*parts, cleaner.finish()]) == clean(text)


@settings(deadline=None)
@given(FOREIGN)
def test_clean_result_can_be_stored_and_is_stable(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned


def test_pieces_lose_nothing() -> None:
    assert pieces("abcdefgh", 3) == ["abc", "def", "gh"]
    assert pieces("", 3) == [""]


def test_with_marks_shows_direction_overrides() -> None:
    assert with_marks("a\u202eb\u200bc") == "a\ufffdb\ufffdc"


@settings(deadline=None)
@given(st.text(st.sampled_from("aé😀👩"), max_size=20))
def test_positions_agree_with_utf16(text: str) -> None:
    positions = Positions(text)
    for at in range(len(text) + 1):
        in_qt = len(text[:at].encode("utf-16-le")) // 2
        assert positions.to_qt(at) == in_qt
        assert positions.from_qt(in_qt) == at


def test_direction_follows_the_first_letter() -> None:
    assert is_right_to_left("12 שלום abc")
    assert not is_right_to_left("12 abc שלום")
