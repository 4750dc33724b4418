from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop_chat.domain.chat import ChatId
from desktop_chat.ui.actions import CHAT_MENU, LIBRARY_MENU, SHORTCUTS, action_text
from desktop_chat.ui.commands import Commands
from desktop_chat.ui.menus import CommandMenu

CHATS = (ChatId(3), ChatId(5))


class Log:
    def __init__(self) -> None:
        self.ran: list[tuple[ChatId, ...]] = []

    def run(self, chats):
        self.ran.append(chats)

    def describe(self, chats):
        return f"Pin {len(chats)} & more" if chats else None


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def commands(log):
    commands = Commands()
    commands.register("chat.pin", log.run, log.describe)
    commands.register("chat.duplicate", log.run)
    return commands


@pytest.fixture
def parent(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    return parent


@pytest.fixture
def menu(commands, parent):
    entries = ("", "chat.pin", "", "", "chat.duplicate", "chat.tree", "")
    return CommandMenu(commands, entries, CHATS, parent)


def test_command_is_run_with_its_chats(commands, log):
    commands.run("chat.pin", CHATS)
    assert log.ran == [CHATS]


def test_command_that_makes_no_sense_does_nothing(commands, log):
    commands.run("chat.pin", ())
    commands.run("chat.tree", CHATS)
    assert log.ran == []
    assert commands.label("chat.pin") is None
    assert commands.label("chat.tree", CHATS) is None


def test_command_without_words_of_its_own_has_those_of_the_action(commands):
    assert commands.label("chat.duplicate", CHATS) == action_text("chat.duplicate")
    assert commands.label("chat.pin", CHATS) == "Pin 2 & more"


@pytest.mark.parametrize("action_id", [one for one in (*CHAT_MENU, *LIBRARY_MENU) if one])
def test_every_entry_of_a_menu_has_words(action_id):
    assert action_text(action_id)


def test_menu_offers_what_can_be_done_and_no_line_too_many(menu):
    texts = ["-" if action.isSeparator() else action.text() for action in menu.actions()]
    # An ampersand would underline the letter after it.
    assert texts == ["Pin 2 && more", "-", action_text("chat.duplicate")]


def test_menu_shows_the_shortcut_and_runs_the_command(menu, log):
    duplicate = menu.actions()[-1]
    assert duplicate.shortcut().toString() == SHORTCUTS["chat.duplicate"]
    duplicate.trigger()
    assert log.ran == [CHATS]


def test_menu_without_entries_does_not_open(commands, parent):
    menu = CommandMenu(commands, ("chat.tree", ""), CHATS, parent)
    menu.open_at(QPoint(0, 0))
    assert not menu.isVisible()
