from __future__ import annotations

import pytest

from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    CodeBlock,
    ImageBlock,
    RuleBlock,
    Style,
    TextBlock,
    plain_text,
)
from desktop_chat.ui.transcript.text.markdown import parse_blocks


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
        ("~a~", [("a", Style.STRIKE, "")]),
        ("`a*b*`", [("a*b*", Style.CODE, "")]),
        ("[a](https://b.c)", [("a", Style.LINK, "https://b.c")]),
        ("<https://b.c>", [("https://b.c", Style.LINK, "https://b.c")]),
        ("see https://b.c/d_e_(f).", [("https://b.c/d_e_(f)", Style.LINK, "https://b.c/d_e_(f)")]),
        ("(https://b.c)", [("https://b.c", Style.LINK, "https://b.c")]),
        ("https://b.c/路。", [("https://b.c/路", Style.LINK, "https://b.c/路")]),
        ("at www.b.org!", [("www.b.org", Style.LINK, "http://www.b.org")]),
        ("to a.b+c@d.org.", [("a.b+c@d.org", Style.LINK, "mailto:a.b+c@d.org")]),
        ("<a@b.cd>", [("a@b.cd", Style.LINK, "mailto:a@b.cd")]),
        ("x@y and @z and 3@", []),
        ("`www.b.org`", [("www.b.org", Style.CODE, "")]),
        ("[www.x.org](http://y.z)", [("www.x.org", Style.LINK, "http://y.z")]),
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
    ("text", "address", "label"),
    [
        ("![alt *x*](http://remote/p.png)", "http://remote/p.png", "alt x"),
        ("![](/etc/x)", "/etc/x", ""),
        ("![a][r]\n\n[r]: http://late/p", "http://late/p", "a"),
    ],
)
def test_image_is_a_block_of_its_own(text: str, address: str, label: str) -> None:
    assert parse_blocks(text) == [ImageBlock(address, label)]


def test_image_in_prose_splits_the_paragraph() -> None:
    before, image, after = parse_blocks("- see **b** ![i](http://p) and *c*")
    assert isinstance(before, TextBlock)
    assert isinstance(after, TextBlock)
    assert (before.text, image.place.containers, after.text) == ("see b", "l", "and c")
    assert (before.place.marker, image.place.marker, after.place.marker) == ("•", "", "")
    assert [(span.start, span.length) for span in after.spans] == [(4, 1)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# ![i](http://p)", "i (http://p)"),
        ("[![i](http://p)](http://q)", "i (http://p)"),
        ("| ![i](http://p) |\n|--|", "i (http://p)"),
    ],
)
def test_image_where_no_block_can_stand_is_a_link(text: str, shown: str) -> None:
    (block,) = parse_blocks(text)
    assert plain_text([block]) == shown


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "vbscript:x"])
def test_image_with_a_forbidden_scheme_stays_text(address: str) -> None:
    assert plain_text(parse_blocks(f"![a]({address})")) == f"![a]({address})"


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


def test_task_list_has_boxes_for_markers() -> None:
    blocks = parse_blocks("- [ ] a\n- [x] **b**\n1. [X] c\n- [y] d\n- [ ]e\n")
    shown = [(b.place.marker, b.text) for b in blocks if isinstance(b, TextBlock)]
    assert shown == [("[ ]", "a"), ("[x]", "b"), ("[x]", "c"), ("•", "[y] d"), ("•", "[ ]e")]


def test_footnotes_are_marks_and_stand_where_they_are_written() -> None:
    text, note, more = parse_blocks("a[^n] and[^1]\n\n[^n]: the *note*\n\n    more")
    assert isinstance(text, TextBlock)
    assert text.text == "an and1"
    assert [s.style for s in text.spans] == [Style.NOTE, Style.NOTE]
    assert (note.place.containers, note.place.marker) == ("l", "[^n]")
    assert plain_text([more]) == "more"
    assert more.place.containers == "l"


def test_footnote_that_nobody_defines_is_text() -> None:
    assert styled("a[^b-z] c") == []


@pytest.mark.parametrize("ending", ["  \n", "\\\n", "\n"])
def test_hard_and_soft_breaks_begin_a_line(ending: str) -> None:
    (block,) = parse_blocks(f"a{ending}b")
    assert isinstance(block, TextBlock)
    assert block.text == f"a{LINE_BREAK}b"


def test_entities_and_escapes_are_characters() -> None:
    assert plain_text(parse_blocks("&amp; &copy; &#x41; \\* \\$5 &nope;")) == "& © A * $5 &nope;"


def test_object_placeholder_from_outside_is_no_formula() -> None:
    (block,) = parse_blocks("a \ufffc b &#xFFFC; `\ufffc`")
    assert isinstance(block, TextBlock)
    assert "\ufffc" not in block.text


def test_number_of_an_item_that_begins_with_a_list_is_kept() -> None:
    blocks = parse_blocks("3. - a\n4. b")
    assert [b.place.marker for b in blocks] == ["3.", "◦", "4."]
    assert blocks[1].place.is_tight


def test_plain_text_has_markers_and_paragraphs() -> None:
    text = "# a\n\n- b\n- c\n\nd\n\n---\n\n```\ne\n```"
    assert plain_text(parse_blocks(text)) == "a\n\n• b\n• c\n\nd\n\ne"
