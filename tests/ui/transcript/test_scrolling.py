"""The scroll contract: what the reader looks at does not move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton

from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.message import MessageId
from desktop_chat.ui.transcript.text.blocks import TextBlock
from tests.ui.transcript.samples import CHAT, ListSource, conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

LINES = "A line of text that grows.\n\n" * 8


def is_at_end(view: TranscriptView) -> bool:
    bar = view.verticalScrollBar()
    return bar.value() == bar.maximum() > 0


def place_of(view: TranscriptView, row: int) -> int:
    return view.stage.row_rect(row).top()


def wheel(view: TranscriptView, steps: int, pixels: int = 0) -> None:
    at = QPointF(400, 300)
    no_button, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    angle = QPoint(0, 120 * steps)
    QApplication.sendEvent(
        view.viewport(),
        QWheelEvent(
            at, view.mapToGlobal(at), QPoint(0, pixels), angle, no_button,
            Qt.KeyboardModifier.NoModifier, phase, False,
        ),
    )  # fmt: skip


def grow(view: TranscriptView, number: int, text: str) -> None:
    model = view.model()
    assert model is not None
    model.append_delta(MessageId(number), text)
    model.deltas.flush()


def start_reply(view: TranscriptView, number: int) -> None:
    model = view.model()
    assert model is not None
    model.append(growing(number))


def test_open_shows_the_end(show: Show) -> None:
    view = show(conversation(40))
    assert is_at_end(view)
    assert view.stage.row_rect(39).bottom() < view.viewport().height()


def test_open_few_messages_starts_at_the_top(show: Show) -> None:
    view = show([user(1)])
    assert view.verticalScrollBar().maximum() == 0
    assert 0 <= place_of(view, 0) < 30


def test_growth_at_the_end_is_followed(show: Show) -> None:
    view = show(conversation(40))
    start_reply(view, 100)
    for _ in range(5):
        grow(view, 100, LINES)
        assert is_at_end(view)


def test_growth_below_does_not_move_the_reader(show: Show) -> None:
    view = show(conversation(40))
    view.scroll_by(-400)
    start_reply(view, 100)
    before = place_of(view, 38)
    for _ in range(5):
        grow(view, 100, LINES)
        assert place_of(view, 38) == before


def test_one_wheel_step_up_lets_go_and_end_takes_up_again(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(40))
    start_reply(view, 100)
    grow(view, 100, LINES)
    wheel(view, 1)
    qtbot.waitUntil(lambda: not view.glide.is_running)
    before = place_of(view, 38)
    grow(view, 100, LINES)
    assert place_of(view, 38) == before
    qtbot.keyClick(view, Qt.Key.Key_End)
    grow(view, 100, LINES)
    assert is_at_end(view)


def test_wheel_down_to_the_end_takes_up_again(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(40))
    wheel(view, 1)
    wheel(view, -2)
    qtbot.waitUntil(lambda: not view.glide.is_running)
    start_reply(view, 100)
    grow(view, 100, LINES)
    assert is_at_end(view)


def test_own_message_is_shown_wherever_the_reader_is(show: Show) -> None:
    view = show(conversation(40))
    view.scroll_to(0)
    model = view.model()
    assert model is not None
    model.append(user(100))
    assert is_at_end(view)


def test_messages_measured_above_do_not_move_the_reader(show: Show) -> None:
    view = show(conversation(60))
    for _ in range(30):
        rows = view.stage.visible_rows()
        row = rows[len(rows) // 2]
        before = place_of(view, row)
        view.scroll_by(-150)
        assert place_of(view, row) == before + 150 or view.stage.position.top == 0


def test_narrower_window_keeps_the_line_at_the_top(show: Show) -> None:
    words = " ".join(f"word{number}" for number in range(3000))
    view = show([user(1), reply(2, words), user(3)])
    view.scroll_to(2000)
    before = top_line(view)
    view.resize(500, 600)
    assert before.split()[0] in top_line(view)
    view.resize(800, 600)
    assert top_line(view) == before


def top_line(view: TranscriptView) -> str:
    """Return the text of the line that the window's top edge cuts or touches."""
    left = view.stage.origin().x()
    start = view.stage.place_at(QPoint(left, 1))
    end = view.stage.place_at(QPoint(left + view.stage.layout.width, 1))
    block = view.stage.layout.message(start.row).body.blocks[start.block]
    assert isinstance(block, TextBlock)
    return block.text[start.offset : end.offset]


