"""What is selected, by mouse and as text, in every kind of block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_chat.ui.transcript.layouts.hits import BODY, REASONING
from desktop_chat.ui.transcript.selection import END, Position, Selection, line_in, word_in
from desktop_chat.ui.transcript.text.blocks import (
    Cell,
    CodeBlock,
    TableBlock,
    TextBlock,
    block_text,
)
from tests.ui.transcript.samples import conversation, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

LEFT = Qt.MouseButton.LeftButton
NO_BUTTON = Qt.MouseButton.NoButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
TABLE = "| Tide | High tide |\n|---|---|\n| Moon | at noon |\n| Sun | never seen |"


def point_at(
    view: TranscriptView, words: str, *, row: int = 0, part: int = BODY, block: int = -1
) -> QPoint:
    """Return a point in the first letter of some words of a message."""
    message = view.stage.layout.message(row)
    column = message.column(part)
    assert column is not None
    for number, shown in enumerate(column.blocks):
        if block in (-1, number) and words in block_text(shown):
            offset = block_text(shown).index(words)
            rect = column.layout(number).rects(offset, offset + 1)[0]
            at = view.stage.row_rect(row).topLeft() + message.column_origin(part)
            inside = QPoint(round(rect.left()) + 2, round(rect.center().y()))
            return at + column.origin(number) + inside
    raise AssertionError(words)


def drag(view: TranscriptView, start: QPoint, end: QPoint) -> str:
    area = view.viewport()
    QTest.mousePress(area, LEFT, NONE, start)
    QTest.mouseMove(area, end)
    QTest.mouseRelease(area, LEFT, NONE, end)
    return view.selected_text()


def double_click(view: TranscriptView, at: QPoint, *, clicks: int = 2) -> str:
    QTest.mouseDClick(view.viewport(), LEFT, NONE, at)
    if clicks == 3:
        QTest.mousePress(view.viewport(), LEFT, NONE, at)
        QTest.mouseRelease(view.viewport(), LEFT, NONE, at)
    return view.selected_text()


# Words and lines of blocks


@pytest.mark.parametrize(
    ("text", "offset", "word"),
    [
        ("one two", 5, "two"), ("one two", 3, "one"), ("cafe\u0301 au", 1, "cafe\u0301"),
        ("a, b", 1, ","), ("हिन्दी है", 2, "हिन्दी"), ("", 0, ""), ("one", 99, "one"),
    ],
)  # fmt: skip
def test_word_in_a_paragraph(text: str, offset: int, word: str) -> None:
    start, end = word_in(TextBlock(text), offset)
    assert text[start:end] == word


def test_word_and_line_in_code_keep_to_the_line() -> None:
    block = CodeBlock(["def f():", "", "    return None"])
    text = block_text(block)
    at = text.index("return") + 2
    assert text[slice(*word_in(block, at))] == "return"
    assert text[slice(*line_in(block, at))] == "    return None"
    assert line_in(block, 9) == (9, 9)
    assert text[slice(*line_in(block, END))] == "    return None"
    assert line_in(CodeBlock([]), 0) == (0, 0)


def test_word_and_line_in_a_table_keep_to_the_cell() -> None:
    block = TableBlock([[Cell("a"), Cell("b c")], [Cell(""), Cell("d")]], ("", ""))
    text = block_text(block)
    assert text[slice(*line_in(block, text.index("c")))] == "b c"
    assert text[slice(*word_in(block, text.index("b")))] == "b"
    assert line_in(block, text.index("\n") + 1) == (6, 6)


# By mouse


def test_double_click_in_a_table_takes_the_word_third_click_the_cell(show: Show) -> None:
    view = show([user(1), reply(2, TABLE)])
    at = point_at(view, "tide", row=1)
    assert double_click(view, at) == "tide"
    assert double_click(view, at, clicks=3) == "High tide"


def test_double_click_in_code_takes_the_word_third_click_the_line(show: Show) -> None:
    view = show([reply(1, "```py\nfirst = 1\nsecond = first + 2\n```")])
    at = point_at(view, "first + 2")
    assert double_click(view, at) == "first"
    assert double_click(view, at, clicks=3) == "second = first + 2"


def send_mouse(view: TranscriptView, kind: QEvent.Type, at: QPoint) -> None:
    """Send an event past the platform, which keeps back a move to where the mouse was left."""
    area = view.viewport()
    where = area.mapToGlobal(at.toPointF())
    button = NO_BUTTON if kind == QEvent.Type.MouseMove else LEFT
    held = NO_BUTTON if kind == QEvent.Type.MouseButtonRelease else LEFT
    QApplication.sendEvent(area, QMouseEvent(kind, at.toPointF(), where, button, held, NONE))


def test_drag_after_a_double_click_goes_on_by_words(show: Show) -> None:
    view = show([reply(1, "one two three four five")])
    send_mouse(view, QEvent.Type.MouseButtonDblClick, point_at(view, "three"))
    send_mouse(view, QEvent.Type.MouseMove, point_at(view, "our"))
    assert view.selected_text() == "three four"
    send_mouse(view, QEvent.Type.MouseMove, point_at(view, "wo"))
    assert view.selected_text() == "two three"
    send_mouse(view, QEvent.Type.MouseButtonRelease, point_at(view, "wo"))
    QTest.mouseMove(view.viewport(), point_at(view, "five"))
    assert view.selected_text() == "two three"


def test_drag_reaches_from_table_over_code_into_the_next_message(show: Show) -> None:
    view = show([reply(1, f"{TABLE}\n\n```\ncode line\n```"), user(2, "And then?")])
    text = drag(view, point_at(view, "never"), point_at(view, "then", row=1))
    assert text.split("\n\n") == ["never seen", "code line", "And "]


def test_drag_through_unfolded_reasoning_takes_both_parts(show: Show) -> None:
    view = show([user(1), reply(2, "The answer.", reasoning="First thought.\n\nSecond.")])
    view.presses.toggle_reasoning(1)
    start = point_at(view, "thought", row=1, part=REASONING)
    text = drag(view, start, point_at(view, "swer", row=1))
    assert text == "thought.\n\nSecond.\n\nThe an"


def test_drag_over_a_formula_takes_its_latex(show: Show) -> None:
    view = show([reply(1, "Half is $\\frac{1}{2}$ of it.\n\n$$a^2 + b^2$$\n\nDone.")])
    view.grab()
    text = drag(view, point_at(view, "is"), point_at(view, "one."))
    assert "\\frac{1}{2}" in text
    assert "a^2 + b^2" in text
    assert text.endswith("D")


def test_shift_click_extends_across_kinds_of_blocks(show: Show) -> None:
    view = show([reply(1, f"Start here.\n\n{TABLE}")])
    QTest.mouseClick(view.viewport(), LEFT, NONE, point_at(view, "here"))
    QTest.mouseClick(view.viewport(), LEFT, SHIFT, point_at(view, "at noon"))
    text = view.selected_text()
    assert text.startswith("here.")
    assert text.endswith("Moon\t")


@pytest.mark.parametrize("is_down", [True, False])
def test_drag_beyond_the_window_scrolls_and_selects_on(
    show: Show, qtbot: QtBot, is_down: bool
) -> None:
    view = show(conversation(60))
    view.scroll_to(view.stage.layout.height // 2)
    area, first = view.viewport(), view.stage.visible_rows()[0]
    QTest.mousePress(area, LEFT, NONE, QPoint(400, 300))
    beyond = QPoint(400, view.stage.window + 80 if is_down else -80)
    QTest.mouseMove(area, beyond)

    def has_gone_far() -> bool:
        row = view.stage.visible_rows()[0]
        return row > first + 4 if is_down else row < first - 4

    qtbot.waitUntil(has_gone_far, timeout=20_000)
    QTest.mouseRelease(area, LEFT, NONE, beyond)
    assert view.selected_text().count("Question") >= 2
    place = view.stage.place_at(QPoint(400, 10))
    QTest.qWait(100)
    assert view.stage.place_at(QPoint(400, 10)) == place


def test_drag_ends_where_another_chat_is_shown(show: Show) -> None:
    view = show(conversation(6))
    model = view.model()
    assert model is not None
    at = point_at(view, "Question")
    QTest.mouseDClick(view.viewport(), LEFT, NONE, at)
    QTest.mousePress(view.viewport(), LEFT, NONE, at)
    QTest.mouseMove(view.viewport(), QPoint(at.x(), -80))
    model.set_chat(None, None)
    # The scrolling of a drag would look for rows that are gone.
    QTest.qWait(100)
    QTest.mouseMove(view.viewport(), QPoint(100, 100))
    assert view.stage.selection.is_empty


# As text


def test_word_of_a_list_item_comes_without_its_marker(show: Show) -> None:
    view = show([reply(1, "1. one two\n2. three")])
    assert double_click(view, point_at(view, "one")) == "one"
    view.select_all()
    assert view.selected_text() == "1. one two\n2. three"


def test_position_after_the_end_is_that_of_the_last_letter(show: Show) -> None:
    view = show([reply(1, "one two")])
    view.stage.selection.select(Position(0, BODY, 0, 4), Position(0, BODY, END, END))
    assert view.selected_text() == "two"


def test_selection_knows_its_moving_end() -> None:
    selection, first, last = Selection(), Position(0, BODY, 0, 1), Position(0, BODY, 0, 5)
    assert not selection.moving
    selection.start(last)
    selection.extend(first)
    assert selection.ends == (first, last)
    assert selection.moving == first
