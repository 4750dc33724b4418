"""Selecting by key, Tab through what can be pressed, Esc."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop_chat.ui.transcript.layouts.hits import BODY
from desktop_chat.ui.transcript.selection import Position
from desktop_chat.ui.transcript.text_steps import (
    letter_after,
    letter_before,
    word_after,
    word_before,
)
from tests.ui.transcript.samples import conversation, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

Key = Qt.Key
LEFT_BUTTON = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


def keys(qtbot: QtBot, view: TranscriptView, *pressed: Qt.Key, held: object = SHIFT) -> str:
    """Press keys with modifiers held; return what is selected then."""
    for key in pressed:
        qtbot.keyClick(view, key, held)
    return view.selected_text()


def start_at(view: TranscriptView, row: int, block: int = 0, offset: int = 0) -> None:
    """Begin the selection at a place, as a click would."""
    view.stage.selection.start(Position(row, BODY, block, offset))


# Steps


@pytest.mark.parametrize(
    "letter", ["a", "e\u0301", "😀", "👩‍👩‍👧", "🇩🇪", "👍🏽", "한", "नि", "\u2028"]
)
def test_letter_steps_keep_whole_what_readers_see_as_one(letter: str) -> None:
    text = f"x{letter}y"
    assert letter_after(text, 1) == 1 + len(letter)
    assert letter_before(text, 1 + len(letter)) == 1


def test_letter_steps_through_flags_keep_their_pairs() -> None:
    text = "🇩🇪🇫🇷🇯🇵"
    assert [letter_before(text, end) for end in (6, 4, 2)] == [4, 2, 0]


def test_word_steps_go_to_the_start_of_words() -> None:
    text = "One 😀😀 two, three"
    assert word_after(text, 0) in (4, 7)
    assert word_after(text, 8) == text.index("three")
    assert word_before(text, len(text)) == text.index("three")
    assert word_before(text, text.index("three")) == text.index("two")
    assert word_before(text, 2) == 0
    assert word_after(text, len(text)) == len(text)


def test_steps_in_a_long_text_look_no_further_than_near(qtbot: QtBot) -> None:
    text = "word " * 200_000
    for offset in range(0, len(text), 50_000):
        assert letter_after(text, offset) == offset + 1
        assert word_after(text, offset) == offset + 5


# Selecting


def test_shift_right_selects_from_the_last_click(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "One two three")])
    start_at(view, 0, offset=4)
    assert keys(qtbot, view, Key.Key_Right, Key.Key_Right, Key.Key_Right) == "two"
    assert keys(qtbot, view, Key.Key_Left) == "tw"
    assert keys(qtbot, view, *[Key.Key_Left] * 4) == "e "


def test_shift_right_starts_at_the_current_message(show: Show, qtbot: QtBot) -> None:
    view = show([user(1, "Why?"), reply(2, "Because")])
    view.set_current_row(1)
    assert keys(qtbot, view, Key.Key_Right, Key.Key_Right) == "Be"


def test_shift_right_crosses_blocks_and_messages(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "ab\n\n---\n\ncd"), user(2, "ef")])
    start_at(view, 0, offset=1)
    assert keys(qtbot, view, *[Key.Key_Right] * 5).split() == ["b", "cd"]
    assert keys(qtbot, view, Key.Key_Right).split() == ["b", "cd", "e"]
    assert keys(qtbot, view, *[Key.Key_Left] * 3).split() == ["b", "c"]


def test_shift_left_at_the_start_of_all_stays(show: Show, qtbot: QtBot) -> None:
    view = show([user(1, "ab")])
    start_at(view, 0)
    assert keys(qtbot, view, Key.Key_Left) == ""


def test_word_keys_select_words(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "One two three")])
    start_at(view, 0)
    held = CTRL | SHIFT
    assert keys(qtbot, view, Key.Key_Right, Key.Key_Right, held=held) == "One two "
    assert keys(qtbot, view, Key.Key_Left, held=held) == "One "


def test_line_keys_select_to_the_ends_of_the_line(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "```\nfirst line\nsecond line\n```")])
    start_at(view, 0, offset=14)
    assert keys(qtbot, view, Key.Key_End) == "ond line"
    assert keys(qtbot, view, Key.Key_Home) == "sec"


def test_down_key_keeps_its_column_over_short_lines(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "```\naaaa bbbb\nc\ndddd eeee\n```")])
    start_at(view, 0, offset=5)
    assert keys(qtbot, view, Key.Key_Down) == "bbbb\nc"
    assert keys(qtbot, view, Key.Key_Down) == "bbbb\nc\ndddd "
    assert keys(qtbot, view, Key.Key_Up, Key.Key_Up) == ""


def test_down_key_goes_on_into_the_next_message(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "Only line", reasoning="folded"), reply(2, "Next\n\n| a | b |\n|-|-|")])
    start_at(view, 0)
    text = keys(qtbot, view, Key.Key_Down, Key.Key_Down)
    assert text.startswith("Only line\n\nNext")
    assert keys(qtbot, view, Key.Key_Up, Key.Key_Up) == ""


def test_document_keys_select_to_both_ends(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(50))
    start_at(view, 24, offset=0)
    held = CTRL | SHIFT
    assert keys(qtbot, view, Key.Key_End, held=held).startswith("Question 25")
    assert view.stage.position.follows_end
    text = keys(qtbot, view, Key.Key_Home, held=held)
    assert text.startswith("Question 1\n")
    assert "Question 25" not in text
    assert view.stage.visible_rows()[0] == 0


def test_page_key_scrolls_its_end_into_view(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(50))
    view.scroll_to(0)
    start_at(view, 0)
    for _ in range(4):
        keys(qtbot, view, Key.Key_PageDown)
        caret = view.marks().caret
        assert caret is not None
        assert 0 <= caret.top() < caret.bottom() <= view.stage.window
    assert view.stage.position.top > 600
    assert view.selected_text().count("Question") >= 4


def test_right_to_left_text_turns_the_arrows_round(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "שלום עולם")])
    start_at(view, 0)
    assert keys(qtbot, view, Key.Key_Left, Key.Key_Left) == "של"


def test_emoji_are_selected_whole(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "👩‍👩‍👧🇩🇪 end")])
    start_at(view, 0)
    assert keys(qtbot, view, Key.Key_Right) == "👩‍👩‍👧"
    assert keys(qtbot, view, Key.Key_Right) == "👩‍👩‍👧🇩🇪"


def test_escape_clears_the_selection_and_the_caret(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "One two")])
    start_at(view, 0)
    keys(qtbot, view, Key.Key_Right)
    assert view.marks().caret is not None
    assert keys(qtbot, view, Key.Key_Escape, held=NONE) == ""
    assert view.marks().caret is None


def test_caret_is_gone_once_the_pointer_selects(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "One two")])
    start_at(view, 0)
    keys(qtbot, view, Key.Key_Right)
    QTest.mouseClick(view.viewport(), LEFT_BUTTON, pos=view.stage.row_rect(0).center())
    assert view.marks().caret is None


def test_ctrl_and_alt_arrows_go_from_message_to_message(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(6))
    rows = []
    for key, held in (
        (Key.Key_Up, ALT), (Key.Key_Up, CTRL), (Key.Key_Up, CTRL), (Key.Key_Down, ALT)
    ):  # fmt: skip
        qtbot.keyClick(view, key, held)
        rows.append(view.current_row)
    assert rows == [5, 4, 3, 4]


# Tab


def focus(view: TranscriptView, qtbot: QtBot, row: int) -> None:
    """Give the view the keyboard, with its mark at a message."""
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus, timeout=5_000)
    view.set_current_row(row)


FULL = "A [link](https://x.org/a) and **[bold](https://x.org/b) b**.\n\n```py\nx = 1\n```\n"


def tabbed(view: TranscriptView, qtbot: QtBot) -> list[str]:
    """Press Tab until the focus leaves the message; return what it stopped at."""
    names = []
    while view.focusNextPrevChild(True) and (stop := view._keyboard.stop) is not None:
        hit = stop.hit
        names.append(hit.control.action if hit.control else hit.href or hit.part.name)
        assert view.marks().focused
        assert len(names) < 20
    return names


def test_tab_visits_all_that_can_be_pressed_in_reading_order(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, FULL, reasoning="Hm, [so](https://x.org/c)")])
    focus(view, qtbot, 1)
    names = tabbed(view, qtbot)
    assert names[:3] == ["FOLD", "https://x.org/a", "https://x.org/b"]
    assert "copy" in names[3:]
    view.presses.toggle_reasoning(1)
    focus(view, qtbot, 1)
    assert tabbed(view, qtbot)[:2] == ["FOLD", "https://x.org/c"]


def test_enter_presses_what_tab_stopped_at(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, FULL, reasoning="Hm")])
    focus(view, qtbot, 1)
    qtbot.keyClick(view, Key.Key_Tab)
    qtbot.keyClick(view, Key.Key_Return)
    assert view.stage.layout.message(1).aside is not None
    qtbot.keyClick(view, Key.Key_Tab)
    with qtbot.waitSignal(view.link_requested) as link:
        qtbot.keyClick(view, Key.Key_Return)
    assert link.args == ["https://x.org/a", "link"]


# It took seconds a key, and one for each paint.
@pytest.mark.timeout(30)
def test_tab_in_a_long_table_of_links_goes_on_quickly(show: Show, qtbot: QtBot) -> None:
    row = f"| [link](https://e.org/) | {'some text ' * 6} |\n"
    view = show([reply(1, f"| a | b |\n|---|---|\n{row * 1_500}")])
    focus(view, qtbot, 0)
    for _ in range(20):
        assert view.focusNextPrevChild(True)
        assert view.marks().focused
    stop = view._keyboard.stop
    assert stop is not None
    assert (stop.hit.label, stop.number) == ("link", 19)


def test_tab_scrolls_to_its_stop(show: Show, qtbot: QtBot) -> None:
    text = "\n\n".join(["Line"] * 60) + "\n\n[far](https://x.org/far)"
    view = show([user(1), reply(2, text)])
    focus(view, qtbot, 1)
    view.scroll_to(0)
    qtbot.keyClick(view, Key.Key_Tab)
    rect = view.marks().focused[0]
    assert 0 <= rect.top() < rect.bottom() <= view.stage.window


def test_back_tab_and_escape_lead_back_to_the_message(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, FULL)])
    focus(view, qtbot, 1)
    for key, stops in ((Key.Key_Tab, 1), (Key.Key_Tab, 1), (Key.Key_Backtab, 1),
                       (Key.Key_Backtab, 0), (Key.Key_Tab, 1), (Key.Key_Escape, 0)):  # fmt: skip
        qtbot.keyClick(view, key)
        assert len(view.marks().focused) == stops
        assert view.current_row == 1


def test_tab_leaves_the_message_after_the_last_stop(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "A [link](https://x.org/a)")])
    focus(view, qtbot, 1)
    qtbot.keyClick(view, Key.Key_Tab)
    assert view.hasFocus()
    qtbot.keyClick(view, Key.Key_Tab)
    assert not view.hasFocus()


def test_ring_of_the_stop_is_painted(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, FULL)])
    focus(view, qtbot, 1)
    qtbot.keyClick(view, Key.Key_Tab)
    rect = view.marks().focused[0].toAlignedRect()
    image = view.grab().toImage()
    edge = image.pixelColor(QPoint(rect.center().x(), rect.top() - 1))
    assert edge == view.stage.layout.look.colour("accent")
    qtbot.keyClick(view, Key.Key_Escape)
    image = view.grab().toImage()
    assert image.pixelColor(QPoint(rect.center().x(), rect.top() - 1)) != edge


def test_new_messages_current_row_forgets_the_old_stop(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, FULL), reply(2, "Plain")])
    focus(view, qtbot, 0)
    qtbot.keyClick(view, Key.Key_Tab)
    assert view.marks().focused
    view.set_current_row(1)
    assert not view.marks().focused
