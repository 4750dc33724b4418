"""Tables of Markdown, as GitHub reads them."""

from __future__ import annotations

import pytest

from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    OBJECT,
    Block,
    Style,
    TableBlock,
    TextBlock,
    plain_text,
)
from desktop_chat.ui.transcript.text.growing_text import GrowingText
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from desktop_chat.ui.transcript.text.markdown_table import MAX_ADDED_CELLS


def table(text: str) -> TableBlock:
    blocks = [block for block in parse_blocks(text) if isinstance(block, TableBlock)]
    assert len(blocks) == 1
    return blocks[0]


def texts(block: Block) -> list[list[str]]:
    assert isinstance(block, TableBlock)
    return [[cell.text for cell in row] for row in block.rows]


@pytest.mark.parametrize(
    ("text", "rows", "alignments"),
    [
        ("| a | b |\n|---|--:|\n| c | 1 |", [["a", "b"], ["c", "1"]], ("", "right")),
        ("a | b\n:-: | :--\nc | d", [["a", "b"], ["c", "d"]], ("center", "left")),
        ("| a |\n|---|", [["a"]], ("",)),
        ("| a | b |\n|--|--|\n| c |", [["a", "b"], ["c", ""]], ("", "")),
        ("| a | b |\n|--|--|\n| c | d | e |", [["a", "b"], ["c", "d"]], ("", "")),
        ("| a | b |\n|--|--|\nc", [["a", "b"], ["c", ""]], ("", "")),
        ("| a | b |\n|--|--|\n| c \\| d | `e \\| f` |", [["a", "b"], ["c | d", "e | f"]], ("", "")),
        ("| a | b |\n|--|--|\n|  | d |", [["a", "b"], ["", "d"]], ("", "")),
        ("| a<br>b | `<br>` |\n|--|--|", [[f"a{LINE_BREAK}b", "<br>"]], ("", "")),
        ("| a <b>x</b> |\n|--|", [["a <b>x</b>"]], ("",)),
        ("| $x$ | $$y$$ |\n|--|--|", [[OBJECT, OBJECT]], ("", "")),
    ],
)
def test_table_rows_and_alignments(
    text: str, rows: list[list[str]], alignments: tuple[str, ...]
) -> None:
    block = table(text)
    assert (texts(block), block.alignments) == (rows, alignments)


@pytest.mark.parametrize(
    "text",
    ["| a | b |\n|--|", "a b\n--|--", "| a |\n|-x-|", "| a | b |\n\n|--|--|", "|--|--|"],
)
def test_lines_that_are_no_table_stay_text(text: str) -> None:
    assert not any(isinstance(block, TableBlock) for block in parse_blocks(text))


@pytest.mark.parametrize("ending", ["\n# h", "\n> q", "\n- i", "\n```\nx\n```", "\n---", "\n\np"])
def test_table_ends_where_another_block_begins(ending: str) -> None:
    first, second = parse_blocks("| a |\n|--|\n| b |" + ending)
    assert texts(first) == [["a"], ["b"]]
    assert not isinstance(second, TableBlock)


def test_table_below_a_paragraph_begins_with_its_last_line() -> None:
    above, below = parse_blocks("1. text\n   | a |\n   |--|\n   | b |")
    assert isinstance(above, TextBlock)
    assert (above.text, above.place.marker) == ("text", "1.")
    assert texts(below) == [["a"], ["b"]]
    assert (below.place.containers, below.place.marker) == ("l", "")


def test_cells_have_styles_links_and_formulas() -> None:
    (row,) = table("| **b** | [l](http://x) | $a$ |\n|--|--|--|").rows
    assert [cell.spans[0].style for cell in row] == [Style.BOLD, Style.LINK, Style.MATH]
    assert (row[1].spans[0].href, row[2].spans[0].source) == ("http://x", "a")


def test_link_in_a_cell_that_is_defined_below_leads_there() -> None:
    block = table("| [a] | b |\n|--|--|\n| [a] | c |\n\n[a]: http://late")
    assert [row[0].spans[0].href for row in block.rows] == ["http://late"] * 2


def test_header_alone_is_shown_as_a_table_while_it_grows() -> None:
    growing = GrowingText()
    for letter in "| Name | **Va":
        growing.feed(letter)
    assert texts(growing.blocks[0]) == [["Name", "Va"]]
    growing.feed("lue** |\n|-")
    assert texts(growing.blocks[0]) == [["Name", "Value"]]


def test_open_table_grows_in_the_same_block() -> None:
    growing = GrowingText()
    growing.feed("| a | b |\n|--|--|\n")
    block = growing.blocks[0]
    for letter in "| c | **d** |\n| e":
        growing.feed(letter)
    assert growing.blocks[0] is block
    assert texts(block) == [["a", "b"], ["c", "d"], ["e", ""]]
    assert growing.frozen == 0


@pytest.mark.timeout(120)
def test_table_of_a_hundred_thousand_rows_keeps_them_all() -> None:
    growing = GrowingText()
    growing.feed("| a | b |\n|--|--|\n")
    for start in range(0, 100_000, 500):
        growing.feed("".join(f"| {row} | x |\n" for row in range(start, start + 500)))
    growing.finish()
    (block,) = growing.blocks
    assert isinstance(block, TableBlock)
    assert len(block.rows) == 100_001
    assert block.rows[-1][0].text == "99999"


def test_table_that_would_be_mostly_empty_cells_ends() -> None:
    text = "|" + "a|" * 900 + "\n|" + "-|" * 900 + "\n" + "|x|\n" * 200
    blocks = parse_blocks(text)
    cells = sum(len(block.rows) * 900 for block in blocks if isinstance(block, TableBlock))
    assert cells < MAX_ADDED_CELLS + 2 * 900
    assert plain_text(blocks).count("x") == 200


def test_endless_row_keeps_its_text() -> None:
    text = "| a | b |\n|--|--|\n| " + "long " * 5_000 + "| end |\n| next | row |"
    words = plain_text(parse_blocks(text)).split()
    assert words.count("long") + words.count("lo") >= 4_990
    assert words[-2:] == ["next", "row"]
