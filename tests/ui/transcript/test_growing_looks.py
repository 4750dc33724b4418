"""How Markdown looks whose end is still being written."""

from __future__ import annotations

import pytest

from desktop_chat.ui.transcript.text.blocks import (
    Block,
    CodeBlock,
    RuleBlock,
    Style,
    TextBlock,
)
from desktop_chat.ui.transcript.text.growing_text import GrowingText


def shown(text: str) -> list[Block]:
    """Return the blocks of a text that may go on, given letter by letter."""
    growing = GrowingText()
    for letter in text:
        growing.feed(letter)
    return growing.blocks


def looks(text: str) -> tuple[str, list[tuple[str, Style]]]:
    """Return text and styled stretches of the last block."""
    block = shown(text)[-1]
    assert isinstance(block, TextBlock)
    spans = [(block.text[s.start : s.start + s.length], s.style) for s in block.spans]
    return block.text, spans


@pytest.mark.parametrize(
    ("text", "seen", "styled"),
    [
        ("a **bo", "a bo", [("bo", Style.BOLD)]),
        ("a **bold*", "a bold", [("bold", Style.BOLD)]),
        ("a **bold *it", "a bold it", [("bold ", Style.BOLD), ("it", Style.BOLD | Style.ITALIC)]),
        ("a *", "a ", []),
        ("a **", "a ", []),
        ("a ~~b", "a b", [("b", Style.STRIKE)]),
        ("a _b c ", "a b c", [("b c", Style.ITALIC)]),
        ("a snake_ca", "a snake_ca", []),
        ("2 * 3", "2 * 3", []),
        ("a `co", "a co", [("co", Style.CODE)]),
        ("a `", "a ", []),
        ("a ``c`o", "a c`o", [("c`o", Style.CODE)]),
        ("see [the li", "see the li", []),
        ("see [the link]", "see the link", []),
        ("see [the link](", "see the link", [("the link", Style.LINK)]),
        ("see [the link](http://a", "see the link", [("the link", Style.LINK)]),
        ('see [the link](http://a "ti', "see the link", [("the link", Style.LINK)]),
        ("see **[li", "see li", [("li", Style.BOLD)]),
        ("see <https://a", "see https://a", [("https://a", Style.LINK)]),
        ("an image ![of", "an image ", []),
        ("an image !", "an image ", []),
        ("text[^no", "text", []),
        ("it is $x^", "it is x^", [("x^", Style.CODE)]),
        ("it is \\(x +", "it is x +", [("x +", Style.CODE)]),
        ("it is $", "it is ", []),
        ("it is $5 an", "it is $5 an", []),
        ("array[0] is", "array[0] is", []),
        ("Hello!", "Hello!", []),
        ("# Title **b", "Title b", [("b", Style.BOLD)]),
    ],
)
def test_open_end_looks_closed(text: str, seen: str, styled: list[tuple[str, Style]]) -> None:
    assert looks(text) == (seen, styled)


@pytest.mark.parametrize(
    "end", ["-", "--", "- ", "=", "* ", "1", "1.", "1. ", "|", ">", "#", "``", "$$"]
)
def test_start_of_a_line_that_may_be_anything_is_not_shown(end: str) -> None:
    (block,) = shown(f"text\n{end}")
    assert isinstance(block, TextBlock)
    assert (block.text, block.level) == ("text", 0)


def test_start_of_a_line_is_not_lost_at_the_end() -> None:
    growing = GrowingText()
    growing.feed("text\n\n---")
    growing.finish()
    assert isinstance(growing.blocks[-1], RuleBlock)


def test_line_of_code_that_looks_like_a_list_is_shown_at_once() -> None:
    (block,) = shown("```\na\n- 1")
    assert isinstance(block, CodeBlock)
    assert block.lines == ["a", "- 1"]


def test_half_a_task_box_is_an_empty_box() -> None:
    assert [b.place.marker for b in shown("- [x] a\n- [ ]")] == ["[x]", "[ ]"]


def test_open_image_is_not_there_until_its_address_is_whole() -> None:
    (text,) = shown("a ![i](http://x/")
    assert isinstance(text, TextBlock)
    assert text.text.strip() == "a"


def test_empty_item_is_seen_once_it_is_certain() -> None:
    assert [b.place.marker for b in shown("- a\n-\n- b")] == ["•", "•", "•"]


def test_long_open_paragraph_shows_all_its_text() -> None:
    text = "Some *words* and `more`, " * 40 + "**the en"
    seen, styled = looks(text)
    assert seen == text.replace("*", "").replace("`", "")
    assert styled[-1] == ("the en", Style.BOLD)
    assert len(styled) == 81


def test_paragraph_without_spaces_shows_its_styles() -> None:
    seen, styled = looks("这是**粗体**文字，" * 90 + "**末")
    assert "*" not in seen
    assert len(styled) == 91
