"""What the context menu offers, and what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from desktop_chat.domain.message import MessageStatus
from desktop_chat.ui.transcript.layouts.hits import Part
from desktop_chat.ui.transcript.menu import MessageMenu
from tests.ui.transcript.samples import reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

COPYING = ["Copy", "Copy as Markdown", "Copy message", "Select all"]
# Of the message, whatever the menu was opened on; the tests of its toolbar are about them.
COMMANDS = {
    "Edit",
    "Regenerate",
    "Branch into a new chat",
    "Show all branches",
    "Delete message",
    "Delete what follows",
}
CODE = "```py\nx = 1\n```"
TABLE = "| a | b |\n|---|---|\n| c | d |"


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def point_of(view: TranscriptView, block: int, part: Part = Part.TEXT) -> QPoint:
    """Return a point on a block of the first message."""
    origin = view.stage.origin()
    for y in range(0, view.viewport().height(), 4):
        for x in range(origin.x(), origin.x() + view.stage.layout.width, 2):
            row, hit = view.stage.hit(QPoint(x, y))
            if (row, hit.block, hit.part) == (0, block, part):
                return QPoint(x, y)
    raise AssertionError((block, part))


def open_menu(view: TranscriptView, point: QPoint | None = None) -> MessageMenu:
    """Open the menu at a point, or by its key."""
    reasons = QContextMenuEvent.Reason
    reason = reasons.Keyboard if point is None else reasons.Mouse
    at = point or QPoint(1, 1)
    event = QContextMenuEvent(reason, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    menus = [menu for menu in view.findChildren(MessageMenu) if menu.isVisible()]
    assert len(menus) == 1
    return menus[0]


def labels(menu: QMenu) -> list[str]:
    """Return the labels of the entries, without the commands of the message."""
    shown = [action.text() for action in menu.actions() if not action.isSeparator()]
    return [label for label in shown if label not in COMMANDS]


def trigger(menu: QMenu, label: str) -> None:
    next(action for action in menu.actions() if action.text() == label).trigger()


def test_menu_on_text_offers_copying_and_says_what_is_selected(show: Show) -> None:
    view = show([reply(1, "Words")])
    menu = open_menu(view, point_of(view, 0))
    assert labels(menu) == COPYING
    enabled = [action.text() for action in menu.actions() if action.isEnabled()]
    assert "Copy" not in enabled
    menu.close()
    view.select_all()
    menu = open_menu(view, point_of(view, 0))
    assert all(action.isEnabled() for action in menu.actions())
    trigger(menu, "Copy")
    assert clipboard() == "Words"


def test_menu_copies_selection_as_markdown(show: Show) -> None:
    view = show([reply(1, "# A *b*")])
    view.select_all()
    trigger(open_menu(view, point_of(view, 0)), "Copy as Markdown")
    assert clipboard() == "# A *b*"


def test_menu_copies_message_and_selects_all(show: Show) -> None:
    view = show([reply(1, "**A**"), user(2, "b")])
    menu = open_menu(view, point_of(view, 0))
    trigger(menu, "Copy message")
    assert clipboard() == "**A**"
    trigger(menu, "Select all")
    assert view.selected_text() == "A\n\nb"


def test_menu_on_link_opens_it_through_the_gate_and_copies_it(show: Show, qtbot: QtBot) -> None:
    view = show([reply(1, "[a](https://example.org/)")])
    menu = open_menu(view, point_of(view, 0, Part.LINK))
    assert labels(menu) == ["Open link", "Copy address", *COPYING]
    trigger(menu, "Copy address")
    assert clipboard() == "https://example.org/"
    with qtbot.waitSignal(view.link_requested) as asked:
        trigger(menu, "Open link")
    assert asked.args == ["https://example.org/", "a"]


def test_menu_on_code_offers_what_its_buttons_do(show: Show) -> None:
    view = show([reply(1, "```py\nx = '" + "long " * 80 + "'\n```")])
    menu = open_menu(view, point_of(view, 0))
    column = view.stage.layout.message(0).body
    others = [one.label for one in column.layout(0).controls() if one.action != "copy"]
    assert set(labels(menu)) == {"Copy code", *others, *COPYING}
    trigger(menu, "Copy code")
    assert clipboard().startswith("x = 'long long")


def test_menu_on_table_copies_it_with_tabs_or_as_markdown(show: Show) -> None:
    view = show([reply(1, TABLE)])
    menu = open_menu(view, point_of(view, 0))
    assert labels(menu) == ["Copy table", "Copy table as Markdown", *COPYING]
    trigger(menu, "Copy table")
    assert clipboard() == "a\tb\nc\td"
    trigger(menu, "Copy table as Markdown")
    assert clipboard() == "| a | b |\n| --- | --- |\n| c | d |"


def test_menu_on_formula_amid_words_copies_latex(show: Show) -> None:
    view = show([reply(1, "$\\frac{a}{b}$ is it, and $y$ too")])
    menu = open_menu(view, point_of(view, 0))
    assert labels(menu) == ["Copy LaTeX", *COPYING]
    trigger(menu, "Copy LaTeX")
    assert clipboard() == "\\frac{a}{b}"


def test_menu_on_image_offers_to_load_it_and_its_address(show: Show) -> None:
    view = show([reply(1, "![alt](https://example.org/i.png)")])
    menu = open_menu(view, point_of(view, 0))
    assert "Copy address" in labels(menu)
    trigger(menu, "Copy address")
    assert clipboard() == "https://example.org/i.png"


def test_menu_folds_reasoning(show: Show) -> None:
    view = show([reply(1, "Answer", reasoning="Because")])
    menu = open_menu(view, point_of(view, 0))
    assert labels(menu) == [*COPYING, "Show reasoning"]
    trigger(menu, "Show reasoning")
    menu.close()
    assert view.stage.layout.message(0).is_unfolded
    assert labels(open_menu(view, point_of(view, 0)))[-1] == "Hide reasoning"


def test_menu_by_key_offers_all_that_is_in_the_current_message(show: Show, qtbot: QtBot) -> None:
    text = f"[a & b](https://e.org/1) <https://e.org/2>\n\n{CODE}\n\n{CODE}\n\n{TABLE}"
    view = show([reply(1, text), reply(2, "Other")])
    view.set_current_row(0)
    menu = open_menu(view)
    assert labels(menu) == [
        "Open link", "Copy code 1", "Copy code 2", "Copy table", *COPYING
    ]  # fmt: skip
    links = menu.actions()[0].menu()
    assert isinstance(links, QMenu)
    assert labels(links) == ["a && b", "https://e.org/2"]
    with qtbot.waitSignal(view.link_requested) as asked:
        trigger(links, "a && b")
    assert asked.args == ["https://e.org/1", "a & b"]
    trigger(menu, "Copy code 2")
    assert clipboard() == "x = 1"


def test_menu_by_key_offers_the_button_of_an_error(show: Show, qtbot: QtBot) -> None:
    failed = reply(
        1,
        "",
        status=MessageStatus.FAILED,
        error="No server",
        error_code="server_unreachable",
        error_fields={"url": "http://127.0.0.1:1"},
    )
    view = show([failed])
    view.set_current_row(0)
    menu = open_menu(view)
    with qtbot.waitSignal(view.error_action_requested):
        trigger(menu, view.stage.layout.message(0).notes.label)


def test_menu_beside_the_text_is_about_the_message(show: Show) -> None:
    view = show([reply(1, f"Words\n\n{CODE}")])
    menu = open_menu(view, QPoint(view.viewport().width() - 3, 30))
    assert labels(menu) == ["Copy code", *COPYING]


def test_empty_chat_has_a_menu_without_messages(show: Show) -> None:
    menu = open_menu(show([]), QPoint(5, 5))
    assert labels(menu) == ["Copy", "Copy as Markdown", "Select all"]


@pytest.mark.parametrize("label", ["x" * 500, "<b>&amp;</b>\n"])
def test_menu_shows_foreign_labels_as_short_plain_text(show: Show, label: str) -> None:
    view = show([reply(1, f"[{label}](https://e.org/)")])
    view.set_current_row(0)
    links = open_menu(view).actions()[0].menu()
    assert isinstance(links, QMenu)
    assert len(labels(links)[0]) <= 64
