"""What is on the clipboard after copying: plain text, Markdown and HTML."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QClipboard, QFont, QGuiApplication, QTextDocument, QTextTable

from desktop_chat.domain.message import MessageId
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.copying.clipboard import MAX_STYLED, Copied, Piece
from desktop_chat.ui.transcript.copying.copying import Copier
from desktop_chat.ui.transcript.copying.gathering import BlockGathering
from desktop_chat.ui.transcript.copying.markdown_text import as_markdown
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.selection import END, Position
from desktop_chat.ui.transcript.text.blocks import Block, Span, Style, TextBlock
from desktop_chat.ui.transcript.text.markdown import parse_blocks
from tests.ui.transcript.samples import CHAT, ListSource, conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

TABLE = "| Name | Sum |\n|:---|---:|\n| a \\| b | 1 |\n| **c** | $x^2$ |"
SAMPLES = (
    "# Title with *stress*", "###### Small `code` #\\#", "Two\nlines\n===", "Plain words.",
    "**bold *both* bold** and ***all*** and ~~gone~~", "a*b*c and _it_ and **b**_i_",
    "`code`, `` a`b ``, ` `` `", "[link **b**](https://a.b/c_(d) 'T') and <https://e.org>",
    "See https://e.org/a_b.", "\\*no\\* \\_no\\_ \\`no\\` \\[no](x) 2 * 3 snake_case &amp;amp;",
    "1\\. no\n\\- no\n\\> no\n\\# no", "Hard\\\nbreak and  \nanother",
    "- a\n- b\n  - c\n\n    d\n- e",
    "1. a\n2. b\n\n   more\n3. c", "7) a\n8) b", "- [ ] to do\n- [x] done", "> a\n>\n> b\n> > c",
    "- > q\n  > r\n- - nested", "- ```py\n  x = 1\n  ```\n- ***",
    "```python\ndef f():\n\n    x\n```",
    "````\n```\n````", "    indented\n    code", TABLE, "| a |\n|---|\n| `x\\|y` |", "---", "***",
    "Sum $x^2$ and \\(y\\) here, $5 alone", "$$\\frac{a}{b}$$", "\\[\na\nb\n\\]", "so $$x$$ it is",
    "![alt *x*](https://a.b/i.png)", "see ![i](http://p/q.png) there", "x[^1] y\n\n[^1]: note",
    "שלום **עולם**", "<b>not html</b> & &lt;", "| a | b |\nno table", "- a\n-\n- b",
)  # fmt: skip


def mime() -> QMimeData:
    data = QGuiApplication.clipboard().mimeData()
    assert data is not None
    return data


def markdown() -> str:
    return bytes(mime().data("text/markdown").data()).decode()


def html_of(text: str) -> str:
    copied = Copied()
    for _ in copied.write([Piece(parse_blocks(text))]):
        pass
    return copied.html


def copied_block(block: Block) -> Copied:
    gathering = BlockGathering(block)
    for _ in gathering.steps():
        pass
    return gathering.copied


def select(view: TranscriptView, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    """Select from row, block and offset to others, in the bodies."""
    first, last = (Position(row, BODY, block, offset) for row, block, offset in (start, end))
    view.stage.selection.select(first, last)


def copy_part(view: TranscriptView, start: tuple[int, int], end: tuple[int, int]) -> None:
    select(view, (0, *start), (0, *end))
    view.copy()


# Markdown


@pytest.mark.parametrize("text", SAMPLES)
def test_markdown_of_whole_blocks_reads_back_as_the_same(text: str) -> None:
    blocks = parse_blocks(text)
    assert parse_blocks(as_markdown(blocks)) == blocks


@settings(deadline=None)
@given(st.lists(st.sampled_from(SAMPLES), max_size=5).map("\n\n".join))
def test_markdown_of_any_blocks_reads_back_as_the_same(text: str) -> None:
    blocks = parse_blocks(text)
    assert parse_blocks(as_markdown(blocks)) == blocks


def test_part_of_a_list_is_a_list(show: Show) -> None:
    view = show([reply(1, "Intro\n\n1. one **bold words** end\n2. two\n   - three\n\nOutro")])
    copy_part(view, (1, 6), (3, 4))
    assert mime().text() == "ld words end\n2. two\n  ◦ thre"
    assert markdown() == "**ld words** end\n\n2. two\n   - thre"


def test_part_of_nested_item_is_moved_out(show: Show) -> None:
    view = show([reply(1, "- a\n  - b\n\n    > quoted\n- c")])
    copy_part(view, (2, 2), (3, 1))
    assert markdown() == "> oted\n- c"


def test_heading_cut_at_its_start_is_words(show: Show) -> None:
    view = show([reply(1, "## Long heading\n\nText")])
    copy_part(view, (0, 5), (1, 4))
    assert markdown() == "heading\n\nText"


def test_part_of_code_is_fenced(show: Show) -> None:
    view = show([reply(1, "```py\nfirst\nsecond\nthird\n```")])
    copy_part(view, (0, 2), (0, 8))
    assert (mime().text(), markdown()) == ("rst\nse", "```py\nrst\nse\n```")


def test_rows_of_a_table_are_a_table_and_one_cell_is_words(show: Show) -> None:
    view = show([reply(1, "| a | b |\n|---|---|\n| cc | dd |\n| ee | ff |")])
    copy_part(view, (0, 4), (0, 15))
    assert (mime().text(), markdown()) == (
        "cc\tdd\nee\tff",
        "| cc | dd |\n| --- | --- |\n| ee | ff |",
    )
    copy_part(view, (0, 5), (0, 6))
    assert (mime().text(), markdown()) == ("c", "c")


# HTML


def test_html_keeps_structure_for_a_word_processor() -> None:
    document = QTextDocument()
    document.setHtml(html_of("# Title\n\nSome **bold**.\n\n- one\n- two\n\n" + TABLE))
    blocks = [document.findBlockByNumber(n) for n in range(document.blockCount())]
    assert blocks[0].blockFormat().headingLevel() == 1
    assert [block.text() for block in blocks if block.textList()] == ["one", "two"]
    table = next(one for one in document.rootFrame().childFrames() if isinstance(one, QTextTable))
    assert (table.rows(), table.columns()) == (3, 2)
    assert table.cellAt(1, 0).firstCursorPosition().block().text() == "a | b"
    bold = document.find("bold").charFormat()
    assert bold.fontWeight() == QFont.Weight.Bold


def test_html_nests_lists_and_numbers_them() -> None:
    found = html_of("3. a\n4. b\n   - c\n   - d\n\n> e")
    assert '<ol start="3"><li>a</li><li>b<ul><li>c</li><li>d</li></ul></li></ol>' in found
    assert re.search(r"</ol><blockquote style=[^>]+><p>e</p></blockquote>$", found)


@pytest.mark.parametrize("text", [*SAMPLES, "- a\n\n> b\n\n1. c\n   > d\n   > - e"])
def test_html_elements_are_balanced(text: str) -> None:
    opened: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)[^>]*>", html_of(text)):
        if closing:
            assert opened.pop() == name
        elif name not in ("br", "hr", "meta"):
            opened.append(name)
    assert opened == []


def test_html_holds_nothing_that_runs_or_is_fetched() -> None:
    text = (
        '<script>alert(1)</script> <img src="http://r/p.png" onerror="x"> \n\n'
        '![alt](http://remote/i.png) [x](javascript:alert(1)) ["q](https://a.b/?\'"<>)\n\n'
        "```html\n<script>bad()</script>\n```\n\n| <i>a</i> |\n|---|\n| <b onclick=x> |"
    )
    found = html_of(text)
    names = set(re.findall(r"<([a-z]\w*)", found))
    assert names <= {"meta", "p", "a", "pre", "code", "span", "table", "tr", "th", "td", "br"}
    attributes = set(re.findall(r"<[a-z]\w*((?: [\w-]+=(?:\"[^\"]*\"|'[^']*'))*)>", found))
    used = {name for one in attributes for name in re.findall(r" ([\w-]+)=", one)}
    assert used <= {"style", "href", "http-equiv", "content", "charset", "dir"}
    assert "url(" not in found


def test_only_links_that_can_be_opened_are_links_in_html() -> None:
    blocks = [
        TextBlock("x", (Span(0, 1, Style.LINK, address),))
        for address in ("https://a.b/", "javascript:alert(1)", "file:///etc/passwd", "//a.b")
    ]
    copied = Copied()
    for _ in copied.write([Piece(blocks)]):
        pass
    assert re.findall('href="([^"]*)"', copied.html) == ["https://a.b/"]


def test_html_of_a_lone_paragraph_goes_into_another_one() -> None:
    assert "<p" not in html_of("just *words*")
    assert "<p" in html_of("one\n\ntwo")


def test_right_to_left_paragraph_says_so() -> None:
    assert '<p dir="rtl">' in html_of("שלום עולם\n\nHello")


def test_spaces_and_breaks_survive_in_html() -> None:
    assert "<p>a<br>b&nbsp; &nbsp; c</p>" in html_of("x\n\na\nb    c")


# One thing


def test_formula_is_copied_as_latex() -> None:
    (block,) = parse_blocks("$$\\frac{a}{b}$$")
    copied = copied_block(block)
    assert (copied.text, copied.markdown) == ("\\frac{a}{b}", "$$\\frac{a}{b}$$")


def test_code_is_copied_out_of_its_list_and_as_it_stands() -> None:
    block = parse_blocks("- item\n\n  ```c\n  if (a < b) {\n      c();\n  }\n  ```")[1]
    copied = copied_block(block)
    assert copied.text == "if (a < b) {\n    c();\n}"
    assert copied.markdown == "```c\nif (a < b) {\n    c();\n}\n```"
    assert re.sub("</?span[^>]*>", "", copied.html).endswith(
        "if (a &lt; b) {\n    c();\n}</code></pre>"
    )


def test_code_is_coloured_in_html() -> None:
    (block,) = parse_blocks("```python\nx = '<b>'  # note\n```")
    light = load_theme("light")
    html = copied_block(block).html
    assert f'<span style="color:{light.syntax_string}">&#x27;&lt;b&gt;&#x27;</span>' in html
    assert f'<span style="color:{light.syntax_comment}"># note</span></code>' in html


def test_table_is_copied_with_tabs_that_no_cell_holds() -> None:
    (block,) = parse_blocks("| a\tb | c |\n|---|---|\n| $x$ | e |")
    assert copied_block(block).text == "a b\tc\n$x$\te"


def test_image_is_copied_as_its_address() -> None:
    (block,) = parse_blocks("![alt](https://a.b/i.png)")
    copied = copied_block(block)
    assert copied.text == "https://a.b/i.png"
    assert "<img" not in copied.html


# Messages


def test_message_is_copied_as_it_was_written(show: Show) -> None:
    text = "# A\n\n* b  \n* **c**"
    view = show([reply(1, text)])
    view.presses.copy_message(0)
    assert (mime().text(), markdown()) == (text, text)
    assert "<h1>A</h1><ul>" in mime().html()


def test_what_the_user_typed_is_copied_as_typed(show: Show) -> None:
    view = show([user(1, "Why **so**?\n  x < y"), reply(2, "Be*cause*")])
    view.select_all()
    view.copy()
    assert mime().text() == "Why **so**?\n  x < y\n\nBecause"
    assert markdown() == "Why **so**?\n  x < y\n\nBe*cause*"
    assert "Why **so**?<br>&nbsp; x &lt; y</p><p>Be<em>cause</em></p>" in mime().html()


def test_unfolded_reasoning_is_copied_before_the_reply(show: Show) -> None:
    view = show([reply(1, "Answer", reasoning="Think *hard*")])
    view.presses.toggle_reasoning(0)
    first, last = Position(0, REASONING, 0, 0), Position(0, BODY, END, END)
    view.stage.selection.select(first, last)
    view.copy()
    assert (mime().text(), markdown()) == ("Think hard\n\nAnswer", "Think *hard*\n\nAnswer")


def test_copy_of_growing_reply_is_of_what_was_there(show: Show) -> None:
    view = show([growing(1)])
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(1), "```\none\n")
    model.deltas.flush()
    view.select_all()
    view.copy()
    model.append_delta(MessageId(1), "two\n```\n")
    model.deltas.flush()
    assert (mime().text(), markdown()) == ("one", "```\none\n```")


@pytest.mark.timeout(60)
def test_ten_thousand_messages_are_copied_in_slices(show: Show, qtbot: QtBot) -> None:
    messages = conversation(10_000)
    view = show(messages)
    QGuiApplication.clipboard().setText("before")
    view.select_all()
    view.copy()
    assert (view.copier.is_busy, mime().text()) == (True, "before")
    qtbot.waitUntil(lambda: not view.copier.is_busy, timeout=50_000)
    text = mime().text()
    assert [text.count("Question"), text.count("lunar_day")] == [5_000, 5_000]
    assert (len(text) > MAX_STYLED, mime().hasHtml()) == (True, False)


def test_other_chat_does_not_cut_off_what_is_copied(show: Show) -> None:
    view = show(conversation(2_000))
    view.select_all()
    view.copy()
    assert view.copier.is_busy
    model = view.model()
    assert model is not None
    model.set_chat(CHAT, ListSource([user(1, "New")]))
    assert (view.copier.is_busy, mime().text().count("Question")) == (False, 1_000)


def test_later_copy_replaces_the_one_under_way(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(2_000))
    view.select_all()
    view.copy()
    view.presses.copy_message(0)
    assert (view.copier.is_busy, mime().text()) == (False, "Question 1")


def test_as_markdown_puts_the_source_into_plain_text(show: Show) -> None:
    view = show([reply(1, "a **b**")])
    view.select_all()
    view.copier.copy_selection(as_markdown=True)
    assert (mime().text(), mime().hasHtml()) == ("a **b**", False)


class TwoClipboards:
    """A clipboard of a system whose middle button pastes."""

    def __init__(self) -> None:
        self.held: dict[QClipboard.Mode, str] = {}

    def supportsSelection(self) -> bool:  # noqa: N802 - as Qt names it
        return True

    def setMimeData(  # noqa: N802 - as Qt names it
        self, data: QMimeData, mode: QClipboard.Mode = QClipboard.Mode.Clipboard
    ) -> None:
        self.held[mode] = data.text()


def test_selection_is_offered_to_the_middle_button(show: Show) -> None:
    view = show([reply(1, "One two")])
    clipboard = TwoClipboards()
    copier = Copier(view, clipboard)  # type: ignore[arg-type]
    copier.offer_selection()
    assert clipboard.held == {}
    select(view, (0, 0, 4), (0, 0, 7))
    copier.offer_selection()
    assert clipboard.held == {QClipboard.Mode.Selection: "two"}


def test_ctrl_c_without_selection_copies_the_current_message(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "**x**")])
    view.set_current_row(1)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert mime().text() == "**x**"


@pytest.mark.timeout(120)
def test_program_ends_well_with_something_on_the_clipboard() -> None:
    program = """
from PySide6.QtWidgets import QApplication
from desktop_chat.ui.transcript.copying.clipboard import Copied
app = QApplication([])
app.clipboard().setMimeData(Copied("x", "x", "x").data())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
