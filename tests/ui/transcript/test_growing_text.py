"""Whatever the chunks, the blocks at the end are those of the whole text parsed at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_chat.ui.transcript.blocks import Block, CodeBlock, TextBlock, plain_text
from desktop_chat.ui.transcript.growing_text import GrowingText
from desktop_chat.ui.transcript.markdown import parse_blocks
from desktop_chat.ui.transcript.text_limits import clean

PIECES = (
    "para one ", "word", "\n", "\n\n", "- item ", "1. num ", "  - sub ", "```py\n", "```",
    "> q ", "    code", "***", "**b**", "`c`", "| a | b |\n", "|--|--|\n", "# h\n", "---\n",
    "===\n", "  \n",
    "~~~\n", "* * *\n", "<b>", "http://x.y ", "[l](http://a)", "2) z", "\t", "\\", "&amp;", ">",
    "10. ten\n", "   - three\n", "> > r\n", "é", "😀", "\x00", "\r\n", "\x1b[31m", "\ud83d",
    "\ude00", "![i](http://p)",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)


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


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " deep",
        "> " * 10_000 + "deep",
        "- " * 10_000 + "deep",
        "\n".join("  " * depth + "- item" for depth in range(300)) + " deep",
        "[" * 50_000 + "deep",
        "*a " * 20_000 + "deep",
        "`" * 5_000 + "deep" + "`" * 4_999,
        "| a " * 3_000 + "|\n" + "|-" * 3_000 + "|\n| deep |",
        "line\n" * 50_000 + "deep",
        "<div>" * 20_000 + "deep",
    ],
    ids=["quotes", "spaced", "bullets", "lists", "brackets", "stars", "ticks", "table", "lines",
         "html"],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_feed_hostile_text_neither_hangs_nor_loses_its_end(text: str) -> None:
    assert "deep" in plain_text(grown([text]))


@pytest.mark.parametrize("size", [700, 5_000])
@pytest.mark.parametrize("line", ["word and more\n", "> quoted\n", "    code\n"])
def test_feed_endless_block_is_cut_at_the_same_lines(line: str, size: int) -> None:
    text = line * (20_000 // len(line))
    assert grown([text[at : at + size] for at in range(0, len(text), size)]) == grown([text])
