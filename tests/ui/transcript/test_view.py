"""Selecting, copying, folding, links and buttons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import ThoughtOnlyError
from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.layouts.hits import Hit, Part
from desktop_chat.ui.transcript.selection import Position
from desktop_chat.ui.transcript.text.blocks import TextBlock
from tests.ui.transcript.samples import ListSource, conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

FAILED = reply(
    2,
    "",
    status=MessageStatus.FAILED,
    error="No server",
    error_code="server_unreachable",
    error_fields={"url": "http://127.0.0.1:1"},
)
LEFT = Qt.MouseButton.LeftButton


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def point_of(view: TranscriptView, part: Part, text: str = "") -> QPoint:
    """Return a point that shows a part of a message, or the start of a word."""
    origin = view.stage.origin()
    for y in range(0, view.viewport().height(), 4):
        for x in range(origin.x(), origin.x() + view.stage.layout.width, 2):
            row, hit = view.stage.hit(QPoint(x, y))
            if hit.part is part and text_from(view, row, hit).startswith(text):
                return QPoint(x, y)
    raise AssertionError(part)


def text_from(view: TranscriptView, row: int, hit: Hit) -> str:
    blocks = view.stage.layout.message(row).body.blocks
    return getattr(blocks[hit.block], "text", "")[hit.offset :] if blocks else ""


def drag(view: TranscriptView, start: QPoint, end: QPoint) -> None:
    area = view.viewport()
    QTest.mousePress(area, LEFT, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(area, end)
    QTest.mouseRelease(area, LEFT, Qt.KeyboardModifier.NoModifier, end)


def test_drag_selects_across_messages_and_ctrl_c_copies(show: Show, qtbot: QtBot) -> None:
    view = show([user(1, "Why is it?"), reply(2, "Because.\n\n- one\n- two\n\nEnd here")])
    drag(view, point_of(view, Part.TEXT, "is"), point_of(view, Part.TEXT, "here"))
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "is it?\n\nBecause.\n\n• one\n• two\n\nEnd "


def test_drag_upwards_selects_the_same(show: Show) -> None:
    view = show([user(1, "Why is it?"), reply(2, "Because.\n\nEnd here")])
    drag(view, point_of(view, Part.TEXT, "here"), point_of(view, Part.TEXT, "is"))
    assert view.selected_text() == "is it?\n\nBecause.\n\nEnd "


def test_click_clears_the_selection(show: Show) -> None:
    view = show([user(1, "Why is it?")])
    view.select_all()
    QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.TEXT))
    assert view.selected_text() == ""


def test_select_all_reaches_messages_never_laid_out(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(400))
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    text = view.selected_text()
    assert text.startswith("Question 1\n\nThe Moon moves on while the Earth turns")
    assert text.count("def lunar_day():") == 200


def test_double_click_selects_a_word_third_click_the_line(show: Show) -> None:
    view = show([reply(1, "One two three.\n\nOther")])
    at = point_of(view, Part.TEXT, "two")
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    assert view.selected_text() == "two"
    QTest.mousePress(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)
    assert view.selected_text() == "One two three."
    QTest.mouseRelease(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, at)


def test_shift_click_extends(show: Show) -> None:
    view = show([reply(1, "One two three four")])
    QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.TEXT, "two"))
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(view.viewport(), LEFT, shift, point_of(view, Part.TEXT, "four"))
    assert view.selected_text() == "two three "


def test_selected_emoji_are_whole(show: Show) -> None:
    view = show([reply(1, "a 😀😀 **b** 😀 end")])
    drag(view, point_of(view, Part.TEXT, "😀😀"), point_of(view, Part.TEXT, "end"))
    assert view.selected_text() == "😀😀 b 😀 "


def test_selection_is_painted(show: Show) -> None:
    view = show([reply(1, "One two three")])
    view.select_all()
    image = view.grab().toImage()
    rect = view.stage.row_rect(0)
    colours = {image.pixelColor(x, rect.top() + 22).name() for x in range(rect.left(), 200)}
    assert load_theme("light").selection in colours


def test_copy_without_selection_takes_the_current_message(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "**raw**")])
    view.set_current_row(1)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == "**raw**"


def test_copy_button_copies_the_code(show: Show) -> None:
    view = show([reply(1, "```py\na = 1\n\nb = 2\n```")])
    QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.CONTROL))
    assert clipboard() == "a = 1\n\nb = 2"


def test_link_click_asks_for_its_address(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "See [the page](https://example.org/) for more")])
    with qtbot.waitSignal(view.link_requested) as link:
        QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.LINK))
    assert link.args == ["https://example.org/", "the page"]


def test_link_dragged_over_is_not_opened(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "[the page](https://example.org/) and more")])
    with qtbot.assertNotEmitted(view.link_requested):
        drag(view, point_of(view, Part.LINK), point_of(view, Part.LINK) + QPoint(40, 0))


def test_error_button_names_message_and_action(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), FAILED])
    with qtbot.waitSignal(view.error_action_requested) as wish:
        QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.ACTION))
    assert wish.args == [MessageId(2), "retry"]


def test_error_button_by_keyboard(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), FAILED])
    view.set_current_row(1)
    with qtbot.waitSignal(view.error_action_requested):
        qtbot.keyClick(view, Qt.Key.Key_Return)


def test_error_button_of_an_older_reply_is_gone_until_it_is_the_last_again(show: Show) -> None:
    view = show([user(1), FAILED])
    model = view.model()
    assert model is not None
    assert view.stage.layout.message(1).notes.action == "retry"
    model.append(user(3))
    assert not view.stage.layout.message(1).notes.action
    model.truncate(2)
    assert view.stage.layout.message(1).notes.action == "retry"


def test_button_of_a_reply_at_the_token_limit_stands_under_its_last_one_only(
    show: Show, qtbot: QtBot
) -> None:
    view = show([user(1), reply(2, "Half of", finish_reason="length")])
    model = view.model()
    assert model is not None
    with qtbot.waitSignal(view.error_action_requested) as wish:
        QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.ACTION))
    assert wish.args == [MessageId(2), "continue"]
    model.append(user(3))
    assert not view.stage.layout.message(1).notes.action
    model.truncate(2)
    assert view.stage.layout.message(1).notes.action == "continue"


def test_reply_that_only_thought_shows_what_it_thought(show: Show) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(2), "", "Let me see")
    code = ThoughtOnlyError.code
    model.replace(replace(FAILED, content="", reasoning="Let me see", error_code=code))
    message = view.stage.layout.message(1)
    assert message.is_unfolded
    assert message.notes.action == "use-as-answer"
    view.presses.toggle_reasoning(1)
    assert not view.stage.layout.message(1).is_unfolded


def test_fold_click_shows_the_reasoning(show: Show) -> None:
    view = show([reply(1, "Yes.", reasoning="Let me think.")])
    height = view.stage.layout.row_height(0)
    QTest.mouseClick(view.viewport(), LEFT, pos=point_of(view, Part.FOLD))
    assert view.stage.layout.row_height(0) > height


def test_reasoning_that_grows_shows_its_line(show: Show) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    assert not view.stage.layout.message(1).has_reasoning
    model.append_delta(MessageId(2), "", "hm")
    model.deltas.flush()
    view.presses.toggle_reasoning(1)
    model.append_delta(MessageId(2), "", " well")
    model.deltas.flush()
    assert view.stage.layout.message(1).aside is not None
    assert model.message_at(1).reasoning == "hm well"


def test_growth_then_end_equals_what_is_read_later(show: Show) -> None:
    text = "One **two\n\n* a\n* b\n\n```py\nx = 1\n```\nthree** four"
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    for letter in text:
        model.append_delta(MessageId(2), letter)
        model.deltas.flush()
    model.replace(replace(growing(2), content=text, status=MessageStatus.COMPLETE))
    grown = view.grab().toImage()
    fresh = show([user(1), reply(2, text)]).grab().toImage()
    assert grown == fresh


def test_end_of_a_reply_moves_nothing(show: Show) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(2), "Yes.")
    height = view.stage.layout.row_height(1)
    model.replace(reply(2, "Yes.", completion_tokens=3))
    assert view.stage.layout.row_height(1) == height


def test_growth_of_another_chat_leaves_the_view(show: Show) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(2), "a")
    model.append_delta(MessageId(2), "b")
    model.set_chat(ChatId(8), ListSource([reply(3, "other")]))
    model.deltas.flush()
    assert view.stage.layout.message(0).body.blocks[0] == TextBlock("other")


def test_failed_reply_keeps_its_text_and_shows_the_sentence(show: Show) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(2), "Part of it")
    model.replace(replace(FAILED, content="Part of it"))
    message = view.stage.layout.message(1)
    assert message.body.blocks == [TextBlock("Part of it")]
    assert message.notes.action == "retry"


@pytest.mark.parametrize("name", ["light", "dark", "high-contrast-light", "high-contrast-dark"])
def test_theme_paints_the_window_in_its_colour(show: Show, name: str) -> None:
    view = show(conversation(4))
    view.set_theme(load_theme(name))
    image = view.grab().toImage()
    assert image.pixelColor(3, 3) == QColor(load_theme(name).window)


def test_long_code_line_scrolls_sideways_not_the_page(show: Show) -> None:
    view = show([reply(1, "```\n" + "word " * 100 + "\n```")])
    found = view.stage.message_under(point_of(view, Part.CONTROL))
    assert found is not None
    code = found[1].layout_at(found[2])
    assert code is not None
    assert code[0].sideways is not None
    drag(view, point_of(view, Part.BAR), point_of(view, Part.BAR) + QPoint(300, 0))
    assert code[0].sideways.offset > 0


def test_truncated_row_takes_selection_and_mark_along(show: Show) -> None:
    view = show(conversation(4))
    view.select_all()
    view.set_current_row(3)
    model = view.model()
    assert model is not None
    model.truncate(2)
    assert (view.selected_text(), view.current_row) == ("", 1)


def test_position_order_is_that_of_the_text() -> None:
    places = [Position(0, 0, 9, 9), Position(0, 1, 1, 5), Position(0, 1, 2, 0)]
    assert sorted([places[2], places[0], places[1]]) == places


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "> " * 10_000 + "x", "```\n" + "x" * 500_000, "a\n" * 100_000]
)
def test_hostile_message_is_shown_to_its_end(show: Show, qtbot: QtBot, text: str) -> None:
    view = show([user(1, text), reply(2, text)])
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished(), timeout=50_000)
    view.scroll_to_end()
    view.scroll_to(view.stage.layout.height // 2)
    assert view.stage.layout.height > 100


def test_message_edited_elsewhere_is_marked_and_shown_until_it_is_gone(show: Show) -> None:
    view = show(conversation(30))
    view.mark_edited(2)
    assert (view.marks().current_row, 2 in view.stage.visible_rows()) == (2, True)
    model = view.model()
    assert model is not None
    model.truncate(1)
    assert view.marks().current_row == -1
    view.mark_edited(0)
    view.mark_edited(-1)
    assert view.marks().current_row == -1
