"""What the export dialog asks and shows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QProgressBar, QPushButton

from desktop_chat.services.exporting.options import ExportFormat
from desktop_chat.ui.dialogs.export_dialog import FORMATS, ExportDialog
from desktop_chat.ui.theme import load_theme


@pytest.fixture
def dialog(qtbot):
    found = ExportDialog("<b>A chat</b>", {"format": "pdf", "thoughts": True})
    qtbot.addWidget(found)
    found.set_theme(load_theme("light"))
    found.open()
    return found


def labels(dialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_every_format_is_offered() -> None:
    assert set(FORMATS) == {one.value for one in ExportFormat}


def test_it_begins_with_what_was_chosen_last(dialog) -> None:
    assert dialog.options() == {"format": "pdf", "details": True, "thoughts": True}


def test_title_is_plain_text(dialog) -> None:
    (label,) = [one for one in dialog.findChildren(QLabel) if one.text() == "<b>A chat</b>"]
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_choice_by_keyboard_is_what_is_exported(qtbot, dialog) -> None:
    box = dialog.findChild(QComboBox, "exportFormat")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    with qtbot.waitSignal(dialog.export_requested) as asked:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert asked.args[0]["format"] == "md"
    assert FORMATS["md"][1] in labels(dialog)


def test_lossless_format_leaves_nothing_to_choose(dialog) -> None:
    box = dialog.findChild(QComboBox, "exportFormat")
    box.setCurrentIndex(box.findData("json"))
    assert not any(one.isEnabled() for one in dialog.findChildren(QCheckBox))


def test_progress_takes_the_place_of_the_choices(dialog) -> None:
    dialog.show_progress(0, 0)
    bar = dialog.findChild(QProgressBar)
    assert (bar.minimum(), bar.maximum()) == (0, 0)
    dialog.show_progress(1.5, 3)
    assert (bar.value(), bar.maximum()) == (500, 1000)
    assert "1 of 3 chats" in labels(dialog)
    assert not dialog.findChild(QPushButton, "exportButton").isVisible()


def test_error_lets_the_user_choose_again(dialog) -> None:
    dialog.show_progress(0, 1)
    dialog.show_error("It cannot be written: <i>no room</i>.")
    assert "It cannot be written: <i>no room</i>." in labels(dialog)
    assert dialog.findChild(QPushButton, "exportButton").isVisible()
