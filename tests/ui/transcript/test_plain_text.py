"""What the user typed, in blocks of bounded size however it is fed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_chat.ui.transcript.text.blocks import TextBlock
from desktop_chat.ui.transcript.text.plain_text import LINE_SIZE, MAX_BLOCK, PlainText, user_blocks
from tests.ui.transcript.samples import user

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

LINES = st.text("ab \n", max_size=20) | st.integers(1, 3 * MAX_BLOCK).map(lambda n: "x" * n)


@pytest.mark.parametrize("text", ["x" * 100_000, "word " * 20_000, "a" + "\n" * 100_000 + "b"])
def test_blocks_shown_meanwhile_are_never_long(text: str) -> None:
    growing = PlainText()
    for start in range(0, len(text), 4_000):
        growing.feed(text[start : start + 4_000])
        for block in growing.blocks:
            assert isinstance(block, TextBlock)
            assert len(block.text) <= 2 * MAX_BLOCK + 1
            assert block.text.count("\u2028") <= 2 * MAX_BLOCK // LINE_SIZE


@given(st.lists(LINES, max_size=6).map("".join), st.integers(1, 5_000))
def test_blocks_do_not_depend_on_the_chunks(text: str, size: int) -> None:
    growing = PlainText()
    for start in range(0, len(text), size):
        growing.feed(text[start : start + size])
    growing.close()
    assert growing.blocks == user_blocks(text)


# Without a bound it took 23 s.
@pytest.mark.timeout(20)
def test_endless_line_of_the_user_is_shown_at_once(
    show: Callable[[list[Message]], TranscriptView],
) -> None:
    view = show([user(1, "x" * 1_000_000)])
    view.grab()
    assert len(view.stage.layout.message(0).body.blocks) >= 1
