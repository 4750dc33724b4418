"""Qt methods that return nothing must not take a reference from None.

PySide6 6.12 on Python 3.11 does, and ends the process after some thousands of calls.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CALLS = 10_000
# Other code of the process takes and gives some references meanwhile.
SLACK = 500


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal, its count never moves")
def test_ten_thousand_calls_leave_the_count_of_none_alone(qtbot: QtBot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    cursor = QTextCursor(QTextDocument())
    before = sys.getrefcount(None)
    for number in range(CALLS // 2):
        label.setText(str(number))
        cursor.insertText("x")
    assert abs(sys.getrefcount(None) - before) < SLACK
