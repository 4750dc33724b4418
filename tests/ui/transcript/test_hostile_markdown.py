"""No text stops the parser, makes it lose its end, or depends on how it arrives."""

from __future__ import annotations

import pytest

from desktop_chat.ui.transcript.text.blocks import (
    OBJECT,
    Block,
    CodeBlock,
    ImageBlock,
    Style,
    TableBlock,
    TextBlock,
    plain_text,
)
from desktop_chat.ui.transcript.text.growing_text import GrowingText
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from desktop_chat.ui.transcript.text.markdown_containers import MAX_DEPTH
from desktop_chat.ui.transcript.text.text_limits import MAX_LINE
from tests.ui.transcript.hostile_markdown import ADDRESSES, long_texts, short_texts

LONG, SHORT = long_texts(), short_texts()
FORBIDDEN = ("javascript:", "vbscript:", "file:", "data:text")


def spans_of(block: Block) -> list[tuple[str, Style, str]]:
    cells = [cell for row in block.rows for cell in row] if isinstance(block, TableBlock) else []
    texts = [block] if isinstance(block, TextBlock) else cells
    return [
        (each.text[span.start : span.start + span.length], span.style, span.href)
        for each in texts
        for span in each.spans
    ]


def assert_can_be_shown(block: Block) -> None:
    assert len(block.place.containers) <= MAX_DEPTH
    if isinstance(block, CodeBlock):
        assert all(len(line) <= MAX_LINE for line in block.lines)
    if isinstance(block, TextBlock):
        assert len(block.text) <= MAX_LINE
        block.text.encode()
    for text, style, href in spans_of(block):
        assert text
        assert (text == OBJECT) == bool(style & Style.MATH)
        assert not href.lower().startswith(FORBIDDEN)


@pytest.mark.parametrize("name", LONG)
@pytest.mark.timeout(120)
def test_long_hostile_text_keeps_its_end_and_can_be_shown(name: str) -> None:
    growing = GrowingText()
    text = LONG[name]
    for start in range(0, len(text), 4_000):
        growing.feed(text[start : start + 4_000])
    growing.finish()
    for block in growing.blocks:
        assert_can_be_shown(block)
    assert "deep" in plain_text(growing.blocks)


@pytest.mark.parametrize("name", SHORT)
@pytest.mark.timeout(120)
def test_hostile_text_letter_by_letter_equals_whole(name: str) -> None:
    growing = GrowingText()
    for letter in SHORT[name]:
        growing.feed(letter)
        for block in growing.blocks[-3:]:
            assert_can_be_shown(block)
    growing.finish()
    assert growing.blocks == parse_blocks(SHORT[name])


def test_no_link_or_image_has_a_forbidden_address() -> None:
    blocks = parse_blocks(ADDRESSES)
    hrefs = [href for block in blocks for _text, _style, href in spans_of(block)]
    images = [block.address for block in blocks if isinstance(block, ImageBlock)]
    assert hrefs
    assert not [href for href in (*hrefs, *images) if href.lower().startswith(FORBIDDEN)]


@pytest.mark.timeout(300)
def test_ten_megabytes_arrive_whole() -> None:
    growing = GrowingText()
    piece = (
        "A line of prose that is as long as most are in a reply, and says little. " * 12
    ).strip()
    count = 10_000_000 // len(piece)
    for _ in range(count):
        growing.feed(piece + "\n\n")
    growing.finish()
    assert len(growing.blocks) == count
