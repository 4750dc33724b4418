"""Reliability row 80: whatever a title is, the file lands where it should, under a safe name."""

from __future__ import annotations

import os
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.services.exporting.file_names import UNTITLED, Names, safe_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../x", "x"),
        ("a/b", "a-b"),
        ("C:\\Windows\\x", "C-Windows-x"),
        ("CON", "_CON"),
        ("con.md", "_con.md"),
        ("COM1", "_COM1"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("line\none\ttwo", "line one two"),
        ('what? <really> *yes* | "no"', "what really yes - no"),
        (".hidden", "hidden"),
        ("--help", "help"),
        ("ends with dots...", "ends with dots"),
        ("", UNTITLED),
        (" . ", UNTITLED),
        ("\u0000\u0007", UNTITLED),
        ("e\u0301te\u0301", "été"),
    ],
)
def test_row_80_name_of_a_title_is_safe(title: str, name: str) -> None:
    assert safe_name(title) == name


def test_row_80_long_title_fits_into_a_name() -> None:
    assert len(safe_name("x" * 5_000)) == 80
    assert len(safe_name("\U0001f600" * 5_000).encode()) <= 200


@given(st.text(max_size=200))
def test_row_80_any_title_is_one_name_in_the_folder(title: str) -> None:
    name = safe_name(title)
    assert name
    assert not set(name) & set('<>:"/\\|?*')
    assert name.isprintable()
    assert os.path.normpath(f"/folder/{name}.md") == f"/folder/{name}.md"


def test_row_80_same_titles_get_numbers_whatever_their_case() -> None:
    names = Names()
    found = [str(names.name(PurePath("in"), title, ".md")) for title in ("Chat", "chat", "Chat")]
    assert found == ["in/Chat.md", "in/chat (2).md", "in/Chat (3).md"]
