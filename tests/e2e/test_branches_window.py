"""Branches in the whole window: edited, switched, pruned, copied and seen as a tree."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from desktop_chat.ui.composer.edit_card import EditCard
from desktop_chat.ui.transcript.toolbar.message_toolbar import MessageToolbar
from tests.e2e.window import OpenWindow, run_window, until

pytestmark = pytest.mark.usefixtures("qapp")

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(autouse=True)
def server(standin_thread, monkeypatch):
    """The stand-in, where the window looks for it."""
    monkeypatch.setenv("LM_STUDIO_URL", standin_thread.url)
    return standin_thread


def texts(window: OpenWindow) -> list[str]:
    return [message.content for message in window.messages()]


def card_of(window: OpenWindow) -> Any:
    """Return where a message is edited; None while that was not wanted yet."""
    return window.window.findChild(EditCard)


async def toolbar_at(window: OpenWindow, row: int) -> Any:
    """Lead the keyboard to a message and return its toolbar."""
    view = window.window.transcript
    view.setFocus()
    view.set_current_row(row)
    (toolbar,) = await until(
        lambda: [
            t
            for t in view.findChildren(MessageToolbar)
            if t.isVisible() and view.commands.toolbar.row == row
        ],
        "the toolbar",
    )
    return toolbar


async def press(window: OpenWindow, row: int, command: str) -> None:
    """Press a button of a message's toolbar."""
    toolbar = await toolbar_at(window, row)
    QTest.mouseClick(toolbar.button(command), Qt.MouseButton.LeftButton)


def choose(window: OpenWindow, row: int, label: str) -> None:
    """Choose an entry of a message's menu."""
    menu = QMenu(window.window)
    window.window.transcript.commands.add_to(menu, row)
    next(action for action in menu.actions() if action.text() == label).trigger()


async def talked(window: OpenWindow, *questions: str) -> None:
    """Send messages; each is answered with its echo."""
    await window.ready()
    for question in questions:
        await window.send(question)
        await window.reply()


def undo(window: OpenWindow) -> None:
    QTest.keyClick(window.window.transcript, Qt.Key.Key_Z, CONTROL)


def redo(window: OpenWindow) -> None:
    QTest.keyClick(window.window.transcript, Qt.Key.Key_Z, CONTROL | SHIFT)


def test_message_edited_in_place_of_the_composer_makes_a_version_and_ctrl_z_shows_the_old(stored):
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        window.type("draft")
        await press(window, 0, "edit")
        card = card_of(window)
        assert (card.text(), window.composer.isVisible()) == ("one", False)
        card.set_text("uno")
        QTest.keyClick(card.prompt, Qt.Key.Key_Return)
        await until(lambda: texts(window) == ["uno", "Echo: uno"], "the new version")
        await window.reply()
        assert (window.composer.text(), window.composer.isVisible()) == ("draft", True)
        assert (await toolbar_at(window, 0))._place.text() == "2/2"
        undo(window)
        await until(lambda: len(texts(window)) == 4, "the old version")
        await until(lambda: window.status_text().startswith("Undone"), "words")
        redo(window)
        await until(lambda: texts(window) == ["uno", "Echo: uno"], "the new version again")

    run_window(scenario)
    assert stored.texts("user") == ["one", "two", "uno"]


def test_up_in_an_empty_composer_edits_the_last_message_and_escape_gives_up():
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        window.press(Qt.Key.Key_Up)
        card = card_of(window)
        assert card.text() == "two"
        QTest.keyClicks(card.prompt, " and a half")
        QTest.keyClick(card.prompt, Qt.Key.Key_Escape)
        assert (card.isVisible(), window.composer.isVisible()) == (False, True)
        assert window.status_text() == "The edit was given up"
        window.window.status_line.action_requested.emit()
        assert (card.isVisible(), card.text()) == (True, "two and a half")

    run_window(scenario)


def test_up_with_a_draft_or_with_nothing_sent_moves_the_cursor_only():
    async def scenario(window: OpenWindow) -> None:
        await window.ready()
        window.press(Qt.Key.Key_Up)
        await talked(window, "one")
        window.type("draft")
        window.press(Qt.Key.Key_Up)
        assert card_of(window) is None

    run_window(scenario)


def test_edit_waits_in_its_chat_while_another_one_is_shown():
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one")
        await press(window, 0, "edit")
        card_of(window).set_text("half an edit")
        window.window.new_chat_requested.emit()
        assert window.composer.isVisible()
        await until(lambda: not window.messages(), "a new chat")
        await window.shows("one")
        assert (card_of(window).isVisible(), card_of(window).text()) == (True, "half an edit")

    run_window(scenario)


def test_row_4_edit_is_back_after_a_restart_until_it_is_sent():
    """The user sees the message being edited with the text as it was typed last."""

    async def begin(window: OpenWindow) -> None:
        await talked(window, "one")
        await press(window, 0, "edit")
        QTest.keyClicks(card_of(window).prompt, " and a half")

    async def go_on(window: OpenWindow) -> None:
        await window.ready()
        await window.shows("one")
        card = card_of(window)
        assert (card.isVisible(), card.text()) == (True, "one and a half")
        QTest.keyClick(card.prompt, Qt.Key.Key_Return)
        await until(lambda: texts(window)[:1] == ["one and a half"], "the new version")
        await window.reply()

    async def see_none(window: OpenWindow) -> None:
        await window.ready()
        await window.shows("one")
        assert card_of(window) is None

    for scenario in (begin, go_on, see_none):
        run_window(scenario)


