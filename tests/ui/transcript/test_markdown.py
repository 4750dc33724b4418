from __future__ import annotations

import pytest

from desktop_chat.ui.transcript.blocks import (
    CodeBlock,
    RuleBlock,
    Style,
    TextBlock,
    plain_text,
)
from desktop_chat.ui.transcript.markdown import parse_blocks


def styled(text: str) -> list[tuple[str, Style, str]]:
    block = parse_blocks(text)[0]
    assert isinstance(block, TextBlock)
    return [(block.text[s.start : s.start + s.length], s.style, s.href) for s in block.spans]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a **b** c", [("b", Style.BOLD, "")]),
        ("*a*", [("a", Style.ITALIC, "")]),
        ("***a***", [("a", Style.BOLD | Style.ITALIC, "")]),
        ("~~a~~", [("a", Style.STRIKE, "")]),
        ("`a*b*`", [("a*b*", Style.CODE, "")]),
        ("[a](https://b.c)", [("a", Style.LINK, "https://b.c")]),
        ("<https://b.c>", [("https://b.c", Style.LINK, "https://b.c")]),
        ("see https://b.c/d_e_(f).", [("https://b.c/d_e_(f)", Style.LINK, "https://b.c/d_e_(f)")]),
        ("(https://b.c)", [("https://b.c", Style.LINK, "https://b.c")]),
        ("[a](javascript:alert(1))", []),
        ("[a](file:///etc/passwd)", []),
        ("<b>a</b>", []),
    ],
)
def test_inline_styles(text: str, spans: list[tuple[str, Style, str]]) -> None:
    assert styled(text) == spans


def test_html_stays_text() -> None:
    text = '<img src="http://remote/p.png"> <script>x</script>'
    assert plain_text(parse_blocks(text)) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("![alt](http://remote/p.png)", "alt (http://remote/p.png)"), ("![](/etc/x)", "/etc/x")],
)
def test_image_becomes_its_address(text: str, shown: str) -> None:
    assert plain_text(parse_blocks(text)) == shown


def test_line_break_is_kept() -> None:
    assert plain_text(parse_blocks("Roses are red,\nviolets are blue")) == (
        "Roses are red,\nviolets are blue"
    )


def test_lists_have_markers_and_depth() -> None:
    blocks = parse_blocks("1. a\n1. b\n   - c\n\n     d\n- e")
    places = [(b.place.containers, b.place.marker, b.place.is_tight) for b in blocks]
    assert places == [
        ("l", "1.", False),
        ("l", "2.", True),
        ("ll", "◦", True),
        ("ll", "", False),
        ("l", "•", True),
    ]


def test_empty_item_keeps_its_marker() -> None:
    assert [block.place.marker for block in parse_blocks("-\n- b")] == ["•", "•"]


def test_quote_and_rule_and_heading() -> None:
    quote, rule, heading = parse_blocks("> a\n\n---\n\n## b")
    assert quote.place.containers == "q"
    assert isinstance(rule, RuleBlock)
    assert isinstance(heading, TextBlock)
    assert heading.level == 2


def test_nesting_is_shown_to_a_bounded_depth() -> None:
    deepest = max(len(block.place.containers) for block in parse_blocks("> " * 20 + "a"))
    assert deepest == 8


def test_code_keeps_language_and_lines() -> None:
    (block,) = parse_blocks("```python title=x\na\n\n b\n```")
    assert isinstance(block, CodeBlock)
    assert (block.language, block.lines) == ("python", ["a", "", " b"])


def test_table_is_aligned_text() -> None:
    (block,) = parse_blocks("| a | b |\n|---|--:|\n| cc | 1 |\n| d | 22 |")
    assert isinstance(block, CodeBlock)
    assert block.lines == ["a    b", "──  ──", "cc   1", "d   22"]


def test_plain_text_has_markers_and_paragraphs() -> None:
    text = "# a\n\n- b\n- c\n\nd\n\n---\n\n```\ne\n```"
    assert plain_text(parse_blocks(text)) == "a\n\n• b\n• c\n\nd\n\ne"
