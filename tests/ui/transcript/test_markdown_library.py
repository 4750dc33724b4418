"""Our blocks are those that markdown-it finds, where it keeps to the standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from desktop_chat.ui.transcript.text.blocks import (
    LINE_BREAK,
    Block,
    CodeBlock,
    ImageBlock,
    RuleBlock,
    TableBlock,
    TextBlock,
    plain_text,
)
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from desktop_chat.ui.transcript.text.markdown_containers import MAX_DEPTH
from desktop_chat.ui.transcript.text.markdown_inline import Words, parse_flat, parse_inline
from desktop_chat.ui.transcript.text.markdown_references import References

if TYPE_CHECKING:
    from markdown_it.token import Token

# Definitions stand apart, and no header of a table begins as a list: there the library differs.
PIECES = (
    "para one ", "word", "\n", "\n", "\n\n", "- item ", "1. num ", "  - sub ", "```py\n", "```\n",
    "> q ", "    code\n", "***", "**b**", "`c`", "\n\n| a | b |\n", "|--|:-:|\n", "| c | d |\n",
    "# h\n", "---\n", "===\n", "  \n", "~~~\n", "* * *\n", "<b>", "http://x.y ", "[l](http://a)",
    "2) z", "&amp;", "10. ten\n", "   - three\n", "> > r\n", "é", "![i](http://p)", "[r]",
    "\n\n[r]: http://z\n\n", "[s][r]", "  ", "-\n", "1.\n", "*", "_", "+ x", "- ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


def by_library(text: str) -> list[tuple[Any, ...]]:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 200}).enable("table")
    references = References()
    found: list[tuple[Any, ...]] = []
    containers: list[str] = []
    level = 0
    rows: list[list[str]] | None = None
    for token in parser.disable("inline").parse(text, {"references": references}):
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "blockquote_open" | "list_item_open":
                containers.append("q" if token.tag == "blockquote" else "l")
            case "blockquote_close" | "list_item_close":
                containers.pop()
            case "table_open":
                rows = []
            case "tr_open":
                assert rows is not None
                rows.append([])
            case "table_close":
                found.append(("table", _depth(containers), rows))
                rows = None
            case "inline" if rows is not None:
                rows[-1].append(parse_flat(token.content, references, is_cell=True).text)
            case _:
                found += _leaf(token, _depth(containers), level, references)
        level = 0 if token.type == "heading_close" else level
    return found


def _depth(containers: list[str]) -> str:
    return "".join(containers)[:MAX_DEPTH]


def _bare(text: str) -> str:
    """Return text without spaces: within code the library keeps those before further lines."""
    return text.replace(" ", "").strip(LINE_BREAK)


def _leaf(
    token: Token, containers: str, level: int, references: References
) -> list[tuple[Any, ...]]:
    match token.type:
        case "inline" if level:
            words = parse_flat(token.content, references)
            return [("text", containers, level, _bare(words.text))]
        case "inline":
            return [
                ("text", containers, 0, _bare(part.text))
                if isinstance(part, Words)
                else ("image", containers)
                for part in parse_inline(token.content, references)
                if not isinstance(part, Words) or _bare(part.text)
            ]
        case "fence" | "code_block":
            lines = token.content.removesuffix("\n").split("\n") if token.content else []
            return [("code", containers, token.info.strip(), lines)]
        case "hr":
            return [("rule", containers)]
    return []


def ours(block: Block) -> tuple[Any, ...]:
    containers = block.place.containers
    match block:
        case TextBlock():
            return ("text", containers, block.level, _bare(block.text))
        case CodeBlock():
            return ("code", containers, block.language, block.lines)
        case TableBlock():
            return ("table", containers, [[cell.text for cell in row] for row in block.rows])
        case RuleBlock():
            return ("rule", containers)
        case ImageBlock():
            return ("image", containers)
    raise AssertionError(block)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_blocks_are_those_of_the_library(text: str) -> None:
    found = [ours(block) for block in parse_blocks(text + "\n")]
    # Items with nothing in them have no leaf in the library.
    found = [each for each in found if each[0] != "text" or each[2] or each[3]]
    assert found == by_library(text + "\n")


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_no_word_is_dropped(pieces: list[str]) -> None:
    text = " \n\n".join(word + str(index) for index, word in enumerate(pieces) if word.isalpha())
    shown = plain_text(parse_blocks(text))
    assert [word for word in text.split() if word not in shown] == []