def test_larger_text_keeps_the_message_at_the_top(show: Show) -> None:
    view = show(conversation(60))
    view.scroll_to(2000)
    before = view.stage.visible_rows()[0]
    view.set_text_size(200)
    assert view.stage.visible_rows()[0] == before


def test_larger_text_keeps_the_line_at_the_top(show: Show) -> None:
    words = " ".join(f"word{number}" for number in range(3000))
    view = show([user(1), reply(2, words), user(3)])
    view.scroll_to(2000)
    before = top_line(view)
    view.set_text_size(140)
    assert before.split()[0] in top_line(view)
    view.set_text_size(100)
    assert top_line(view) == before


def test_narrower_window_lays_out_only_what_is_seen(show: Show) -> None:
    view = show(conversation(60))
    for _ in range(10):
        view.scroll_by(-300)
    seen = view.stage.visible_rows()
    view.resize(500, 600)
    kept = [view.stage.layout.kept(row) for row in range(seen[-1] + 6, 60)]
    bodies = [message.body for message in kept if message is not None and not message.is_user]
    assert bodies
    assert not any(body.is_laid_out(0) for body in bodies)


def test_resize_at_the_end_stays_at_the_end(show: Show) -> None:
    view = show(conversation(40))
    view.resize(500, 300)
    assert is_at_end(view)


def test_unfolding_reasoning_keeps_its_line(show: Show) -> None:
    view = show([*conversation(20), reply(21, reasoning="Let me think.\n" * 30)])
    before = place_of(view, 20)
    view.presses.toggle_reasoning(20)
    assert place_of(view, 20) == before
    height = view.stage.layout.row_height(20)
    view.presses.toggle_reasoning(20)
    assert view.stage.layout.row_height(20) < height


@pytest.mark.parametrize(
    ("key", "moves"),
    [
        (Qt.Key.Key_Up, -1),
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_PageUp, -1),
        (Qt.Key.Key_PageDown, 1),
    ],
)
def test_keys_scroll(show: Show, qtbot: QtBot, key: Qt.Key, moves: int) -> None:
    view = show(conversation(60))
    view.scroll_to(3000)
    before = view.stage.position.top
    qtbot.keyClick(view, key)
    assert (view.stage.position.top - before) * moves > 0


def test_home_and_end(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(60))
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.verticalScrollBar().value() == 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert is_at_end(view)


def test_alt_arrows_move_the_current_message(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(60))
    view.setFocus()
    rows = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(view, key, Qt.KeyboardModifier.AltModifier)
        rows.append(view.current_row)
    assert rows == [59, 58, 59]


