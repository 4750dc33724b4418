from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent, QTextOption
from PySide6.QtWidgets import QApplication

from desktop_chat.ui.composer.composer import Composer
from desktop_chat.ui.composer.prompt_edit import byte_size
from desktop_chat.ui.sizes import MESSAGE_LIMIT
from desktop_chat.ui.theme import load_theme

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def composer(qtbot):
    composer = Composer(load_theme("light"))
    qtbot.addWidget(composer)
    composer.resize(760, 100)
    with qtbot.waitExposed(composer):
        composer.show()
    composer.focus_input()
    return composer


@pytest.fixture
def sent(composer):
    texts: list[str] = []
    composer.send_requested.connect(texts.append)
    return texts


def _button(composer: Composer, name: str):
    return composer.findChild(object, name)


def _hint(composer: Composer) -> str:
    return composer.prompt.accessibleDescription()


def _paste(composer: Composer, text: str) -> None:
    pasted = QMimeData()
    pasted.setText(text)
    composer.prompt.insertFromMimeData(pasted)


def test_enter_sends_and_keeps_the_draft_until_told(composer, sent, qtbot):
    qtbot.keyClicks(composer.prompt, "Hello")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert sent == ["Hello"]
    assert composer.text() == "Hello"


def test_shift_enter_breaks_the_line(composer, sent, qtbot):
    qtbot.keyClicks(composer.prompt, "a")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.prompt, "b")
    assert composer.text() == "a\nb"
    assert sent == []


@pytest.mark.parametrize("text", ["", "  \n "])
def test_blank_message_is_not_sent_and_says_why(composer, sent, qtbot, text):
    composer.set_text(text)
    qtbot.mouseClick(_button(composer, "sendButton"), Qt.MouseButton.LeftButton)
    assert sent == []
    assert "empty" in _hint(composer)


def test_stop_stands_in_the_place_of_send(composer):
    send, stop = _button(composer, "sendButton"), _button(composer, "stopButton")
    place = send.geometry()
    composer.set_streaming(True)
    QApplication.processEvents()
    assert (send.isVisible(), stop.isVisible()) == (False, True)
    assert stop.geometry() == place
    composer.set_streaming(False)
    assert (send.isVisible(), stop.isVisible()) == (True, False)


def test_enter_while_a_reply_runs_keeps_the_draft_and_says_why(composer, sent, qtbot):
    composer.set_streaming(True)
    qtbot.keyClicks(composer.prompt, "Next")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert sent == []
    assert composer.text() == "Next"
    assert "Your text stays here" in _hint(composer)


@pytest.mark.parametrize(("is_streaming", "stops"), [(True, 1), (False, 0)])
def test_escape_stops_only_a_running_reply(composer, qtbot, is_streaming, stops):
    told: list[int] = []
    composer.stop_requested.connect(lambda: told.append(1))
    composer.set_streaming(is_streaming)
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Escape)
    assert len(told) == stops


def test_focused_send_button_hands_the_focus_to_the_text(composer, qtbot):
    _button(composer, "sendButton").setFocus()
    composer.set_streaming(True)
    assert composer.prompt.hasFocus()


def test_enter_that_ends_a_composition_does_not_send(composer, sent, qtbot):
    composer.set_text("x")
    QApplication.sendEvent(composer.prompt, QInputMethodEvent("にほ", []))
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert sent == []


def test_paste_over_the_limit_is_refused_and_offers_a_file(composer, qtbot):
    sizes: list[int] = []
    saved: list[str] = []
    composer.too_long.connect(sizes.append)
    composer.save_text_requested.connect(saved.append)
    composer.set_text("draft")
    text = "é" * (MESSAGE_LIMIT // 2)
    _paste(composer, text)
    assert sizes == [MESSAGE_LIMIT]
    assert composer.text() == "draft"
    assert "1 MB" in _hint(composer)
    composer.findChild(object, "saveTextButton").click()
    assert saved == [text]


def test_paste_up_to_the_limit_is_taken(composer):
    _paste(composer, "a" * 300_000)
    assert len(composer.text()) == 300_000


def test_rich_text_is_pasted_plain(composer):
    pasted = QMimeData()
    pasted.setHtml("<b>bold</b><img src='file:///etc/hostname'>")
    pasted.setText("bold")
    composer.prompt.insertFromMimeData(pasted)
    assert composer.text() == "bold"


def test_text_wraps_anywhere(composer):
    assert composer.prompt.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere


def test_field_grows_to_ten_lines(composer):
    heights = []
    for lines in (1, 3, 10, 30):
        composer.set_text("\n".join("x" * lines))
        heights.append(composer.prompt.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_editing_takes_the_hint_away(composer, qtbot):
    composer.show_hint("Something")
    qtbot.keyClicks(composer.prompt, "a")
    assert _hint(composer) == ""


def test_tab_leaves_the_text(composer, qtbot):
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Tab)
    assert composer.text() == ""
    assert not composer.prompt.hasFocus()


def test_half_surrogate_counts_without_failing():
    assert byte_size("a\ud83d") == 2


def test_every_state_is_painted(composer):
    for name in ("dark", "high-contrast-light"):
        composer.set_theme(load_theme(name, 200))
        composer.set_ring(True)
        composer.show_hint("Hint")
        composer.set_streaming(not composer.is_streaming)
        assert not composer.grab().isNull()
