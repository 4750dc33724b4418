from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QPushButton

from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.welcome import Welcome

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def welcome(qtbot):
    welcome = Welcome(load_theme("light"))
    qtbot.addWidget(welcome)
    welcome.resize(800, 600)
    welcome.show()
    return welcome


def _words(welcome: Welcome) -> str:
    labels = [label for label in welcome.findChildren(QLabel) if label.isVisible()]
    return " ".join(label.text() for label in labels)


def _button(welcome: Welcome, name: str) -> QPushButton:
    return next(b for b in welcome.findChildren(QPushButton) if b.accessibleName() == name)


def _drop(welcome: Welcome, url: QUrl) -> None:
    files = QMimeData()
    files.setUrls([url])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        files,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    welcome.dropEvent(event)


def test_ready_names_the_model(welcome):
    welcome.set_state("ready", "qwen3-8b")
    assert "qwen3-8b answers." in _words(welcome)
    assert not [b for b in welcome.findChildren(QPushButton) if b.isVisible()]


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("Start LM Studio", "start_lm_studio_requested"),
        ("Choose a GGUF file", "choose_file_requested"),
        ("Get the starter model", "starter_model_requested"),
    ],
)
def test_each_offer_works(welcome, qtbot, name, signal):
    welcome.set_state("no_model")
    with qtbot.waitSignal(getattr(welcome, signal)):
        _button(welcome, name).click()


def test_offers_go_when_a_model_comes(welcome):
    welcome.set_state("no_model")
    assert "Apache-2.0" in _words(welcome)
    welcome.set_state("ready", "x")
    assert "Apache-2.0" not in _words(welcome)


def test_progress_is_shown_and_can_be_cancelled(welcome, qtbot):
    welcome.set_state("no_model")
    welcome.set_progress(49_000_000, 98_000_000)
    bar = welcome.findChild(QProgressBar)
    assert bar.isVisible()
    assert bar.value() * 2 == bar.maximum()
    assert "49 of 98 MB" in _words(welcome)
    assert not _button(welcome, "Get the starter model").isEnabled()
    cancel = next(b for b in welcome.findChildren(QPushButton) if b.text() == "Cancel")
    with qtbot.waitSignal(welcome.cancel_requested):
        cancel.click()


def test_error_ends_the_progress_and_lets_one_try_again(welcome):
    welcome.set_state("no_model")
    welcome.set_progress(1, 98_000_000)
    welcome.set_error("The starter model could not be fetched: offline.")
    assert "offline" in _words(welcome)
    assert _button(welcome, "Get the starter model").isEnabled()
    assert not welcome.findChild(QProgressBar).isVisible()


def test_dropped_model_file_is_told(welcome):
    told: list[str] = []
    welcome.file_dropped.connect(told.append)
    _drop(welcome, QUrl.fromLocalFile("/models/a.GGUF"))
    _drop(welcome, QUrl.fromLocalFile("/models/a.txt"))
    _drop(welcome, QUrl("http://example.org/a.gguf"))
    assert told == ["/models/a.GGUF"]


def test_it_is_painted_in_every_state(welcome):
    for name, kind in (("dark", "no_model"), ("high-contrast-light", "checking")):
        welcome.set_theme(load_theme(name, 150))
        welcome.set_state(kind)
        QApplication.processEvents()
        assert not welcome.grab().isNull()


def test_lm_studio_that_runs_and_is_of_no_use_leads_to_its_settings(welcome, qtbot):
    welcome.set_state("no_model", "LM Studio wants an API token.")
    assert "wants an API token" in _words(welcome)
    assert "Start LM Studio" not in _words(welcome)
    with qtbot.waitSignal(welcome.settings_requested):
        _button(welcome, "Use LM Studio").click()
    welcome.set_state("no_model")
    with qtbot.waitSignal(welcome.start_lm_studio_requested):
        _button(welcome, "Start LM Studio").click()