def test_ten_thousand_messages_lay_out_a_window_only(show: Show) -> None:
    view = show(conversation(10_000))
    assert len(view.stage.layout) == 10_000
    made = [row for row in range(10_000) if view.stage.layout.kept(row) is not None]
    assert len(made) < 30
    view.scroll_to(view.stage.layout.height // 2)
    made = [row for row in range(10_000) if view.stage.layout.kept(row) is not None]
    assert len(made) < 60


def show_chat(view: TranscriptView, number: int, messages: list[Message]) -> None:
    model = view.model()
    assert model is not None
    model.set_chat(ChatId(number), ListSource(messages))


def test_each_chat_opens_where_the_reader_left_it(show: Show) -> None:
    view = show(conversation(60))
    view.scroll_to(1500)
    before, line = place_of(view, 10), top_line(view)
    show_chat(view, 8, conversation(40))
    assert is_at_end(view)
    show_chat(view, CHAT, conversation(60))
    assert (place_of(view, 10), top_line(view)) == (before, line)


def test_chat_left_at_its_end_opens_at_its_new_end(show: Show) -> None:
    view = show(conversation(40))
    show_chat(view, 8, conversation(2))
    show_chat(view, CHAT, conversation(42))
    assert is_at_end(view)


def test_chat_resized_meanwhile_opens_at_the_same_line(show: Show) -> None:
    words = " ".join(f"word{number}" for number in range(3000))
    view = show([user(1), reply(2, words), user(3)])
    view.scroll_to(2000)
    first = top_line(view).split()[0]
    show_chat(view, 8, conversation(40))
    view.resize(500, 600)
    show_chat(view, CHAT, [user(1), reply(2, words), user(3)])
    assert first in top_line(view)


def end_button(view: TranscriptView) -> QPushButton:
    button = view.findChild(QPushButton, "endButton")
    assert isinstance(button, QPushButton)
    return button


def test_new_text_below_is_told_by_a_button_that_leads_there(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(40))
    view.scroll_by(-100)
    assert end_button(view).isHidden()
    start_reply(view, 100)
    grow(view, 100, LINES)
    assert end_button(view).isVisible()
    assert end_button(view).text() == "New text below"
    qtbot.mouseClick(end_button(view), Qt.MouseButton.LeftButton)
    grow(view, 100, LINES)
    assert is_at_end(view)
    assert end_button(view).isHidden()


def test_button_far_from_the_end_stands_without_words(show: Show) -> None:
    view = show(conversation(40))
    view.scroll_to(0)
    assert end_button(view).isVisible()
    assert (end_button(view).text(), end_button(view).accessibleName()) == ("", "To the end")


def test_wheel_glides_the_whole_step_and_no_more(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(40))
    view.scroll_to(2000)
    row = view.stage.visible_rows()[0]
    before = place_of(view, row)
    wheel(view, -2)
    assert 0 < before - place_of(view, row) < 2 * 3 * 24
    qtbot.waitUntil(lambda: not view.glide.is_running)
    assert before - place_of(view, row) == 2 * 3 * 24


def test_wheel_turned_back_goes_back_at_once(show: Show) -> None:
    view = show(conversation(40))
    view.scroll_to(2000)
    wheel(view, -5)
    middle = view.stage.position.top
    wheel(view, 1)
    view.glide.stop()
    assert view.stage.position.top <= middle


def test_touchpad_moves_by_its_pixels_without_a_glide(show: Show) -> None:
    view = show(conversation(40))
    view.scroll_to(2000)
    row = view.stage.visible_rows()[0]
    before = place_of(view, row)
    wheel(view, 0, pixels=-37)
    assert (before - place_of(view, row), view.glide.is_running) == (37, False)


def test_scrolled_picture_is_the_one_painted_anew(show: Show) -> None:
    view = show(conversation(40))
    view.scroll_to(1000)
    view.grab()
    for step in (60, -130, 75):
        view.scroll_by(step)
        QApplication.processEvents()
    moved = view.viewport().grab().toImage()
    view.viewport().repaint()
    assert view.viewport().grab().toImage() == moved


def test_messages_removed_above_the_window_move_nothing_in_it(show: Show) -> None:
    messages = conversation(30)
    view = show(messages)
    model = view.model()
    assert model is not None
    view.scroll_to(1500)
    row = view.stage.visible_rows()[1]
    kept, y = messages[row], view.stage.row_rect(row).top()
    for left in ([*messages[:2], *messages[4:]], messages):
        model.set_chat(model.chat_id, ListSource(left))
        assert view.stage.row_rect(left.index(kept)).top() == y


def test_message_at_the_top_that_is_removed_makes_room_for_the_next(show: Show) -> None:
    messages = conversation(30)
    view = show(messages)
    model = view.model()
    assert model is not None
    view.scroll_to(1500)
    row = view.stage.visible_rows()[0]
    model.set_chat(model.chat_id, ListSource([*messages[:row], *messages[row + 1 :]]))
    assert view.stage.row_rect(row).top() == 0


def test_end_that_is_followed_is_followed_after_messages_were_removed(show: Show) -> None:
    messages = conversation(30)
    view = show(messages)
    model = view.model()
    assert model is not None
    model.set_chat(model.chat_id, ListSource(messages[:10]))
    assert view.stage.position.follows_end
    assert view.stage.visible_rows()[-1] == 9
