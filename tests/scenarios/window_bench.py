"""What a screen reader finds in the conversation: what the window really says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAccessible, QAccessibleInterface

from tests.standin.scenarios import parse_spec

if TYPE_CHECKING:
    from tests.e2e.window import OpenWindow
    from tests.standin import StandInThread


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of the conversation, as it is told.

    Attributes:
        name: Who said it and what, or the sentence of its error.
        description: What else is to be known.
        buttons: The labels of its buttons.
    """

    name: str
    description: str
    buttons: tuple[str, ...]

    @property
    def text(self) -> str:
        """What was said, without by whom."""
        return self.name.partition(": ")[2]


def conversation(window: OpenWindow) -> list[Spoken]:
    """All messages of the chat shown, from top to bottom."""
    view: Any = window.window.transcript
    found = QAccessible.queryAccessibleInterface(view)
    return [_spoken(item) for item in _children(found)]


def _children(item: QAccessibleInterface) -> list[QAccessibleInterface]:
    found = (item.child(number) for number in range(item.childCount()))
    return [child for child in found if child is not None]


def _spoken(item: QAccessibleInterface) -> Spoken:
    words = [item.text(kind) for kind in (QAccessible.Text.Name, QAccessible.Text.Description)]
    buttons = tuple(child.text(QAccessible.Text.Name) for child in _children(item))
    return Spoken(words[0], words[1], buttons)


async def ask(
    window: OpenWindow, server: StandInThread, name: str, text: str = "hi there"
) -> tuple[Any, Spoken]:
    """Play a scenario on a message in a new chat; return the reply and how it is told.

    `name` may carry arguments, as in a model id.
    """
    window.click("newChatButton")
    scenario, args = parse_spec(name)
    server.play(scenario, **args)
    await window.send(text)
    reply = await window.reply()
    return reply, conversation(window)[-1]


def press(window: OpenWindow, label: str) -> None:
    """Press a button of the last message, as a screen reader does."""
    last = _children(QAccessible.queryAccessibleInterface(window.window.transcript))[-1]
    button = next(c for c in _children(last) if c.text(QAccessible.Text.Name) == label)
    button.actionInterface().doAction("Press")


def posts(server: StandInThread) -> list[Any]:
    """The chat requests so far."""
    return [request for request in server.log if request.method == "POST"]
