from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_chat.ui.item_models.transcript import TranscriptModel
from desktop_chat.ui.main_window import MainWindow
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.view import TranscriptView
from desktop_chat.ui.widgets.label import Label
from tests.ui.chat_list_fake import fake_chat_list
from tests.ui.transcript.samples import CHAT, ListSource, user

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


NAMES = {
    "mainWindow": "Desktop Chat",
    "chatList": "Chats",
    "newChatButton": "New chat",
    "searchField": "Search chats",
    "transcript": "Conversation",
    "composer": "Message",
    "sendButton": "Send",
    "stopButton": "Stop",
    "modelPicker": "Model",
    "statusLine": "Status",
    "contextMeter": "Context",
}


@pytest.fixture
def window(qtbot):
    chats = fake_chat_list()
    window = MainWindow(load_theme("light"))
    window.build(chats)
    chats.setParent(window)
    view = TranscriptView()
    view.set_model(TranscriptModel())
    window.set_transcript(view)
    window.close_requested.connect(window.finish_close)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.mark.parametrize("name", NAMES)
def test_contract_names(window, name):
    widget = window if name == "mainWindow" else window.findChild(object, name)
    assert widget.accessibleName() == NAMES[name]


def test_measures_are_those_of_the_design(window):
    assert (window.width(), window.height()) == (1180, 780)
    assert window.sidebar.width() == 268
    assert window.header.height() == 52
    assert window.composer.width() == 760
    pane = window.header.width()
    left = window.composer.mapTo(window, window.composer.rect().topLeft()).x() - 269
    assert abs(left - (pane - 760) // 2) <= 1


@pytest.mark.parametrize(
    ("key", "signal"),
    [("Ctrl+N", "new_chat_requested"), ("Ctrl+,", "settings_requested")],
)
def test_shortcut_asks(window, qtbot, key, signal):
    window.activateWindow()
    with qtbot.waitSignal(getattr(window, signal)):
        QTest.keySequence(window, key)


def test_search_shortcut_unfolds_the_sidebar(window):
    window.activateWindow()
    window.toggle_sidebar()
    assert window.sidebar_width() == 0
    QTest.keySequence(window, "Ctrl+Shift+F")
    assert window.sidebar_width() > 0
    assert window.sidebar.search_field.hasFocus()
    QTest.keySequence(window, "Ctrl+L")
    assert window.composer.prompt.hasFocus()


def test_find_shortcut_opens_the_bar_and_escape_there_stops_no_reply(window, qtbot):
    window.activateWindow()
    model = window.transcript.model()
    model.set_chat(CHAT, ListSource([user(1, "a needle"), user(2, "needle")]))
    window.show_welcome(False)
    QTest.keySequence(window, "Ctrl+F")
    bar = window.transcript.finder.bar
    qtbot.waitUntil(bar.field.hasFocus)
    qtbot.keyClicks(bar.field, "needle")
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 2")
    QTest.keySequence(window, "F3")
    assert bar.count.text() == "2 of 2"
    QTest.keySequence(window, "Shift+F3")
    assert bar.count.text() == "1 of 2"
    window.composer.set_streaming(True)
    with qtbot.assertNotEmitted(window.composer.stop_requested):
        qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_escape_anywhere_stops_a_running_reply(window, qtbot):
    window.activateWindow()
    window.composer.set_streaming(True)
    window.sidebar.chat_list.setFocus()
    with qtbot.waitSignal(window.composer.stop_requested):
        qtbot.keyClick(window.sidebar.chat_list, Qt.Key.Key_Escape)


def test_escape_in_a_rename_leaves_the_reply_alone(window, qtbot):
    told: list[int] = []
    window.composer.stop_requested.connect(lambda: told.append(1))
    window.composer.set_streaming(True)
    window.sidebar.select_chat(2)
    window.sidebar.rename_selected()
    editor = window.sidebar.chat_list.indexWidget(window.sidebar.chat_list.currentIndex())
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert told == []


def test_close_waits_for_the_end(window, qtbot):
    window.close_requested.disconnect(window.finish_close)
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.finish_close()
    assert not window.isVisible()


def test_welcome_lies_over_a_transcript_that_is_shown(window):
    window.show_welcome(True)
    assert window.welcome.isVisible()
    assert window.transcript.isVisible()
    window.show_welcome(False)
    assert not window.welcome.isVisible()


def test_title_names_the_chat_for_the_desktop(window):
    window.set_chat_title("Tides")
    assert window.windowTitle() == "Tides – Desktop Chat"
    window.set_chat_title("")
    assert window.windowTitle() == "Desktop Chat"


@pytest.mark.parametrize("size", [50, 100, 300])
def test_every_text_size_fits_the_window(window, size):
    window.set_theme(load_theme("dark", size))
    QApplication.processEvents()
    assert (window.width(), window.height()) == (1180, 780)
    send = window.findChild(object, "sendButton")
    assert window.rect().contains(send.mapTo(window, send.rect().center()))


def test_another_theme_reaches_every_part(window):
    """A style sheet set last gave labels and the sidebar the colours of the theme before."""
    theme = load_theme("dark")
    window.set_chat_title("Tides")
    window.set_theme(theme)
    colour, title = QPalette.ColorRole.Window, window.header.findChild(Label)
    assert window.sidebar.palette().color(colour).name() == theme.sidebar
    assert title.palette().color(QPalette.ColorRole.WindowText).name() == theme.text
    head = window.sidebar.grab().toImage().pixelColor(3, 3).name()
    assert head == theme.sidebar


def test_tab_key_goes_from_left_to_right_and_down(window):
    window.header.set_has_menu(True)
    window.header.set_sidebar_folded(True)
    order = ["searchField", "chatList", "settingsButton", "sidebarButton", "modelPicker"]
    order += ["chatMenuButton", "transcript", "composer"]
    found: list[str] = []
    widget = window.findChild(object, order[0])
    while len(found) < len(order):
        if widget.objectName() in order:
            found.append(widget.objectName())
        widget = widget.nextInFocusChain()
    assert found == order


def test_minimised_window_comes_to_the_front(window):
    window.showMinimized()
    window.raise_to_front()
    assert not window.isMinimized()
