"""What a screen reader finds in a message, and what it can press there."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QGuiApplication,
)
from shiboken6 import isValid

from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.item_models.transcript import TranscriptModel
from desktop_chat.ui.transcript.access.outline import MAX_THINGS
from desktop_chat.ui.transcript.view import TranscriptView
from tests.ui.transcript.samples import CHAT, ListSource, conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message

    Show = Callable[[list[Message]], TranscriptView]

NAME, DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description
ROLES = QAccessible.Role
RICH = """See [a **link**](https://e.org/a) and $x^2$.

```python
x = 1
```

| a | b |
|---|---|
| c | [d](https://e.org/d) |

$$y$$

![picture](https://e.org/i.png)
"""
FAILED = reply(
    2,
    "Par",
    status=MessageStatus.FAILED,
    error="No server",
    error_code="server_unreachable",
    error_fields={"url": "http://127.0.0.1:1"},
)


def item(view: TranscriptView, row: int) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view).child(row)


def children(parent: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [parent.child(index) for index in range(parent.childCount())]


def names(view: TranscriptView, row: int) -> list[str]:
    return [child.text(NAME) for child in children(item(view, row))]


def find(view: TranscriptView, row: int, name: str) -> QAccessibleInterface:
    return next(child for child in children(item(view, row)) if child.text(NAME) == name)


def press(interface: QAccessibleInterface) -> None:
    """Press as the bridge to screen readers does, which comes back before anything happens."""
    action = interface.actionInterface()
    action.doAction(action.actionNames()[0])
    QCoreApplication.sendPostedEvents()
    QCoreApplication.processEvents()


def test_things_of_a_message_are_its_children_in_reading_order(show: Show) -> None:
    view = show([reply(1, RICH, reasoning="Hm")])
    found = [
        (child.role(), child.text(NAME), child.text(DESCRIPTION))
        for child in children(item(view, 0))
        if child.text(NAME) != "Copy LaTeX"
    ]
    assert found == [
        (ROLES.Button, "Reasoning", ""),
        (ROLES.Link, "a link", "https://e.org/a"),
        (ROLES.Equation, "x^2", ""),
        (ROLES.Section, "Code, Python", "x = 1"),
        (ROLES.Button, "Copy code", ""),
        (ROLES.Section, "Table, 2 rows, 2 columns", "a\tb\nc\td"),
        (ROLES.Link, "d", "https://e.org/d"),
        (ROLES.Button, "Copy table", ""),
        (ROLES.Equation, "y", ""),
        (ROLES.Graphic, "Image, picture", "https://e.org/i.png"),
        (ROLES.Button, "Load image from e.org", ""),
    ]


def test_name_of_a_message_stays_its_plain_text(show: Show) -> None:
    view = show([reply(1, "So $x^2$ is\n\n```\ncode\n```")])
    assert item(view, 0).text(NAME) == "Assistant: So $x^2$ is\n\ncode"


def test_things_know_parent_and_place(show: Show) -> None:
    view = show([reply(1, RICH)])
    parent = item(view, 0)
    window = QRect(view.viewport().mapToGlobal(view.viewport().rect().topLeft()), view.size())
    for index, child in enumerate(children(parent)):
        assert child.parent() is parent
        assert parent.indexOfChild(child) == index
        assert window.contains(child.rect())
        assert not child.state().offscreen
    code = find(view, 0, "Copy code")
    middle = code.rect().center()
    assert parent.childAt(middle.x(), middle.y()) is code
    assert parent.childAt(-5_000, -5_000) is None


def test_link_is_pressed_through_the_gate(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, RICH)])
    with qtbot.waitSignal(view.link_requested) as asked:
        press(find(view, 0, "a link"))
    assert asked.args == ["https://e.org/a", "a link"]


def test_buttons_are_pressed(show: Show, qapp: object) -> None:
    view = show([reply(1, RICH, reasoning="Hm")])
    press(find(view, 0, "Copy code"))
    assert QGuiApplication.clipboard().text() == "x = 1"
    fold = find(view, 0, "Reasoning")
    assert (bool(fold.state().expanded), bool(fold.state().collapsed)) == (False, True)
    press(fold)
    assert view.stage.layout.message(0).is_unfolded
    assert (bool(fold.state().expanded), bool(fold.state().collapsed)) == (True, False)


def test_button_of_an_error_is_pressed(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), FAILED])
    button = children(item(view, 1))[-1]
    assert button.role() == ROLES.Button
    with qtbot.waitSignal(view.error_action_requested) as asked:
        press(button)
    assert asked.args[0] == MessageId(2)


def test_message_takes_the_focus(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(6))
    action = item(view, 2).actionInterface()
    assert action.actionNames() == [QAccessibleActionInterface.setFocusAction()]
    press(item(view, 2))
    assert view.current_row == 2


def test_text_alone_has_no_children_and_no_action_but_focus(show: Show) -> None:
    view = show([reply(1, "Words *only*")])
    assert names(view, 0) == []
    code = find(show([reply(1, "```\nx\n```")]), 0, "Code")
    assert code.actionInterface() is None


def test_unfolded_reasoning_has_its_things(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "Answer", reasoning="See [t](https://e.org/t)")])
    assert names(view, 0) == ["Reasoning"]
    view.presses.toggle_reasoning(0)
    assert names(view, 0) == ["Reasoning", "t"]


def test_row_never_shown_has_its_things(show: Show) -> None:
    view = show([reply(0, RICH), *conversation(300)])
    assert "Copy code" in names(view, 0)
    assert find(view, 0, "a link").state().offscreen


def test_things_are_bounded(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "[a](https://e.org/) [b](https://e.org/)\n\n" * 400)])
    qtbot.waitUntil(lambda: not view.stage.layout.unfinished())
    assert item(view, 0).childCount() == MAX_THINGS


def test_things_that_are_gone_are_taken_back(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "A", reasoning="[t](https://e.org/t)")])
    view.presses.toggle_reasoning(0)
    link = find(view, 0, "t")
    view.presses.toggle_reasoning(0)
    assert names(view, 0) == ["Reasoning"]
    assert not isValid(link) or not link.isValid()
    qtbot.waitUntil(lambda: not isValid(link))


def test_other_chat_takes_all_things_back(show: Show) -> None:
    view = show([reply(1, RICH)])
    old = children(item(view, 0))
    model = view.model()
    assert model is not None
    model.set_chat(CHAT, ListSource([user(9, "New")]))
    assert not any(isValid(child) for child in old)


def test_thing_pressed_just_before_its_row_goes_does_nothing(show: Show) -> None:
    view = show([user(1), reply(2, RICH, reasoning="Hm")])
    buttons = [one for one in children(item(view, 1)) if one.actionInterface() is not None]
    model = view.model()
    assert model is not None
    for button in buttons:
        action = button.actionInterface()
        action.doAction(action.actionNames()[0])
    model.truncate(0)
    QCoreApplication.sendPostedEvents()
    assert len(view.stage.layout) == 0


def test_growing_reply_gets_more_things(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    for number in range(30):
        model.append_delta(MessageId(2), f"[l{number}](https://e.org/{number})\n\n")
        model.deltas.flush()
        assert item(view, 1).childCount() <= number + 1
    qtbot.waitUntil(lambda: item(view, 1).childCount() == 30)


def _touch(view: TranscriptView, chance: random.Random) -> None:
    """Ask for everything, as a screen reader in a hurry does."""
    tree = QAccessible.queryAccessibleInterface(view)
    for row in range(max(0, tree.childCount() - 4), tree.childCount()):
        message = tree.child(row)
        message.text(NAME)
        for child in children(message):
            child.text(NAME), child.rect(), child.state().offscreen, child.role()
            assert message.indexOfChild(child) >= -1
            action = child.actionInterface()
            if action is not None and child.role() == ROLES.Button and chance.random() < 0.2:
                action.doAction(action.actionNames()[0])


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(4))
def test_reader_asks_while_text_grows_and_rows_come_and_go(show: Show, seed: int) -> None:
    chance = random.Random(seed)
    view = show([*conversation(20), growing(21)])
    model = view.model()
    assert model is not None
    QAccessible.setActive(True)
    last = 21
    for _ in range(150):
        match chance.randrange(8):
            case 0:
                model.replace(reply(last, RICH, reasoning="[t](https://e.org/)"))
            case 1:
                model.truncate(max(1, model.rowCount() - chance.randrange(3)))
            case 2:
                last += 1
                model.append(growing(last, "", reasoning="Hm"))
            case 3 if chance.random() < 0.3:
                model.set_chat(CHAT, ListSource([*conversation(20), growing(last)]))
            case _:
                model.append_delta(MessageId(last), chance.choice([RICH, "word ", "```\nx\n"]))
                model.deltas.flush()
        _touch(view, chance)
        if chance.random() < 0.3:
            QCoreApplication.sendPostedEvents()
            QCoreApplication.processEvents()


def test_view_that_goes_takes_its_things_along(qapp: object) -> None:
    view = TranscriptView()
    model = TranscriptModel()
    model.set_chat(CHAT, ListSource([reply(1, RICH)]))
    view.set_model(model)
    things = children(item(view, 0))
    things[0].actionInterface().doAction(QAccessibleActionInterface.pressAction())
    view.deleteLater()
    QCoreApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
    QCoreApplication.sendPostedEvents()
    assert not any(isValid(thing) for thing in things)
