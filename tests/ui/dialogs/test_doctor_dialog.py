"""What the connection doctor shows of its findings."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from desktop_chat.services.doctor import Finding
from desktop_chat.ui.dialogs.doctor_dialog import DoctorDialog
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.widgets.row_list import RowList

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

GOOD = Finding("database", True, "/d/chats.sqlite3, 3 chats")
BAD = Finding(
    "LM Studio",
    False,
    "http://127.0.0.1:1: nothing listens there",
    "Start LM Studio's server there.",
    code="server_off",
    exchange="> GET http://127.0.0.1:1/v1/models",
)
WORST = Finding("models", False, "<b>none</b>", "Get one.", is_needed=True)


@pytest.fixture
def dialog(qtbot):
    dialog = DoctorDialog()
    qtbot.addWidget(dialog)
    dialog.set_theme(load_theme("light"))
    dialog.open()
    return dialog


def text(dialog, name):
    return dialog.findChild(QLabel, name).text()


def wire(dialog):
    return dialog.findChild(QPlainTextEdit, "wireText")


def button(dialog, name):
    return dialog.findChild(QPushButton, name)


def rows(dialog):
    return dialog.findChild(RowList, "findingList").rows


def test_nothing_can_be_copied_while_it_looks(dialog):
    assert "Looking" in text(dialog, "doctorSummary")
    assert not button(dialog, "copyReportButton").isEnabled()
    assert not button(dialog, "checkAgainButton").isEnabled()


def test_first_thing_that_is_wrong_is_chosen_with_what_to_do(dialog):
    dialog.set_findings([GOOD, BAD, WORST])
    assert text(dialog, "doctorSummary") == "2 things are not as they should be."
    assert text(dialog, "findingDetail") == BAD.detail
    assert text(dialog, "findingAdvice") == BAD.advice
    assert wire(dialog).isVisible()
    assert wire(dialog).toPlainText() == BAD.exchange


def test_what_is_wrong_stands_above_what_is_well(dialog):
    dialog.set_findings([GOOD, BAD, WORST])
    assert [row.title for row in rows(dialog)] == [
        "Look here",
        "LM Studio",
        "Models",
        "In order",
        "Database",
    ]
    assert [row.ink for row in rows(dialog) if row.has_dot] == ["warning", "error"]


def test_chosen_row_without_exchange_shows_none(dialog):
    dialog.set_findings([GOOD, WORST])
    assert not wire(dialog).isVisible()
    assert text(dialog, "doctorSummary") == "One thing is not as it should be."


def test_everything_in_order_is_said(dialog):
    dialog.set_findings([GOOD])
    assert text(dialog, "doctorSummary") == "Everything is in order."
    assert not dialog.findChild(QLabel, "findingAdvice").isVisible()


def test_foreign_words_are_plain_text(dialog):
    dialog.set_findings([WORST])
    label = dialog.findChild(QLabel, "findingDetail")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>none</b>"


def test_look_again_keeps_the_chosen_row_and_shows_what_changed(dialog):
    dialog.set_findings([GOOD, BAD])
    dialog.set_busy()
    dialog.set_findings([GOOD, Finding("LM Studio", True, "it is there now")])
    assert text(dialog, "findingDetail") == "it is there now"


def test_buttons_ask_for_what_they_say(dialog, qtbot):
    dialog.set_findings([GOOD])
    with qtbot.waitSignal(dialog.copy_requested, timeout=1000):
        button(dialog, "copyReportButton").click()
    with qtbot.waitSignal(dialog.check_requested, timeout=1000):
        button(dialog, "checkAgainButton").click()
