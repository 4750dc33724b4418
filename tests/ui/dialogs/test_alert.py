from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt

from desktop_chat.ui.dialogs.alert import Alert, show_alert

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _button(alert: Alert, text: str):
    return next(b for b in alert.buttons() if text in b.text())


def test_foreign_text_stays_plain(qtbot):
    alert = show_alert(None, "<b>x</b>", details="<i>y</i>")
    qtbot.addWidget(alert)
    assert alert.textFormat() == Qt.TextFormat.PlainText
    assert alert.text() == "<b>x</b>"
    assert alert.isVisible()


def test_pressed_button_is_the_answer(qtbot):
    alert = show_alert(None, "Sure?", choices={"yes": "Do it"})
    with qtbot.waitSignal(alert.answered) as answer:
        _button(alert, "Do it").click()
    assert answer.args == ["yes"]


def test_escape_is_the_safe_answer(qtbot):
    alert = show_alert(None, "Sure?", choices={"yes": "Do it"})
    with qtbot.waitSignal(alert.answered) as answer:
        qtbot.keyClick(alert, Qt.Key.Key_Escape)
    assert answer.args == [""]


def test_answer_can_be_awaited(qapp):
    async def ask() -> str:
        alert = show_alert(None, "Sure?", choices={"yes": "Do it"})
        answer = alert.answer()
        _button(alert, "Do it").click()
        return await answer

    assert asyncio.run(ask()) == "yes"
