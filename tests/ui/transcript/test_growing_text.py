"""Whatever the chunks, the blocks at the end are those of the whole text parsed at once."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.ui.transcript.text.blocks import Block, CodeBlock, TextBlock, plain_text
from desktop_chat.ui.transcript.text.growing_text import GrowingText
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from desktop_chat.ui.transcript.text.text_limits import clean

PIECES = (
    "para one ", "word", "\n", "\n", "\n\n", "- item ", "1. num ", "  - sub ", "```py\n", "```",
    "> q ", "    code", "***", "**b**", "`c`", "| a | b |\n", "|--|--|\n", "| x\\|y | **z",
    "# h\n", "---\n", "===\n", "  \n", "~~~\n", "* * *\n", "<b>", "http://x.y ", "[l](http://a)",
    "2) z", "\t", "\\", "&amp;", ">", "10. ten\n", "   - three\n", "> > r\n", "é", "😀", "\x00",
    "\r\n", "\x1b[31m", "\ud83d", "\ude00", "![i](http://p)", "$x^2$", "$$\n", "$$", "\\[",
    "\\]\n", "\\(a\\)", "$5 ", "[^1]", "[^n]", "[^n]: note\n", "[r]", "[r]: http://z\n", "[x][r]",
    "![p][r]", "- [ ] t", "- [x] u\n", "~~s~~", "```math\n", "<br>", "a@b.cd ", "\ufffc", "[", "]",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


def grown(chunks: list[str]) -> list[Block]:
    growing = GrowingText()
    for chunk in chunks:
        growing.feed(chunk)
    growing.finish()
    return growing.blocks


@settings(deadline=None)
@given(TEXTS, st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_feed_any_chunks_equals_whole(text: str, sizes: list[int]) -> None:
    chunks, at, number = [], 0, 0
    while at < len(text):
        size = sizes[number % len(sizes)]
        chunks.append(text[at : at + size])
        at, number = at + size, number + 1
    assert grown(chunks) == parse_blocks(clean(text))


@settings(deadline=None)
@given(TEXTS)
def test_feed_char_by_char_never_changes_frozen_blocks(text: str) -> None:
    growing = GrowingText()
    frozen: list[Block] = []
    for letter in text:
        first = growing.feed(letter)
        assert first >= len(frozen)
        assert growing.blocks[: len(frozen)] == frozen
        frozen = list(growing.blocks[: growing.frozen])


def test_feed_long_list_freezes_its_items() -> None:
    growing = GrowingText()
    for number in range(1, 51):
        growing.feed(f"{number}. item\n")
    assert growing.frozen == 49
    markers = [block.place.marker for block in growing.blocks]
    assert markers == [f"{number}." for number in range(1, 51)]


def test_feed_open_code_keeps_its_block() -> None:
    growing = GrowingText()
    growing.feed("```py\na = 1\n")
    block = growing.blocks[0]
    growing.feed("b = 2\n``")
    assert growing.blocks[0] is block
    assert isinstance(block, CodeBlock)
    assert (block.language, block.lines) == ("py", ["a = 1", "b = 2"])


@pytest.mark.parametrize("size", [1, 7, 3000])
def test_feed_endless_line_in_code_is_broken_without_loss(size: int) -> None:
    line = "x" * 30_000
    text = f"```\n{line}\n```\nafter"
    blocks = grown([text[at : at + size] for at in range(0, len(text), size)])
    assert isinstance(blocks[0], CodeBlock)
    assert "".join(blocks[0].lines) == line
    assert max(map(len, blocks[0].lines)) <= 4000


def test_feed_million_letters_in_one_line_keeps_them_all() -> None:
    text = "a" * 1_000_000
    blocks = grown([text])
    assert plain_text(blocks).replace("\n", "") == text
    assert all(isinstance(block, TextBlock) and len(block.text) <= 4000 for block in blocks)


@pytest.mark.parametrize("size", [700, 5_000])
@pytest.mark.parametrize("line", ["word and more\n", "> quoted\n", "    code\n"])
def test_feed_endless_block_is_cut_at_the_same_lines(line: str, size: int) -> None:
    text = line * (20_000 // len(line))
    assert grown([text[at : at + size] for at in range(0, len(text), size)]) == grown([text])


def test_feed_very_long_paragraph_is_cut_without_loss() -> None:
    text = "Words and more words, *some of them* marked. " * 400
    blocks = grown([text])
    assert len(blocks) > 1
    assert plain_text(blocks) == text.strip().replace("*", "")
    assert all(isinstance(block, TextBlock) and block.is_continued for block in blocks[1:])


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("- a\n  ```py\n", "  x = 1\n"),
        ("> ```\n", "> x = 1\n"),
        ("1. a\n\n   | a |\n   |--|\n", "   | 1 |\n"),
        ("    code\n", "    code\n"),
    ],
)
def test_feed_long_construct_is_never_torn(first: str, line: str) -> None:
    blocks = grown([first + line * 5_000])
    last = blocks[-1]
    assert len(blocks) <= 2
    rows = last.lines if isinstance(last, CodeBlock) else getattr(last, "rows", [])
    assert len(rows) >= 5_000


def calls_of(growing: GrowingText, text: str) -> int:
    """Return how many Python functions it takes to add a piece of text."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        growing.feed(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("first", "line", "part"),
    [
        ("- a\n  ```py\n", "  x = 1\n", "  y"),
        ("> quote\n", "> more **bold** text\n", "> and *m"),
        ("> quote\n", ">\n> more text\n", "> and"),
        ("| a | b |\n|--|--|\n", "| 1 | **2** |\n", "| 3 | 4"),
        ("- a\n", "  - b **c**\n", "  - d"),
        ("1. a\n", "   b\n\n", "   c *d"),
        ("text\n\n", "Prose with $x$ and [a](http://b).\n\n", "And **mo"),
        ("```\n", "code\n", "co"),
    ],
    ids=["code in list", "quote", "quoted paragraphs", "table", "nested list", "item", "prose",
         "code"],
)  # fmt: skip
def test_feed_costs_no_more_the_longer_a_construct_is(first: str, line: str, part: str) -> None:
    growing = GrowingText()
    growing.feed(first + line * 20)
    early = calls_of(growing, part)
    growing.feed("\n" + line * 3_000)
    late = calls_of(growing, part)
    assert late <= 2 * early + 400
