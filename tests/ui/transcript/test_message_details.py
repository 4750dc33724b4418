"""Details of a message: all that is known, as plain text that can be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.params import GenerationParams
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.toolbar.message_details import LONGEST, MessageDetails, details_of
from tests.ui.transcript.samples import CREATED, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

FULL = reply(
    2,
    "text",
    model="qwen3-8b",
    finish_reason="length",
    prompt_tokens=1250,
    completion_tokens=342,
    time_to_first_token_ms=400,
    duration_ms=10_459,
    reasoning_ms=65_000,
    params=GenerationParams(0.7, -1),
)


@pytest.fixture
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


def test_details_tell_all_that_is_known(english: None) -> None:
    known = dict(details_of(FULL))
    assert known.pop("Time")
    assert known == {
        "Model": "qwen3-8b",
        "Tokens of the prompt": "1,250",
        "Tokens of the reply": "342",
        "Tokens per second": "34",
        "Time to first token": "0.4 s",
        "Thinking": "1 min 5 s",
        "Duration": "10.5 s",
        "Temperature": "0.7",
        "Longest reply in tokens": "none",
        "Finish reason": "length",
        "Status": "Complete",
    }


def test_details_leave_out_what_is_not_known() -> None:
    assert [label for label, _ in details_of(user(1))] == ["Time"]
    assert [label for label, _ in details_of(reply(2))] == ["Time", "Status"]


def test_details_of_a_failed_reply_say_why() -> None:
    failed = reply(2, "", status=MessageStatus.FAILED, error="x" * 5000, error_code="new_code")
    known = dict(details_of(failed))
    assert known["Status"] == "Failed"
    assert known["Error"].startswith("xxx")
    assert all(len(words) <= LONGEST for words in known.values())


@pytest.mark.parametrize("name", ["en_GB", "de_DE", "es_ES"])
def test_time_is_local_and_in_the_locale_of_the_system(name: str) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(name))
    try:
        local = QDateTime.fromMSecsSinceEpoch(round(CREATED.timestamp() * 1000))
        time = dict(details_of(FULL))["Time"]
        assert QLocale().toString(local.date(), QLocale.FormatType.LongFormat) in time
        assert local.time().toString("HH:mm:ss") in time
    finally:
        QLocale.setDefault(before)


def test_foreign_words_are_plain_and_can_be_selected(qtbot: QtBot) -> None:
    view = QLabel()
    qtbot.addWidget(view)
    message = reply(2, "text", model="<b>bold</b><img src=x>", finish_reason="<i>")
    dialog = MessageDetails(message, load_theme("light"), view)
    labels = {label.text(): label for label in dialog.findChildren(QLabel)}
    for words in ("<b>bold</b><img src=x>", "<i>"):
        assert labels[words].textFormat() is Qt.TextFormat.PlainText
        flags = labels[words].textInteractionFlags()
        assert flags & Qt.TextInteractionFlag.TextSelectableByMouse
        assert flags & Qt.TextInteractionFlag.TextSelectableByKeyboard


def test_copy_all_takes_every_line(qtbot: QtBot) -> None:
    parent = QLabel()
    qtbot.addWidget(parent)
    dialog = MessageDetails(FULL, load_theme("light"), parent)
    (copy,) = [b for b in dialog.findChildren(QPushButton) if b.text() == "Copy all"]
    copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == [f"{label}: {words}" for label, words in details_of(FULL)]


def test_details_leave_the_window_free_and_close_with_escape(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), FULL])
    view.commands.carry_out("details", 1)
    (dialog,) = view.findChildren(MessageDetails)
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert QApplication.activeModalWidget() is None
    with qtbot.waitSignal(dialog.destroyed):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
