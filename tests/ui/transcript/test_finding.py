"""Find in this chat: what is found, in which order, what is marked, what stays in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.access import accessible
from desktop_chat.ui.transcript.finding.finding_blocks import (
    SLICE,
    Growth,
    block_ranges,
    search_message,
)
from desktop_chat.ui.transcript.finding.finding_hits import RowHits
from desktop_chat.ui.transcript.finding.finding_index import MAX_KEPT, FindIndex
from desktop_chat.ui.transcript.finding.finding_text import Query
from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.message_layout import message_blocks
from desktop_chat.ui.transcript.text.blocks import (
    OBJECT,
    Block,
    Cell,
    CodeBlock,
    FormulaBlock,
    Span,
    Style,
    TableBlock,
    TextBlock,
    block_text,
)
from tests.ui.transcript.samples import CHAT, ListSource, conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.finding.find_bar import FindBar
    from desktop_chat.ui.transcript.finding.finding_search import ChatSearch
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

SHIFT = Qt.KeyboardModifier.ShiftModifier


def found(text: str, words: str, **options: bool) -> list[str]:
    return [text[start:end] for start, end in Query(words, **options).ranges(text)]


# Text


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The other THEN", "the", ["The", "the", "THE"]),
        ("Café, CAFE, cafe\u0301!", "cafe", ["Café", "CAFE", "cafe\u0301"]),
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("ﬁne İstanbul fine", "fine", ["ﬁne", "fine"]),
        ("İstanbul", "istanbul", ["İstanbul"]),
        ("😀😀 e\u0301 😀é", "é", ["e\u0301", "é"]),
        ("가각", "가", ["가"]),
        ("かが", "か", ["か"]),
        ("two\u2028lines and two\xa0words", "two lines", ["two\u2028lines"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("ß", "s", ["ß"]),
        ("abc", "", []),
        ("Привет ПРИВЕТ", "привет", ["Привет", "ПРИВЕТ"]),
    ],
)
def test_ranges_without_case_and_accents_cover_what_was_written(
    text: str, words: str, expected: list[str]
) -> None:
    assert found(text, words) == expected


def test_ranges_when_exact_tell_case_and_accents_apart() -> None:
    assert found("Cafe cafe café", "cafe", is_exact=True) == ["cafe"]
    assert list(Query("cafe", is_exact=True).ranges("Cafe cafe café")) == [(5, 9)]


def test_ranges_of_whole_words_leave_out_parts_of_others() -> None:
    text = "the then other_the (the) the\u0301 the"
    starts = [start for start, _end in Query("the", is_whole_word=True).ranges(text)]
    assert starts == [0, 20, text.index("the\u0301"), len(text) - 3]


MARKDOWN = [
    "f**oo**bar and more", r"a\_foo\_bar", "`foobar`", "[foo](https://x.org/a)bar", "foo&#98;ar",
    "FOO_BAR_", "fo~~oba~~r", "| foobar | b |\n|---|---|\n| c | d |", "$\\frac{foobar}{2}$",
    "# foobar", "    foobar", "<b>foobar</b>", "*fóobar*", "[^1]: foobar", "![foobar](x.png)",
]  # fmt: skip


def glance(query: Query, markdown: str) -> bool:
    steps = query.glance(markdown)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return bool(end.value)


@pytest.mark.parametrize("markdown", MARKDOWN)
@pytest.mark.parametrize("words", ["foobar", "foo bar", "foo", "oob", "FOO", "_", "b"])
def test_glance_at_the_markdown_never_misses_a_hit(markdown: str, words: str) -> None:
    query = Query(words)
    blocks = message_blocks(reply(1, markdown))
    if any(block_ranges(block, query) for block in blocks):
        assert glance(query, markdown)


def test_glance_at_a_long_text_finds_words_between_its_pieces() -> None:
    for at in (10, 31_995, 32_000, 60_000):
        text = "a é " * (at // 4) + "nee**dle** in hay" + " b" * 20_000
        assert glance(Query("needle hay"), text)
    assert not glance(Query("needle"), "a é " * 20_000)


def test_glance_at_the_markdown_skips_what_has_no_hit() -> None:
    assert not glance(Query("needle"), "Nothing *of* the kind, [or](https://x.org) so")


# Blocks


def test_block_ranges_find_formulas_by_their_latex() -> None:
    span = Span(4, 1, Style.MATH, source=r"\frac{alpha}{2}")
    block = TextBlock(f"sum {OBJECT} alpha", (span,))
    assert block_ranges(block, Query("alpha")) == [(4, 5), (6, 11)]
    assert block_ranges(FormulaBlock(r"\sqrt{alpha}"), Query("ALPHA")) == [(0, 1)]
    assert block_ranges(FormulaBlock(r"\sqrt{beta}"), Query("alpha")) == []


def test_block_ranges_of_a_table_count_through_its_cells() -> None:
    formula = Cell(f"x {OBJECT}", (Span(2, 1, Style.MATH, source="tide"),))
    block = TableBlock([[Cell("Tide"), Cell("Moon")], [formula, Cell("low tide")]], ("", ""))
    text = block_text(block)
    assert [text[start:end] for start, end in block_ranges(block, Query("tide"))] == [
        "Tide",
        OBJECT,
        "tide",
    ]


def test_block_ranges_of_long_code_are_those_of_its_text() -> None:
    lines = [f"line {number} needle" for number in range(1500)]
    block = CodeBlock(lines)
    ranges = block_ranges(block, Query("needle"))
    assert ranges == list(Query("needle").ranges(block_text(block)))
    assert len(ranges) == 1500


def grown(query: Query, states: list[list[Block]]) -> RowHits:
    hits = RowHits()
    growth = Growth(BODY, query, hits)
    for blocks in states:
        list(growth.take(blocks))
    return hits


def test_growth_finds_what_a_whole_search_finds() -> None:
    query, first, code = Query("ab"), TextBlock("ab one"), CodeBlock([])
    hits, growth = RowHits(), None
    growth = Growth(BODY, query, hits)
    list(growth.take([first]))
    list(growth.take([first, TextBlock("a")]))
    for line in ("ab", "no", "ab ab", "a"):
        code.lines.append(line)
        list(growth.take([first, code]))
    code.lines[-1] += "b"
    list(growth.take([first, code]))
    list(growth.take([first, code, TextBlock("end ab")]))
    blocks: list[Block] = [first, code, TextBlock("end ab")]
    expected = [
        (n, *found) for n, block in enumerate(blocks) for found in block_ranges(block, query)
    ]
    assert [hits.place(n)[1:] for n in range(len(hits))] == expected


def test_growth_drops_hits_of_text_that_changed() -> None:
    hits = grown(Query("ab"), [[TextBlock("ab")], [TextBlock("**a"), TextBlock("ab")]])
    assert [hits.place(n) for n in range(len(hits))] == [(BODY, 1, 0, 2)]


def test_index_keeps_few_rows_and_all_numbers() -> None:
    index, count = FindIndex(3 * MAX_KEPT), 3 * MAX_KEPT
    for row in range(count):
        hits = RowHits()
        hits.add(BODY, 0, [(0, 1), (2, 3)])
        index.put(row, hits)
    assert index.total == 2 * count
    assert index.locate(2 * 100 + 1) == (100, 1)
    assert sum(index.hits(row) is not None for row in range(count)) == MAX_KEPT
    assert not index.is_at_hand(0)


# The bar


def search_for(view: TranscriptView, qtbot: QtBot, words: str) -> ChatSearch:
    """Type words into the bar and wait until the whole chat is looked through."""
    view.finder.open()
    bar_of(view).field.setText(words)
    search = view.finder.search
    assert search is not None
    qtbot.waitUntil(lambda: not search.is_running, timeout=20_000)
    return search


def bar_of(view: TranscriptView) -> FindBar:
    assert view.finder.bar is not None
    return view.finder.bar


def current(view: TranscriptView) -> tuple[int, str]:
    """Return the row and the text of the current hit."""
    assert view.finder.search is not None
    here = view.finder.search.index.current
    assert here is not None
    column = view.stage.layout.message(here.row).column(here.place.part)
    assert column is not None
    return here.row, block_text(column.blocks[here.place.block])[here.place.start : here.place.end]


def is_seen(view: TranscriptView) -> bool:
    """Whether the current hit is in the window, below the bar."""
    assert view.finder.search is not None
    here = view.finder.search.index.current
    assert here is not None
    message = view.stage.layout.message(here.row)
    column = message.column(here.place.part)
    assert column is not None
    layout = column.layout(here.place.block)
    rect = layout.rects(here.place.start, here.place.end)[0]
    y = view.stage.row_rect(here.row).top() + message.column_origin(here.place.part).y()
    top = y + column.origin(here.place.block).y() + rect.top()
    return bar_of(view).geometry().bottom() < top < view.stage.window - 20


CHAT_OF_HITS = [
    user(1, "Tide?"),
    reply(2, "The tide, and\n\n- tides"),
    user(3, "tidy"),
    reply(4, "No"),
]


def test_typing_marks_all_hits_and_counts_them(show: Show, qtbot: QtBot) -> None:
    view = show(CHAT_OF_HITS)
    search_for(view, qtbot, "tid")
    assert bar_of(view).count.text() == "1 of 4"
    assert list(view.stage.marked(1, BODY, 0).hits) == [(4, 7)]
    assert list(view.stage.marked(1, BODY, 1).hits) == [(0, 3)]
    assert not view.stage.marked(3, BODY, 0)


def test_hits_are_painted_and_the_current_one_stands_out(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "tide tide")])
    search_for(view, qtbot, "tide")
    image, rect = view.grab().toImage(), view.stage.row_rect(0)
    y = rect.top() + 12
    colours = {image.pixelColor(x, y).name() for x in range(rect.left(), rect.left() + 120)}
    assert {load_theme("light").find_hit, load_theme("light").current_hit} <= colours


def test_keys_in_the_bar_step_through_the_hits_and_round(show: Show, qtbot: QtBot) -> None:
    view = show(CHAT_OF_HITS)
    search_for(view, qtbot, "tid")
    field, rows = bar_of(view).field, []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_F3, Qt.Key.Key_Return, Qt.Key.Key_Return):
        qtbot.keyClick(field, key)
        rows.append(current(view)[0])
    assert rows == [1, 1, 2, 0]
    qtbot.keyClick(field, Qt.Key.Key_Return, SHIFT)
    qtbot.keyClick(field, Qt.Key.Key_F3, SHIFT)
    assert (current(view)[0], bar_of(view).count.text()) == (1, "3 of 4")


def test_escape_closes_and_leaves_the_hit_selected(show: Show, qtbot: QtBot) -> None:
    view = show(CHAT_OF_HITS)
    search_for(view, qtbot, "IDES")
    qtbot.keyClick(bar_of(view).field, Qt.Key.Key_Escape)
    assert not bar_of(view).isVisible()
    assert view.selected_text() == "ides"
    assert view.stage.found is None
    assert view.hasFocus()


def test_escape_in_the_conversation_closes_the_bar_first(show: Show, qtbot: QtBot) -> None:
    view = show(CHAT_OF_HITS)
    search_for(view, qtbot, "tide")
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert not bar_of(view).isVisible()
    assert view.selected_text() == "Tide"
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.selected_text() == ""


def test_options_narrow_the_search(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "The the then")])
    search_for(view, qtbot, "the")
    assert bar_of(view).count.text() == "1 of 3"
    bar_of(view).whole_word.click()
    qtbot.waitUntil(lambda: bar_of(view).count.text() == "1 of 2", timeout=5_000)
    bar_of(view).exact.click()
    qtbot.waitUntil(lambda: bar_of(view).count.text() == "1 of 1", timeout=5_000)
    assert current(view) == (0, "the")


def test_result_is_announced_once_the_search_is_over(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, said = show(CHAT_OF_HITS), list[str]()
    monkeypatch.setattr(accessible, "send_event", lambda event: said.append(event.message()))
    QAccessible.setActive(True)
    search_for(view, qtbot, "tid")
    view.finder.find_next()
    QAccessible.setActive(False)
    assert said == ["1 of 4", "2 of 4"]


def test_nothing_found_is_said(show: Show, qtbot: QtBot) -> None:
    view = show(CHAT_OF_HITS)
    search_for(view, qtbot, "absent")
    assert bar_of(view).count.text() == "No hits"
    view.finder.find_next()
    assert bar_of(view).count.text() == "No hits"


def test_selected_word_is_looked_for_when_the_bar_opens(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "high tide and tide")])
    view.stage.selection.select(
        view.stage.place_at(QPoint(0, 0)), view.stage.place_at(QPoint(0, 0))
    )
    view.finder.open()
    qtbot.keyClick(bar_of(view).field, Qt.Key.Key_Escape)
    search_for(view, qtbot, "tide")
    qtbot.keyClick(bar_of(view).field, Qt.Key.Key_Escape)
    bar_of(view).field.clear()
    view.finder.open()
    assert bar_of(view).field.text() == "tide"


def test_empty_chat_has_nothing_to_find(show: Show) -> None:
    view = show([])
    view.finder.open()
    assert view.finder.bar is None


# Where the reader is


def test_hit_in_view_moves_nothing(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(60))
    view.scroll_to(view.stage.layout.height // 2)
    first = view.stage.visible_rows()[0]
    before = view.stage.row_rect(first).top(), view.stage.place_at(QPoint(0, 0))
    search_for(view, qtbot, "lunar_day")
    view.grab()
    search = view.finder.search
    assert search is not None
    assert search.index.number >= 0
    assert (view.stage.row_rect(first).top(), view.stage.place_at(QPoint(0, 0))) == before


def test_first_hit_is_the_nearest_one_and_comes_into_view(show: Show, qtbot: QtBot) -> None:
    messages = conversation(400)
    messages[20] = messages[390] = user(21, "the needle is here")
    view = show(messages)
    view.scroll_to_end()
    search_for(view, qtbot, "needle")
    assert current(view) == (390, "needle")
    assert is_seen(view)
    view.finder.find_next()
    assert current(view) == (20, "needle")
    assert is_seen(view)


def test_longer_word_stays_at_the_hit(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "ta ti ta tid tide tidal tide")])
    search_for(view, qtbot, "tid")
    view.finder.find_next()
    at = view.finder.search.index.current if view.finder.search else None
    search_for(view, qtbot, "tide")
    assert view.finder.search is not None
    assert view.finder.search.index.current is not None
    assert at is not None
    assert view.finder.search.index.current.place.start == at.place.start


@pytest.mark.timeout(120)
def test_whole_long_chat_is_looked_through(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(3_000))
    search = search_for(view, qtbot, "Second with a link")
    assert search.index.total == 1_500
    view.finder.find_previous()
    assert is_seen(view)


def test_long_message_is_unfolded_to_the_hit_only_when_parsed(show: Show, qtbot: QtBot) -> None:
    text = "\n\n".join(f"Paragraph {number} *of* many" for number in range(6_000))
    view = show([user(1), reply(2, text + "\n\nneedle")])
    view.scroll_to(0)
    search_for(view, qtbot, "needle")
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished() and is_seen(view), timeout=20_000)
    assert current(view) == (1, "needle")


def test_hit_in_a_long_message_far_away_is_shown_once_parsed(show: Show, qtbot: QtBot) -> None:
    text = "\n\n".join(f"Paragraph {number} *of* many" for number in range(6_000))
    view = show([reply(1, text + "\n\nneedle"), *(user(n) for n in range(2, 120))])
    assert view.stage.layout.kept(0) is None
    search_for(view, qtbot, "needle")
    qtbot.waitUntil(lambda: not view.stage.layout.message(0).has_rest, timeout=20_000)
    qtbot.waitUntil(lambda: is_seen(view))
    assert current(view) == (0, "needle")


def test_search_of_links_with_late_targets_never_reads_them_all_at_once(show: Show) -> None:
    links = "\n\n".join(f"word [{n}][r{n}]" for n in range(2_000))
    message = reply(1, links + "\n\n" + "\n".join(f"[r{n}]: http://a.b/{n}" for n in range(2_000)))
    steps = search_message(message, Query("word"), {})
    parsing = len(message.content) // SLICE + 1
    # All else are steps of corrections, and one for each block with its hits.
    assert sum(1 for _ in steps) > parsing + len(message_blocks(message)) + 5


# What hides hits


def test_folded_reasoning_is_searched_and_unfolded(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "Yes.", reasoning="Let me *think* about the needle.")])
    search = search_for(view, qtbot, "think about the needle")
    assert search.index.current is not None
    assert search.index.current.place.part == REASONING
    assert current(view)[1] == "think about the needle"
    assert is_seen(view)


def test_hit_beyond_the_side_of_code_is_moved_into_view(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "```text\n" + "word " * 100 + "needle\n```")])
    search_for(view, qtbot, "needle")
    layout = view.stage.layout.message(0).body.layout(0)
    start = 500
    rect = layout.rects(start, start + 6)[0]
    assert 0 < rect.left() < rect.right() < layout.natural_width


def test_collapsed_code_is_unfolded_to_its_hit(show: Show, qtbot: QtBot) -> None:
    lines = "\n".join(f"x = {number}" for number in range(120))
    view = show([user(1), reply(2, f"```python\n{lines}\nneedle()\nlast\n```\n\nEnd")])
    search_for(view, qtbot, "needle")
    layout = view.stage.layout.message(1).body.layout(0)
    text = block_text(view.stage.layout.message(1).body.blocks[0])
    rect = layout.rects(text.index("needle"), text.index("needle") + 6)[0]
    assert rect.bottom() <= layout.height
    assert is_seen(view)


# What happens meanwhile


def test_growing_reply_is_searched_as_it_grows(show: Show, qtbot: QtBot) -> None:
    view = show([user(1, "needle"), growing(2)])
    search = search_for(view, qtbot, "needle")
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(2), "One **nee")
    model.append_delta(MessageId(2), "dle** and needle", "needle too")
    model.deltas.flush()
    qtbot.waitUntil(lambda: search.index.total == 4, timeout=10_000)
    done = reply(2, "One **needle** and needle", reasoning="needle too")
    model.replace(replace(done, status=MessageStatus.COMPLETE))
    model.append(user(3, "needle again"))
    qtbot.waitUntil(lambda: search.index.total == 5, timeout=10_000)
    assert bar_of(view).count.text() == "1 of 5"


def test_dropped_reply_takes_its_hits_along(show: Show, qtbot: QtBot) -> None:
    view = show([user(1, "needle"), reply(2, "needle needle")])
    search = search_for(view, qtbot, "needle")
    view.finder.find_previous()
    model = view.model()
    assert model is not None
    model.truncate(1)
    qtbot.waitUntil(lambda: bar_of(view).count.text() == "1", timeout=5_000)
    assert search.index.current is None
    view.finder.find_next()
    assert current(view) == (0, "needle")


def test_other_chat_is_searched_without_moving(show: Show, qtbot: QtBot) -> None:
    view = show([user(1, "needle")])
    search_for(view, qtbot, "needle")
    model = view.model()
    assert model is not None
    model.set_chat(ChatId(8), ListSource([user(9, "needle needle"), *conversation(40)]))
    qtbot.waitUntil(lambda: bar_of(view).count.text() == "2", timeout=5_000)
    assert view.stage.position.follows_end
    model.set_chat(CHAT, ListSource([]))
    assert not bar_of(view).isVisible()


@pytest.mark.parametrize(("width", "size"), [(420, 100), (420, 200), (800, 100), (800, 300)])
def test_bar_stays_inside_a_narrow_window(show: Show, qtbot: QtBot, width: int, size: int) -> None:
    view = show(conversation(4))
    search_for(view, qtbot, "the")
    view.set_text_size(size)
    view.resize(width, 600)
    bar = bar_of(view)
    assert view.viewport().rect().contains(bar.geometry())
    children = [bar.field, bar.count, bar.next, bar.previous, bar.close_button]
    areas = [child.geometry() for child in children if child.isVisible()]
    assert bar.field.width() >= 40
    assert all(bar.rect().contains(area) for area in areas)
    assert not any(a.intersects(b) for a in areas for b in areas if a is not b)


# From outside: a search over all chats leads here


def shown_place(view: TranscriptView, qtbot: QtBot, row: int, words: str, **more: bool) -> None:
    view.finder.show_place(row, words, **more)
    qtbot.waitUntil(lambda: view.finder.search is not None and view.finder.search.index.number >= 0)


def test_place_from_outside_is_shown_before_nearer_ones(show: Show, qtbot: QtBot) -> None:
    view = show([user(100, "tide"), *conversation(30), reply(99, f"{'x ' * 900}the *tide* turns")])
    view.finder.open()
    bar_of(view).whole_word.setChecked(True)
    view.setFocus()
    shown_place(view, qtbot, 31, "tid")
    assert current(view) == (31, "tid")
    assert is_seen(view)
    bar = bar_of(view)
    assert (bar.field.text(), bar.field.hasFocus()) == ("tid", False)
    assert not bar.whole_word.isChecked()


def test_place_from_outside_in_the_reasoning_unfolds_it(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "the tide", reasoning="a tide, I think")])
    shown_place(view, qtbot, 1, "tide", is_reasoning=True)
    search = view.finder.search
    assert search is not None
    assert search.index.current is not None
    assert search.index.current.place.part == REASONING
    shown_place(view, qtbot, 1, "tide")
    assert view.finder.search is not None
    assert view.finder.search.index.current is not None
    assert view.finder.search.index.current.place.part == BODY


def test_message_from_outside_without_words_is_shown_without_a_bar(show: Show) -> None:
    view = show(conversation(30))
    view.finder.show_place(4, "")
    assert 4 in view.stage.visible_rows()
    assert not view.finder.is_open
    view.finder.show_place(400, "tide")
    assert not view.finder.is_open
