from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from desktop_chat.services.settings import DECLARATIONS, TOKEN
from desktop_chat.ui.dialogs.settings_dialog import SettingsDialog
from desktop_chat.ui.theme import load_theme

# What the offscreen platform says of any window with a least or greatest size.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


SHOWN = [d for d in DECLARATIONS if d.is_shown]


@pytest.fixture
def dialog(qtbot):
    values = {"server.url": "http://127.0.0.1:1234", "storage.data_folder": "/data"}
    dialog = SettingsDialog(SHOWN, values, {"server.model": "LM_STUDIO_MODEL"})
    qtbot.addWidget(dialog)
    dialog.set_theme(load_theme("light"))
    dialog.open()
    return dialog


@pytest.fixture
def changes(dialog):
    told: list[tuple] = []
    dialog.change_requested.connect(lambda key, value: told.append((key, value)))
    return told


def _control(dialog: SettingsDialog, key: str):
    return dialog.findChild(object, key)


def _words(dialog: SettingsDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_every_declared_setting_has_a_named_control(dialog):
    for declaration in SHOWN:
        assert _control(dialog, declaration.key).accessibleName() == declaration.label


def test_text_counts_when_enter_is_pressed(dialog, changes, qtbot):
    line = _control(dialog, "server.url")
    line.setText(" http://example:1 ")
    assert changes == []
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert changes == [("server.url", "http://example:1")]
    assert dialog.isVisible()


def test_unchanged_text_is_no_change(dialog, changes, qtbot):
    qtbot.keyClick(_control(dialog, "server.url"), Qt.Key.Key_Return)
    assert changes == []


def test_secret_is_told_and_then_gone_from_the_field(dialog, changes, qtbot):
    line = _control(dialog, TOKEN)
    assert line.echoMode() == QLineEdit.EchoMode.Password
    line.setText("s3cret")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert changes == [(TOKEN, "s3cret")]
    assert line.text() == ""


def test_secret_can_be_removed(dialog, changes):
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Remove")
    button.click()
    assert changes == [(TOKEN, "")]


def test_choice_is_told_as_its_stored_value(dialog, changes):
    box = _control(dialog, "appearance.theme")
    box.setCurrentIndex(box.findData("dark"))
    box.activated.emit(box.currentIndex())
    assert changes == [("appearance.theme", "dark")]


def test_text_size_goes_in_steps_within_its_bounds(dialog, changes):
    spin = _control(dialog, "appearance.text_size")
    assert (spin.value(), spin.minimum(), spin.maximum()) == (100, 50, 300)
    spin.stepUp()
    assert changes == [("appearance.text_size", 110)]


def test_number_goes_in_its_steps_and_has_words_for_the_lowest(dialog, changes):
    length, idle = (
        _control(dialog, key) for key in ("engine.context_length", "engine.idle_minutes")
    )
    assert (length.text(), idle.text()) == ("4096 tokens", "30 minutes")
    length.stepUp()
    idle.setValue(0)
    assert idle.text() == "Never"
    assert changes == [("engine.context_length", 5120), ("engine.idle_minutes", 0)]


def test_value_fixed_from_outside_says_so_and_cannot_be_changed(dialog):
    assert not _control(dialog, "server.model").isEnabled()
    assert any("LM_STUDIO_MODEL" in text for text in _words(dialog))


def test_error_stands_at_its_field_until_the_next_change(dialog, qtbot):
    dialog.set_error("server.url", "Not an address")
    assert "Not an address" in _words(dialog)
    line = _control(dialog, "server.url")
    assert line.accessibleDescription() == "Not an address"
    line.setText("http://ok:1")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "Not an address" not in _words(dialog)


def test_folder_can_be_opened(dialog, qtbot):
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Open")
    with qtbot.waitSignal(dialog.open_folder_requested):
        button.click()


def test_value_set_from_outside_is_no_change(dialog, changes):
    for key, value in (
        ("server.url", "http://other:1"),
        ("appearance.theme", "dark"),
        ("appearance.text_size", 150),
        (TOKEN, ""),
    ):
        dialog.set_value(key, value)
    assert changes == []
    assert _control(dialog, "appearance.text_size").value() == 150


def test_escape_closes(dialog, qtbot):
    with qtbot.waitSignal(dialog.finished):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
