from __future__ import annotations

import pytest

from desktop_chat.ui.composer.status_line import StatusLine
from desktop_chat.ui.theme import load_theme

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def line(qtbot):
    line = StatusLine(load_theme("light"))
    qtbot.addWidget(line)
    line.resize(760, 34)
    with qtbot.waitExposed(line):
        line.show()
    return line


def test_text_is_its_accessible_description(line):
    line.set_status("Writing · 3 s", "busy")
    assert line.text() == "Writing · 3 s"
    assert line.accessibleName() == "Status"
    assert line.accessibleDescription() == "Writing · 3 s"


def test_action_is_shown_and_told(line, qtbot):
    told: list[int] = []
    line.action_requested.connect(lambda: told.append(1))
    line.set_status("A server is there.", "warning", "Use it")
    button = line.findChild(object, "statusAction")
    assert button.isVisible()
    button.click()
    assert told == [1]
    line.set_status("Ready.")
    assert not button.isVisible()


def test_height_is_the_same_in_every_state(line):
    heights = set()
    for kind in ("idle", "busy", "warning", "error"):
        line.set_status("x" * 400, kind, "Do")
        assert not line.grab().isNull()
        heights.add(line.height())
    assert heights == {34}


def test_stop_hint_follows_the_reply_only(line):
    line.set_status("Looking for a model", "busy")
    hint = line.findChild(object, "stopHint")
    assert not hint.isVisible()
    line.set_stoppable(True)
    assert hint.isVisible()
