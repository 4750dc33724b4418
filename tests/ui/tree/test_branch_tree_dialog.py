"""The window with all branches: read by keyboard, left by Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop_chat.domain.branches import arrange
from desktop_chat.domain.message import MessageId
from desktop_chat.ui.item_models.branch_tree import BranchRole
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.tree.branch_tree_dialog import BranchTreeDialog
from tests.domain.test_branches import outline

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.branches import MessageOutline

    Open = Callable[..., BranchTreeDialog]

BRANCHED = [outline(1, None), outline(2, 1), outline(3, 2), outline(4, 3), outline(5, 2)]


@pytest.fixture
def opened(qtbot: QtBot) -> Open:
    def open_dialog(
        selected: int | None = None, messages: list[MessageOutline] = BRANCHED
    ) -> BranchTreeDialog:
        rows = arrange(messages, messages[-1].id)
        dialog = BranchTreeDialog(rows, load_theme("light"))
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.select(None if selected is None else MessageId(selected))
        qtbot.waitExposed(dialog)
        return dialog

    return open_dialog


def current(dialog: BranchTreeDialog) -> object:
    return dialog.view.currentIndex().data(BranchRole.MESSAGE_ID)


def test_dialog_stands_at_the_end_of_the_path_shown_with_the_branches_open(opened: Open) -> None:
    dialog = opened()
    assert current(dialog) == 5
    assert dialog.view.isExpanded(dialog.view.currentIndex())


def test_dialog_stands_at_the_message_it_was_opened_for(opened: Open) -> None:
    assert current(opened(4)) == 4


def test_enter_goes_to_the_message_and_closes(opened: Open, qtbot: QtBot) -> None:
    dialog = opened()
    QTest.keyClick(dialog.view, Qt.Key.Key_Down)
    QTest.keyClick(dialog.view, Qt.Key.Key_Down)
    with qtbot.waitSignal(dialog.jump_requested) as asked:
        QTest.keyClick(dialog.view, Qt.Key.Key_Return)
    assert asked.args == [MessageId(4)]
    assert not dialog.isVisible()


def test_double_click_goes_to_the_message(opened: Open, qtbot: QtBot) -> None:
    dialog = opened()
    view = dialog.view
    point = view.visualRect(view.model().index(0, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    with qtbot.waitSignal(dialog.jump_requested) as asked:
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert asked.args == [MessageId(1)]


def test_left_and_right_fold_and_unfold_a_branch(opened: Open) -> None:
    dialog = opened()
    view = dialog.view
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert not view.isExpanded(view.currentIndex())
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.isExpanded(view.currentIndex())


def test_button_makes_a_chat_of_the_branch(opened: Open, qtbot: QtBot) -> None:
    dialog = opened(3)
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    with qtbot.waitSignal(dialog.branch_requested) as asked:
        QTest.mouseClick(buttons["Branch into a new chat"], Qt.MouseButton.LeftButton)
    assert asked.args == [MessageId(3)]


def test_escape_closes_and_changes_nothing(opened: Open, qtbot: QtBot) -> None:
    dialog = opened()
    with qtbot.assertNotEmitted(dialog.jump_requested):
        QTest.keyClick(dialog.view, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("theme", ["light", "dark", "high-contrast-dark"])
def test_dialog_paints_in_every_theme_and_size(opened: Open, qtbot: QtBot, theme: str) -> None:
    rows = arrange(BRANCHED, MessageId(5))
    dialog = BranchTreeDialog(rows, load_theme(theme, 200))
    qtbot.addWidget(dialog)
    assert not dialog.grab().isNull()


def test_words_tell_how_branches_come_about_where_there_are_none(opened: Open) -> None:
    dialog = opened(messages=BRANCHED[:2])
    assert "Edit a message" in dialog._intro.text()


def test_chat_of_ten_thousand_messages_opens_with_few_branches_unfolded(opened: Open) -> None:
    messages = [outline(1, None)]
    for number in range(2, 10_000, 2):
        messages += [outline(number, number - 1), outline(number + 1, number - 1)]
    dialog = opened(messages=messages)
    view, model = dialog.view, dialog.view.model()
    open_rows = sum(view.isExpanded(model.index(row, 0)) for row in range(model.rowCount()))
    assert open_rows == 200
    assert current(dialog) == messages[-1].id
