"""Code blocks: wrapping, line numbers, folding, controls, sideways scrolling, growing."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from desktop_chat.domain.message import MessageId
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.block_state import BlockState
from desktop_chat.ui.transcript.layouts.code_cells import breaks, cells
from desktop_chat.ui.transcript.layouts.code_colours import Colours
from desktop_chat.ui.transcript.layouts.code_layout import CodeLayout
from desktop_chat.ui.transcript.layouts.code_lines import LONG, CodeLines
from desktop_chat.ui.transcript.layouts.code_rows import MAX_KEPT, CodeRows, contrast
from desktop_chat.ui.transcript.layouts.code_shape import FOLDED_ABOVE, FOLDED_LINES, NUMBERED_ABOVE
from desktop_chat.ui.transcript.layouts.hits import BODY, Hit, Part
from desktop_chat.ui.transcript.layouts.look import Look
from desktop_chat.ui.transcript.layouts.marked import NOTHING, Marked
from desktop_chat.ui.transcript.text.blocks import CodeBlock, block_text
from tests.ui.transcript.samples import growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

WIDTH = 400
LINES = {
    "plain": "value = compute(first, second)",
    "wide": "x = " + "word " * 60,
    "unbroken": "a" * 333,
    "tabs": "\tif a:\t\tb\tc" * 12,
    "cjk": "数据 = 计算(第一, 第二) " * 12,
    "emoji": "🌊🌙 x = '👩‍🚀' " * 15,
    "accents": "e\u0301te\u0301 " * 40,
    "long": "abc, " * 700,
    "long cjk": "第一, " * 300,
    "empty": "",
}


class Recorder:
    """Takes orders of colours and does none."""

    def __init__(self) -> None:
        self.orders = 0

    def order(self, key: Hashable, job: Any) -> None:
        self.orders += 1


def look(size: int = 100, workshop: Any = None, theme: str = "light") -> Look:
    return Look(load_theme(theme, size), workshop)


def lay_out(lines: list[str], width: int = WIDTH, **more: Any) -> CodeLayout:
    state = more.pop("state", None) or BlockState()
    size, workshop = more.pop("size", 100), more.pop("workshop", None)
    return CodeLayout(CodeBlock(lines, "text", **more), look(size, workshop), width, state)


def painted(
    layout: CodeLayout, top: int = 0, height: int = 600, marked: Marked = NOTHING
) -> QImage:
    """What a window shows whose top is so far down the block."""
    image = QImage(layout.natural_width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    try:
        layout.paint(painter, 0, -top, image.rect(), marked)
    finally:
        painter.end()
    return image


def action_names(layout: CodeLayout) -> list[str]:
    return [control.action for control in layout.controls()]


def numbered(count: int) -> list[str]:
    return [f"line {number}" for number in range(1, count + 1)]


# Wrapping


def test_wrap_is_offered_only_where_a_line_is_wider_than_the_block(qapp):
    assert action_names(lay_out(["short"])) == ["copy"]
    assert action_names(lay_out([LINES["wide"]])) == ["wrap", "copy"]


def test_wrapping_shows_all_letters_without_sideways_scrolling(qapp):
    layout = lay_out([LINES["plain"], LINES["wide"]])
    before = layout.height
    assert layout.sideways is not None
    assert layout.press("wrap")
    assert layout.sideways is None
    assert layout.height > before
    assert all(rect.right() <= WIDTH - 12 for rect in layout.rects(0, 10_000))
    assert layout.press("wrap")
    assert layout.height == before
    assert layout.sideways is not None


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("columns", [8, 40, 91])
def test_wrapped_rows_hold_every_letter_once_and_fit(kind, columns):
    line = LINES[kind]
    starts = [*breaks(line, columns), len(line)]
    rows = [line[a:b] for a, b in pairwise(starts)]
    assert "".join(rows) == line
    assert all(cells(row) <= columns or "\t" in row for row in rows)
    if kind == "wide" and columns > 8:
        assert all(row.endswith(" ") for row in rows)


def test_wrapped_height_is_exact_however_it_was_reached(qapp):
    lines = list(LINES.values())
    whole = lay_out(lines, state=BlockState(is_wrapped=True))
    grown: list[str] = []
    layout = lay_out(grown, state=BlockState(is_wrapped=True))
    for line in lines:
        grown.append("")
        for at in range(0, len(line) + 1, 150):
            grown[-1] = line[:at]
            layout.grow(layout.block)
        grown[-1] = line
        layout.grow(layout.block)
    assert layout.height == whole.height
    rows = {rect.top() for rect in whole.rects(0, 10**9)}
    last = max(rows) + 20
    assert last == whole.height - 10


@pytest.mark.parametrize("is_wrapped", [False, True])
@pytest.mark.parametrize("kind", [kind for kind in LINES if kind not in ("empty", "emoji")])
def test_point_of_a_letter_leads_back_to_it(qapp, kind, is_wrapped):
    layout = lay_out(["first", LINES[kind], "last"], state=BlockState(is_wrapped=is_wrapped))
    text = block_text(layout.block)
    for offset in range(0, len(text), max(1, len(text) // 150)):
        rects = layout.rects(offset, offset + 1)
        if not rects or rects[0].width() < 4:
            continue  # a line end, or an accent
        rect = rects[0]
        found = layout.offset_at(round(rect.left() + 1), round(rect.center().y()))
        assert found == offset
        assert layout.y_of(offset) == (rect.top() if offset else 0)


def test_row_wider_than_its_columns_is_squeezed_into_the_block(qapp):
    # A letter that no table of widths knows to be so wide.
    layout = lay_out(["﷽" * 60], state=BlockState(is_wrapped=True))
    assert all(rect.right() <= WIDTH - 11 for rect in layout.rects(0, 60))


@pytest.mark.timeout(20)
def test_wrapping_many_lines_lays_out_only_the_seen(qapp):
    state = BlockState(is_unfolded=True)
    layout = lay_out([LINES["wide"], "short"] * 50_000, state=state)
    assert layout.press("wrap")
    rows = len(breaks(LINES["wide"], 41)) + 1
    assert layout.height > 50_000 * rows * 20 * 0.8
    painted(layout, layout.height // 2)


def test_rows_are_kept_only_up_to_a_bound(qapp):
    lines = CodeLines()
    lines.take(numbered(3 * MAX_KEPT))
    rows = CodeRows(look(), lines, Colours(""), 0)
    for number in range(3 * MAX_KEPT):
        rows.x_of(number, 0, 3)
    assert len(rows) == MAX_KEPT


def test_long_line_is_laid_out_in_tiles(qapp):
    lines = CodeLines()
    lines.take(["a" * (10 * LONG)])
    rows = CodeRows(look(), lines, Colours(""), 0)
    image = QImage(WIDTH, 20, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    rows.paint(painter, QPoint(0, 0).toPointF(), (0, 0), (5000.0, 5400.0), NOTHING)
    painter.end()
    assert len(rows) <= 2
    advance = look().code_advance
    assert rows.x_of(0, 0, 3000) == pytest.approx(3000 * advance)


# Line numbers


def test_line_numbers_begin_where_a_block_is_long(qapp):
    def left(count: int) -> float:
        return lay_out(numbered(count)).rects(0, 1)[0].left()

    assert left(NUMBERED_ABOVE) == left(1)
    assert left(NUMBERED_ABOVE + 1) > left(1) + 20
    assert left(NUMBERED_ABOVE + 1) == left(FOLDED_ABOVE) == left(999) < left(1000)


def test_line_numbers_stay_while_lines_move_sideways(qapp):
    layout = lay_out([LINES["wide"]] * 25)
    gutter = QRect(0, 60, 45, 300)
    before = painted(layout)
    assert layout.sideways is not None
    layout.sideways.scroll_by(101)
    after = painted(layout)
    assert before.copy(gutter) == after.copy(gutter)
    assert before != after


def test_line_numbers_are_no_part_of_the_text(qapp):
    layout = lay_out(numbered(25))
    assert layout.offset_at(14, 60) == layout.offset_at(30, 60) == 0
    assert layout.offset_at(14, 70) == 7
    assert block_text(layout.block).startswith("line 1\nline 2")


# Folding


def test_stored_long_block_is_folded_until_it_is_unfolded(qapp):
    block = CodeBlock(numbered(120), "text")
    layout = CodeLayout(block, look(), WIDTH, BlockState())
    folded = layout.height
    assert folded == CodeLayout.height_of(block, look()) < 120 * 20
    unfold = layout.controls()[-1]
    assert (unfold.action, unfold.label) == ("unfold", "Show all 120 lines")
    assert unfold.rect.bottom() < folded
    assert layout.press("unfold")
    assert layout.height > 120 * 20
    assert layout.controls()[-1].label == "Show fewer lines"
    assert layout.press("fold")
    assert layout.height == folded


def test_block_of_forty_lines_is_whole(qapp):
    layout = lay_out(numbered(FOLDED_ABOVE))
    assert action_names(layout) == ["copy"]
    assert layout.height > FOLDED_ABOVE * 20


def test_hidden_lines_have_no_place_but_are_selected(qapp):
    layout = lay_out(numbered(120))
    text = block_text(layout.block)
    assert layout.offset_at(60, layout.height - 10) == len(text)
    assert len(layout.rects(0, len(text))) == FOLDED_LINES
    assert layout.rects(len(text) - 3, len(text)) == []
    assert layout.y_of(len(text)) < layout.height


def test_wrapped_block_folds_after_as_many_lines(qapp):
    layout = lay_out([LINES["wide"]] * 50, state=BlockState(is_wrapped=True))
    rects = layout.rects(0, 10**6)
    rows = len(breaks(LINES["wide"], int((WIDTH - 24 - 38) / look().code_advance)))
    assert len(rects) == FOLDED_LINES * rows


def test_block_that_is_being_written_never_folds(qapp):
    lines = numbered(39)
    layout = lay_out(lines, is_open=True)
    for number in range(40, 60):
        lines.append(f"line {number}")
        layout.grow(layout.block)
        assert layout.height == 33 + 20 + len(lines) * 20
    assert action_names(layout) == ["copy"]
    layout.grow(CodeBlock(lines, "text"))
    assert layout.height > len(lines) * 20
    assert action_names(layout) == ["copy", "fold"]


def test_block_seen_first_amid_its_writing_does_not_fold_at_its_end(qapp):
    state, lines = BlockState(), numbered(60)
    lay_out(lines, is_open=True, state=state)
    layout = lay_out(lines, state=state)
    assert layout.height > 60 * 20


def test_find_unfolds_by_the_state(qapp):
    assert lay_out(numbered(60), state=BlockState(is_unfolded=True)).height > 60 * 20


def test_folding_at_the_end_of_a_block_shows_its_top(show: Show):
    view = show([user(1), reply(2, "```text\n" + "a\n" * 300 + "```\n" + "Later.\n\n" * 50)])
    message = view.stage.layout.message(1)
    press(view, message.body.layout(0), "unfold")
    view.scroll_to(5000)
    press(view, message.body.layout(0), "fold")
    top = view.stage.row_rect(1).top() + message.body_top
    assert 0 <= top < 300


def press(view: TranscriptView, layout: Any, action: str) -> None:
    control = next(one for one in layout.controls() if one.action == action)
    view.presses.press_control(1, Hit(Part.CONTROL, BODY, 0, control=control))


def test_streamed_block_ends_unfolded_in_the_window(show: Show):
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    for number in range(70):
        model.append_delta(MessageId(2), "```py\n" if not number else f"line = {number}\n")
        model.deltas.flush()
    model.append_delta(MessageId(2), "```\nDone.")
    model.deltas.flush()
    body = view.stage.layout.message(1).body
    assert body.layout(0).height > 69 * 20
    assert body.layout(0).controls()[-1].action == "fold"


# Header


@pytest.mark.parametrize("size", [50, 100, 200, 300])
@pytest.mark.parametrize("width", [60, 120, 160, 240, 360, 744])
def test_controls_are_apart_and_inside_at_any_width(qapp, width, size):
    state = BlockState(is_copied=True)
    block = CodeBlock([LINES["wide"]] * 60, "some-language-with-a-long-name")
    layout = CodeLayout(block, look(size), width, state)
    rects = [control.rect for control in layout.controls()]
    assert len(rects) == 3 or width < 240
    assert not any(a.intersects(b) for a in rects for b in rects if a is not b)
    narrowest = round(40 * size / 100)
    bounds = QRect(min(0, width - narrowest), 0, max(width, narrowest), layout.height)
    assert all(bounds.contains(rect.adjusted(2, 0, -2, 0)) for rect in rects)
    painted(layout)


def test_control_does_not_move_when_its_block_was_copied(qapp):
    state = BlockState()
    layout = lay_out([LINES["wide"]], state=state)
    before = layout.controls()
    state.is_copied = True
    assert layout.controls() == before


def test_unknown_action_is_not_the_blocks(qapp):
    assert not lay_out(["x"]).press("copy")


# Colours


def test_seen_code_gets_its_colours_and_keeps_its_heights(show: Show, qtbot: QtBot):
    view = show([user(1), reply(2, "```python\ndef f():\n    return 1\n```")])
    heights = view.stage.layout.height
    keyword = QColor(load_theme("light").syntax_keyword).rgb()

    def is_coloured() -> None:
        image = view.grab().toImage()
        size = image.size()
        pixels = (image.pixel(x, y) for y in range(size.height()) for x in range(200))
        assert keyword in pixels

    qtbot.waitUntil(is_coloured, timeout=20_000)
    assert view.stage.layout.height == heights


def test_code_is_not_lexed_before_it_is_seen(qapp):
    recorder = Recorder()
    layout = CodeLayout(CodeBlock(["x"], "py"), look(workshop=recorder), WIDTH, BlockState())
    layout.block.lines.append("y")
    layout.grow(layout.block)
    assert recorder.orders == 0
    painted(layout)
    assert recorder.orders == 1
    assert layout.is_waiting


def test_colours_outlive_the_layout(qapp):
    state, recorder, block = BlockState(), Recorder(), CodeBlock(["def f(): pass"], "python")
    coloured = painted(CodeLayout(block, look(), WIDTH, state))
    again = CodeLayout(block, look(workshop=recorder), WIDTH, state)
    assert painted(again) == coloured
    assert recorder.orders == 0


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast-light", "high-contrast-dark"])
def test_selected_code_is_legible(qapp, theme):
    block = CodeBlock(["# a comment in the way", "def f(): return 'text', 12"], "python")
    layout = CodeLayout(block, look(theme=theme), WIDTH, BlockState())
    painted(layout)
    image, tokens = painted(layout, marked=Marked((0, 100))), load_theme(theme)
    colours = {image.pixelColor(x, y).name() for x in range(WIDTH) for y in range(46, 82)}
    names = ("text", "syntax_keyword", "syntax_string", "syntax_number", "syntax_comment")
    seen = [name for name in names if getattr(tokens, name) in colours]
    ground = QColor(tokens.selection)
    assert "text" in seen
    assert all(contrast(QColor(getattr(tokens, name)), ground) >= 4.5 for name in seen)


# Growing


def test_growing_repaints_from_the_first_line_that_differs(qapp):
    lines = ["def f():"]
    layout = lay_out(lines, is_open=True)
    texts = ["", "a", "ab", "ab 🌊", "数", "\tx", "y" * 60, "", "", "end"] * 3
    for text in texts:
        before = painted(layout, height=900)
        if text and len(text) > len(lines[-1]) and text.startswith(lines[-1]):
            lines[-1] = text
        else:
            lines.append(text)
        y = layout.grow(layout.block)
        assert y is not None
        # Not the round corners: Qt rounds them a little differently for each height.
        kept = QRect(2, 0, WIDTH - 4, y)
        assert painted(layout, height=900).copy(kept) == before.copy(kept)
    assert layout.grow(layout.block) == layout.height


def test_growing_takes_up_another_list_that_begins_the_same(qapp):
    layout = lay_out(["a", "b", "c"], is_open=True)
    assert layout.grow(CodeBlock(["a", "b", "cd", "e"], "text")) is not None
    assert layout.height == lay_out(["a", "b", "cd", "e"]).height
    assert layout.grow(CodeBlock(["a", "x", "cd", "e"], "text")) is None
    assert layout.grow(CodeBlock(["a", "b", "cd", "e"], "python")) is None


def test_line_taken_away_again_leaves_no_trace(qapp):
    lines = ["a", "b" * 30]
    layout = lay_out(lines, is_open=True)
    lines.pop()
    layout.grow(layout.block)
    assert layout.height == lay_out(["a"]).height
    assert layout.offset_at(390, 60) == 1


def test_bar_in_the_hand_stays_the_same_while_the_block_grows(qapp):
    layout = lay_out([LINES["wide"]], is_open=True)
    bar = layout.sideways
    assert bar is not None
    most = bar.most
    layout.block.lines.append(LINES["wide"] + "more")
    layout.grow(layout.block)
    assert layout.sideways is bar
    assert bar.most > most
    assert bar.is_on_bar(50, layout.height - 4)


def test_widest_line_decides_how_far_lines_move(qapp):
    for kind in ("wide", "tabs", "cjk", "emoji", "accents"):
        layout = lay_out([LINES[kind], "x"])
        assert layout.sideways is not None
        layout.sideways.scroll_by(10**6)
        right = layout.rects(len(LINES[kind]) - 1, len(LINES[kind]))[0].right()
        assert right == pytest.approx(WIDTH - 12, abs=2)


@pytest.mark.timeout(30)
def test_block_of_a_hundred_thousand_lines_grows_and_paints(qapp):
    lines = numbered(100_000)
    layout = lay_out(lines, is_open=True)
    for number in range(2000):
        lines.append(f"more {number}")
        y = layout.grow(layout.block)
        assert y is not None
        assert y >= layout.height - 60
    assert painted(layout, layout.height - 600) != painted(layout, 0)


def test_direction_marks_are_visible(qapp):
    plain, marked = (lay_out([text]) for text in ("ab", "a\u202eb"))
    assert marked.rects(0, 3)[0].width() > plain.rects(0, 2)[0].width()
