"""Where Markdown has formulas, and where a dollar is a dollar."""

from __future__ import annotations

import pytest

from desktop_chat.ui.transcript.text.blocks import (
    OBJECT,
    CodeBlock,
    FormulaBlock,
    Style,
    TableBlock,
    TextBlock,
    plain_text,
)
from desktop_chat.ui.transcript.text.growing_text import GrowingText
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from desktop_chat.ui.transcript.text.markdown_code import MAX_FORMULA_LINES


def sources(text: str) -> list[str]:
    """Return the LaTeX of all inline formulas of a text of one block."""
    (block,) = parse_blocks(text)
    assert isinstance(block, TextBlock)
    spans = [span for span in block.spans if span.style & Style.MATH]
    assert all(block.text[span.start : span.start + 1] == OBJECT for span in spans)
    assert block.text.count(OBJECT) == len(spans)
    return [span.source for span in spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("so $x^2$ is", ["x^2"]),
        ("$a$, $b$ and ($c$)", ["a", "b", "c"]),
        ("\\(a_1 * b_1\\) and \\( c \\)", ["a_1 * b_1", "c"]),
        ("**bold $x$**", ["x"]),
        ("[link $x$](http://a)", ["x"]),
        ("# heading $x$ and $$y$$", ["x", "y"]),
        ("$a \\$ b$", ["a \\$ b"]),
        ("$\\text{a*b*}$ *c*", ["\\text{a*b*}"]),
        ("设$x$为", ["x"]),
        ("$a\n= b$", ["a\n= b"]),
    ],
)
def test_inline_formula_is_one_object(text: str, found: list[str]) -> None:
    assert sources(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "$5 and $10",
        "costs $3",
        "costs $3, not $ 4",
        "$5-$10 or $20/$30",
        "US$5 to US$6",
        "a $ b $ c",
        "$x $y",
        "`$x$` and ``\\(y\\)``",
        "$5 for `a$`",
        "\\$x\\$",
        "[\\[1\\]](http://a) and \\[2\\]",
        "$",
        "$$",
        "$$$$",
        "\\(\\)",
        "\\[ \\]",
    ],
)
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert OBJECT not in plain_text(parse_blocks(text))
    assert not any(isinstance(block, FormulaBlock) for block in parse_blocks(text))


@pytest.mark.parametrize(
    "text",
    [
        "$$x$$",
        "$$ x $$",
        "$$\nx\n$$",
        "$$x\n$$",
        "$$\nx$$",
        "\\[x\\]",
        "\\[\nx\n\\]",
        "   $$\n   x\n   $$",
        "```math\nx\n```",
        "~~~ Math\nx",
    ],
)
def test_display_formula_is_a_block(text: str) -> None:
    assert parse_blocks(text) == [FormulaBlock("x")]


def test_display_formula_keeps_its_lines() -> None:
    text = "\\[\n\\begin{aligned}\na &= b \\\\\n- c &> 1\n\\end{aligned}\n\\]"
    (block,) = parse_blocks(text)
    assert isinstance(block, FormulaBlock)
    assert block.source == "\\begin{aligned}\na &= b \\\\\n- c &> 1\n\\end{aligned}"


@pytest.mark.parametrize(
    "text", ["a\n$$\nx\n$$\nb", "a $$x$$ b", "a\n\\[\nx\n\\]\nb", "a \\[x\\] b"]
)
def test_display_formula_in_prose_splits_the_paragraph(text: str) -> None:
    before, formula, after = parse_blocks(text)
    assert plain_text([before, after]).split() == ["a", "b"]
    assert isinstance(formula, FormulaBlock)
    assert formula.source == "x"


@pytest.mark.parametrize(
    ("text", "containers"),
    [
        ("- a\n\n  $$\n  x\n  $$\n- b", "l"),
        ("> $$\n> x\n> $$", "q"),
        ("> 1. \\[\n>    x\n>    \\]", "ql"),
    ],
)
def test_display_formula_in_lists_and_quotes(text: str, containers: str) -> None:
    formulas = [block for block in parse_blocks(text) if isinstance(block, FormulaBlock)]
    assert [(block.source, block.place.containers) for block in formulas] == [("x", containers)]


@pytest.mark.parametrize("text", ["| a | b |\n|--|--|\n| $x$ | \\(y\\) |"])
def test_formulas_in_cells(text: str) -> None:
    (block,) = parse_blocks(text)
    assert isinstance(block, TableBlock)
    assert [cell.spans[0].source for cell in block.rows[1]] == ["x", "y"]


@pytest.mark.parametrize(
    "text",
    [
        "$$\n- a\n- b\n\nafter",
        "> $$\n> x\n\nafter",
        "$$ is a mark\n\nafter",
        "text\n$$\nmore\n\nafter",
        "$$\n" + "x\n" * (MAX_FORMULA_LINES + 5) + "after",
        "$$\n" + "x" * 9_000 + "\nafter",
    ],
)
def test_formula_without_end_is_read_as_text(text: str) -> None:
    blocks = parse_blocks(text)
    assert not any(isinstance(block, FormulaBlock) for block in blocks)
    assert plain_text(blocks).count("$$") == 1
    assert plain_text(blocks).endswith("after")


def test_formula_without_end_gives_its_list_back() -> None:
    markers = [block.place.marker for block in parse_blocks("$$\n- a\n- b\n\n")]
    assert markers == ["", "•", "•"]


def test_open_display_formula_shows_its_source_in_one_growing_block() -> None:
    growing = GrowingText()
    growing.feed("$$\n\\frac{a")
    block = growing.blocks[0]
    assert isinstance(block, CodeBlock)
    assert (block.lines, block.is_bare) == (["\\frac{a"], True)
    growing.feed("}{b}\n+ 1")
    assert growing.blocks == [block]
    assert block.lines == ["\\frac{a}{b}", "+ 1"]
    growing.feed("\n$$\n")
    assert growing.blocks == [FormulaBlock("\\frac{a}{b}\n+ 1")]


def test_blocks_before_an_open_formula_are_not_frozen_before_it_ends() -> None:
    growing = GrowingText()
    growing.feed("text\n$$\nx\n")
    assert growing.frozen == 0
    growing.feed("$$\n")
    assert growing.frozen == 2
