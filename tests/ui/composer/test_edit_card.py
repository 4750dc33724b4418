"""The card in which a sent message is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_chat.ui.composer.edit_card import EditCard
from desktop_chat.ui.theme import load_theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def card(qtbot: QtBot) -> EditCard:
    made = EditCard(load_theme("light"))
    qtbot.addWidget(made)
    made.show()
    made.set_text("Why?")
    return made


def test_enter_sends_the_text(card: EditCard, qtbot: QtBot) -> None:
    QTest.keyClicks(card.prompt, " Really")
    with qtbot.waitSignal(card.send_requested) as sent:
        QTest.keyClick(card.prompt, Qt.Key.Key_Return)
    assert sent.args == ["Why? Really"]


def test_escape_and_cancel_give_up(card: EditCard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(card.cancel_requested):
        QTest.keyClick(card.prompt, Qt.Key.Key_Escape)
    with qtbot.waitSignal(card.cancel_requested):
        QTest.mouseClick(card._cancel, Qt.MouseButton.LeftButton)


def test_blank_text_is_not_sent_and_says_why(card: EditCard, qtbot: QtBot) -> None:
    card.set_text("  ")
    with qtbot.assertNotEmitted(card.send_requested):
        QTest.mouseClick(card._send, Qt.MouseButton.LeftButton)
    assert card._hint.text() == "The message is empty. Type something first."
    QTest.keyClicks(card.prompt, "a")
    assert card._hint.text() == ""


def test_paste_that_is_too_long_is_refused_and_the_text_stays(card: EditCard) -> None:
    card.prompt.paste_refused.emit("x")
    assert card._hint.text() == "The pasted text is too long for a message."
    assert card.text() == "Why?"


def test_names_for_screen_readers(card: EditCard) -> None:
    assert card.prompt.accessibleName() == "Edit your message"
    assert card._send.accessibleName() == "Send the new version"


def test_click_anywhere_on_the_card_goes_to_the_text(card: EditCard, qtbot: QtBot) -> None:
    card.activateWindow()
    qtbot.waitExposed(card)
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert card.focusWidget() is card.prompt
