"""The dialogs that ask for names, folders and tags, and that delete for good."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel

from desktop_chat.domain.organisation import Folder, FolderId
from desktop_chat.domain.undo import Change
from desktop_chat.ui.change_words import change_words
from desktop_chat.ui.dialogs.deletion_dialog import DeletionDialog
from desktop_chat.ui.dialogs.move_dialog import MoveDialog
from desktop_chat.ui.dialogs.name_dialog import NameDialog
from desktop_chat.ui.dialogs.tags_dialog import TagsDialog
from desktop_chat.ui.theme import load_theme

FOLDERS = [Folder(FolderId(1), "Work"), Folder(FolderId(2), "Clients", FolderId(1))]


def shown(qtbot, dialog):
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.set_theme(load_theme("light"))
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def told(signal) -> list:
    heard: list = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def test_name_without_its_outer_spaces_is_told(qtbot):
    dialog = shown(qtbot, NameDialog("New folder", "Name"))
    named = told(dialog.named)
    qtbot.keyClicks(dialog.line, "  My   work ")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert named == [("My work",)]


def test_empty_name_cannot_be_entered(qtbot):
    dialog = shown(qtbot, NameDialog("New folder", "Name", "   "))
    named = told(dialog.named)
    ok = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog._on_accepted()
    assert (named, dialog.isVisible()) == ([], True)


def test_move_tells_the_folder_and_none(qtbot):
    dialog = shown(qtbot, MoveDialog("Move it to:", FOLDERS, FolderId(2)))
    moved = told(dialog.moved)
    qtbot.keyClick(dialog.tree, Qt.Key.Key_Up)
    assert dialog.chosen() == 1
    qtbot.mouseClick(dialog.findChild(object, "moveButton"), Qt.MouseButton.LeftButton)
    dialog.set_folders(FOLDERS, None)
    dialog._on_accepted()
    assert moved == [(1,), (None,)]


def test_tags_tell_only_what_was_changed(qtbot):
    dialog = shown(qtbot, TagsDialog("Tags", [("all", 3), ("some", 1), ("none", 0)], 3))
    states = [dialog.list.item(row).checkState() for row in range(3)]
    check = Qt.CheckState
    assert states == [check.Checked, check.PartiallyChecked, check.Unchecked]
    changed = told(dialog.changed)
    dialog.list.item(0).setCheckState(check.Unchecked)
    qtbot.keyClicks(dialog.line, "New one")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert changed == [(("New one",), ("all",))]


def test_tag_typed_in_another_case_is_the_one_there_is(qtbot):
    dialog = shown(qtbot, TagsDialog("Tags", [("Idea", 0)], 1))
    changed = told(dialog.changed)
    qtbot.keyClicks(dialog.line, "iDEA")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert changed == [(("Idea",), ())]


def test_deletion_cannot_be_left_while_it_runs_and_names_the_backups(qtbot):
    dialog = shown(qtbot, DeletionDialog("Delete it for good?"))
    confirmed = told(dialog.confirmed)
    qtbot.mouseClick(dialog.delete_button, Qt.MouseButton.LeftButton)
    assert confirmed == [()]
    dialog.set_progress(0.5)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.bar.value() == dialog.bar.maximum() // 2
    dialog.show_done("Done.", ["chats-1.sqlite3", "chats-2.sqlite3"])
    assert dialog.backups.count() == 2
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_foreign_names_are_plain_text(qtbot):
    evil = "<img src='file:///etc/passwd'><b>bold</b>"
    dialog = shown(qtbot, DeletionDialog(evil))
    move = shown(qtbot, MoveDialog(evil, [Folder(FolderId(1), evil)]))
    for label in (*dialog.findChildren(QLabel), *move.findChildren(QLabel)):
        assert label.textFormat() is Qt.TextFormat.PlainText
    assert move.tree.model().index(1, 0).data() == evil


@pytest.mark.parametrize("change", list(Change))
def test_every_change_has_words_for_undo(change):
    assert change_words(change) not in ("", "change")


def test_unknown_change_is_called_a_change():
    assert change_words("from.the.future") == "change"