def test_edit_of_a_chat_that_was_deleted_comes_back_with_it():
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one")
        await press(window, 0, "edit")
        QTest.keyClicks(card_of(window).prompt, " and a half")
        window.press(Qt.Key.Key_Delete, on=window.window.sidebar.chat_list)
        await until(lambda: "trash" in window.status_text(), "the chat is gone")
        keyboard: Any = window.shell.app.focusWidget()
        QTest.keyClick(keyboard, Qt.Key.Key_Z, CONTROL)
        await until(window.titles, "the chat is back")
        await window.shows("one")
        assert (card_of(window).isVisible(), card_of(window).text()) == (True, "one and a half")

    run_window(scenario)


def test_edit_that_cannot_be_sent_keeps_its_text(server):
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one")
        await press(window, 0, "edit")
        card = card_of(window)
        card.set_text("x" * 1_200_000)
        QTest.keyClick(card.prompt, Qt.Key.Key_Return)
        await until(lambda: "MB" in window.status_text(), "why")
        assert card.isVisible()
        assert texts(window) == ["one", "Echo: one"]

    run_window(scenario)


def test_any_reply_is_regenerated_and_its_switch_brings_back_what_followed(stored):
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        await press(window, 1, "regenerate")
        await until(lambda: len(stored.texts("llm")) == 3, "another reply")
        await until(lambda: texts(window) == ["one", "Echo: one"], "another path")
        await window.reply()
        await press(window, 1, "previous")
        await until(lambda: len(texts(window)) == 4, "what followed")

    run_window(scenario)


def test_branch_becomes_a_chat_and_the_first_one_stays(stored):
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        choose(window, 1, "Branch into a new chat")
        await until(lambda: window.window.windowTitle().startswith("one (branch)"), "the branch")
        assert texts(window) == ["one", "Echo: one"]
        await window.shows("one")
        assert len(texts(window)) == 4
        undo(window)
        await until(lambda: "one (branch)" not in window.titles(), "the branch is away")

    run_window(scenario)


def test_chat_is_duplicated_by_its_shortcut():
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one")
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_D, CONTROL | SHIFT)
        await until(lambda: window.window.windowTitle().startswith("one (copy)"), "the copy")
        assert texts(window) == ["one", "Echo: one"]
        assert window.titles() == ["one (copy)", "one"]

    run_window(scenario)


def test_message_deleted_is_told_and_brought_back_by_the_button():
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        choose(window, 1, "Delete message")
        await until(lambda: texts(window) == ["one", "two", "Echo: two"], "it is gone")
        await until(lambda: window.status_text() == "The message was deleted", "words")
        window.window.status_line.action_requested.emit()
        await until(lambda: len(texts(window)) == 4, "it is back")

    run_window(scenario)


def test_what_follows_is_deleted_and_ctrl_z_brings_it_back():
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        choose(window, 0, "Delete what follows")
        await until(lambda: texts(window) == ["one"], "it is gone")
        await until(lambda: window.status_text() == "What followed was deleted", "words")
        undo(window)
        await until(lambda: len(texts(window)) == 4, "it is back")

    run_window(scenario)


def test_tree_shows_all_branches_and_enter_jumps_to_one(stored):
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one", "two")
        await press(window, 0, "edit")
        card_of(window).set_text("uno")
        QTest.keyClick(card_of(window).prompt, Qt.Key.Key_Return)
        await until(lambda: texts(window) == ["uno", "Echo: uno"], "the new version")
        await window.reply()
        QTest.keyClick(window.composer.prompt, Qt.Key.Key_T, CONTROL)
        dialog = await until(lambda: window.dialog("branchTreeDialog"), "the tree")
        dialog.select(next(m["id"] for m in stored.messages() if m["content"] == "two"))
        QTest.keyClick(dialog.view, Qt.Key.Key_Return)
        await until(lambda: len(texts(window)) == 4, "the other branch")
        await until(lambda: window.window.transcript.current_row == 2, "the message")

    run_window(scenario)


def test_messages_stay_as_they_are_while_a_reply_is_written_there(server):
    async def scenario(window: OpenWindow) -> None:
        await talked(window, "one")
        server.play("stop-mid", times=1, rate=100)
        await window.send("two")
        # One that is stopped before its first word is not kept.
        await window.grown()
        assert "edit" not in (await toolbar_at(window, 0)).commands
        menu = QMenu(window.window)
        window.window.transcript.commands.add_to(menu, 0)
        shown = [action.text() for action in menu.actions() if not action.isSeparator()]
        assert shown == ["Branch into a new chat", "Show all branches"]
        window.press(Qt.Key.Key_Up)
        assert card_of(window) is None
        commands = window.window.transcript.commands
        commands.command_requested.emit("delete", window.messages()[0].id)
        alert = await until(lambda: window.dialog("alert"), "a kind refusal")
        assert "being written" in alert.text()
        alert.close()
        await until(lambda: window.dialog("alert") is None, "it is read")
        window.press(Qt.Key.Key_Escape)
        await window.reply()
        assert len(texts(window)) == 4

    run_window(scenario)
