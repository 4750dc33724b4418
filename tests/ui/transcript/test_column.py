"""A column of blocks that grows: what has to be painted again."""

from __future__ import annotations

import pytest

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.column import Column
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.text.growing_text import GrowingText

pytestmark = pytest.mark.usefixtures("qapp")
WIDTH = 744


def grown(*texts: str) -> tuple[Column, int]:
    """Return a column to which these texts came, and from where on the last one changed it."""
    column, growing, changed = Column(Look(load_theme("light")), WIDTH), GrowingText(), 0
    for text in texts:
        changed = column.show(growing.blocks, growing.feed(text))
        column.ensure(0, 1000)
    return column, changed


def test_first_line_that_grows_is_painted_again():
    _, changed = grown("Once", " upon")
    assert changed <= 0


def test_later_line_that_grows_is_painted_again_alone():
    column, changed = grown("Once.\n\nTwi", "ce")
    assert column.height / 3 < changed < column.height
