"""The toolbar of a message: where it is, what it offers, by pointer and by keyboard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.theme import load_theme
from desktop_chat.ui.transcript.toolbar.message_toolbar import (
    CONTINUE,
    COPY,
    DETAILS,
    EDIT,
    MORE,
    NEXT,
    PREVIOUS,
    REGENERATE,
    MessageToolbar,
    can_continue,
    commands_for,
)
from tests.ui.transcript.samples import conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPaintEvent
    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message
    from desktop_chat.ui.transcript.view import TranscriptView

    Show = Callable[[list[Message]], TranscriptView]

NO_BUTTON, NO_KEY = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
FIGURES: dict[str, Any] = {
    "completion_tokens": 342,
    "duration_ms": 10_459,
    "time_to_first_token_ms": 400,
}
TALK = [user(1), reply(2, **FIGURES), user(3), reply(4, **FIGURES)]


def toolbar_of(view: TranscriptView) -> MessageToolbar:
    (toolbar,) = view.viewport().findChildren(MessageToolbar)
    return toolbar


def move_to(view: TranscriptView, point: QPoint) -> None:
    at = QPointF(point)
    place = QPointF(view.viewport().mapToGlobal(point))
    event = QMouseEvent(QEvent.Type.MouseMove, at, place, NO_BUTTON, NO_BUTTON, NO_KEY)
    QApplication.sendEvent(view.viewport(), event)


def hover(view: TranscriptView, row: int) -> MessageToolbar:
    """Lay the pointer on a message, with the text at rest."""
    QTest.qWait(0)
    view.commands.toolbar._rest.stop()
    rect = view.stage.row_rect(row) & view.viewport().rect()
    move_to(view, QPoint(rect.left() + 30, rect.center().y()))
    return toolbar_of(view)


def at_rest(view: TranscriptView) -> None:
    """Let the time pass after which the text counts as resting."""
    view.commands.toolbar._rest.stop()
    view.commands.toolbar._rest.timeout.emit()


# What a message offers


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (reply(1, "a", status=MessageStatus.STOPPED), True),
        (reply(1, "a", status=MessageStatus.INTERRUPTED), True),
        (reply(1, "a", status=MessageStatus.FAILED), True),
        (reply(1, "a", finish_reason="length"), True),
        (reply(1, "a", finish_reason="stop"), False),
        (reply(1, " ", status=MessageStatus.FAILED), False),
        (growing(1, "a"), False),
        (user(1), False),
    ],
)
def test_only_a_reply_cut_short_with_text_can_be_continued(
    message: Message, expected: bool
) -> None:
    assert can_continue(message) is expected
    offered = commands_for(message, is_last=True, is_busy=False)
    assert (CONTINUE in offered) is expected


def test_every_reply_of_an_idle_chat_can_be_regenerated_and_the_last_continued() -> None:
    cut = reply(1, "a", status=MessageStatus.STOPPED)
    assert commands_for(cut, is_last=True, is_busy=False) == (
        COPY, CONTINUE, REGENERATE, DETAILS, MORE,
    )  # fmt: skip
    assert commands_for(cut, is_last=False, is_busy=False) == (COPY, REGENERATE, DETAILS, MORE)
    assert commands_for(cut, is_last=True, is_busy=True) == (COPY, DETAILS, MORE)


def test_message_of_the_user_can_be_edited_while_no_reply_is_written() -> None:
    for is_last in (True, False):
        assert commands_for(user(1), is_last=is_last, is_busy=False) == (COPY, EDIT, MORE)
        assert commands_for(user(1), is_last=is_last, is_busy=True) == (COPY, MORE)


# Where it is


def test_pointer_shows_the_toolbar_at_the_end_of_the_footer(show: Show) -> None:
    view = show(TALK)
    toolbar = hover(view, 3)
    message, row = view.stage.layout.message(3), view.stage.row_rect(3)
    assert toolbar.isVisible()
    assert toolbar.geometry().right() + 1 - toolbar.overhang == row.left() + message.width
    footer = row.top() + message.notes_top + message.notes.tools_middle
    assert abs(toolbar.geometry().center().y() - footer) <= 1
    assert row.contains(toolbar.geometry().adjusted(0, 0, -toolbar.overhang, 0))


def test_pointer_shows_the_toolbar_below_the_bubble(show: Show) -> None:
    view = show(TALK)
    view.scroll_to(0)
    toolbar = hover(view, 0)
    bubble = view.stage.layout.message(0).bubble_rect.translated(view.stage.row_rect(0).topLeft())
    assert toolbar.geometry().top() == bubble.bottom() + 1
    assert toolbar.geometry().right() + 1 - toolbar.overhang == bubble.right() + 1


def test_toolbar_moves_nothing(show: Show) -> None:
    view = show(TALK)
    before = [view.stage.row_rect(row) for row in range(4)], view.verticalScrollBar().maximum()
    for row in (3, 2):
        hover(view, row)
    assert before == (
        [view.stage.row_rect(row) for row in range(4)],
        view.verticalScrollBar().maximum(),
    )


class Paints(QObject):
    """Notes what is painted of a widget."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[QRect] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            paint: QPaintEvent = event  # type: ignore[assignment]
            self.areas.append(paint.region().boundingRect())
        return False


def test_toolbar_that_moves_paints_its_own_places_only(show: Show, qtbot: QtBot) -> None:
    # Without code: that is painted anew when its colours are known.
    view = show([user(1), reply(2, "One."), user(3), reply(4, "Two.")])
    toolbar = hover(view, 3)
    QApplication.processEvents()
    paints = Paints()
    view.viewport().installEventFilter(paints)
    hover(view, 2)
    qtbot.waitUntil(lambda: bool(paints.areas))
    assert max(area.width() for area in paints.areas) <= 6 * toolbar.button(COPY).width()


def test_pointer_on_the_toolbar_keeps_it(show: Show) -> None:
    view = show(TALK)
    view.scroll_to(0)
    toolbar = hover(view, 0)
    # Its lower end lies over the next message.
    move_to(view, toolbar.geometry().center() + QPoint(0, toolbar.height() // 2 - 2))
    assert (view.commands.toolbar.row, toolbar.isVisible()) == (0, True)


def test_pointer_that_leaves_takes_the_toolbar_away(show: Show) -> None:
    view = show(TALK)
    toolbar = hover(view, 3)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert not toolbar.isVisible()


def test_toolbar_is_away_while_the_text_scrolls_and_while_one_selects(show: Show) -> None:
    view = show(conversation(30))
    view.scroll_to(400)
    row = view.stage.visible_rows()[1]
    toolbar = hover(view, row)
    view.scroll_by(-10)
    assert not toolbar.isVisible()
    move_to(view, QPoint(100, 300))
    assert not toolbar.isVisible()
    at_rest(view)
    assert toolbar.isVisible()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, NO_KEY, QPoint(100, 300))
    at, held = QPointF(120, 300), Qt.MouseButton.LeftButton
    drag = QMouseEvent(QEvent.Type.MouseMove, at, at, NO_BUTTON, held, NO_KEY)
    QApplication.sendEvent(view.viewport(), drag)
    assert not toolbar.isVisible()
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, NO_KEY, QPoint(120, 300))
    assert toolbar.isVisible()


def test_wheel_over_the_toolbar_scrolls_the_text(show: Show) -> None:
    view = show(conversation(30))
    view.scroll_to(400)
    toolbar = hover(view, view.stage.visible_rows()[1])
    button = toolbar.button(COPY)
    top = view.stage.position.top
    at = QPointF(button.rect().center())
    wheel = QWheelEvent(
        at, QPointF(button.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, -120),
        NO_BUTTON, NO_KEY, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(button, wheel)
    QTest.qWait(300)
    assert view.stage.position.top > top


@pytest.mark.parametrize("percent", [50, 100, 200, 300])
@pytest.mark.parametrize("width", [360, 480, 1200])
def test_footer_and_error_button_leave_room_for_the_toolbar(
    show: Show, percent: int, width: int
) -> None:
    failed = reply(4, "a", status=MessageStatus.FAILED, error_code="connection_lost")
    view = show([user(1), reply(2, "b", **FIGURES), user(3), failed])
    view.resize(width, 900)
    view.set_theme(load_theme("light", percent))
    toolbar = hover(view, 3)
    at = toolbar.geometry().translated(-view.stage.row_rect(3).topLeft())
    message = view.stage.layout.message(3)
    button = message.notes.action_rect.translated(0, message.notes_top)
    assert not at.intersects(button)
    assert at.bottom() <= message.height


# While a reply is written


def test_growing_reply_has_no_toolbar_and_others_no_regenerate(show: Show) -> None:
    view = show([user(1), reply(2), user(3), growing(4, "a")])
    toolbar = hover(view, 1)
    assert toolbar.commands == (COPY, DETAILS, MORE)
    hover(view, 3)
    assert not toolbar.isVisible()


def test_reply_that_ends_under_the_pointer_gets_its_toolbar(show: Show) -> None:
    view = show([user(1), growing(2, "a")])
    view.commands.toolbar._rest.stop()
    move_to(view, view.stage.row_rect(1).center())
    model = view.model()
    assert model is not None
    model.replace(reply(2, "a", status=MessageStatus.STOPPED))
    at_rest(view)
    assert toolbar_of(view).commands == (COPY, CONTINUE, REGENERATE, DETAILS, MORE)


def test_new_message_takes_regenerate_away_at_once(show: Show) -> None:
    view = show(TALK)
    toolbar = hover(view, 3)
    assert REGENERATE in toolbar.commands
    model = view.model()
    assert model is not None
    model.append(user(5))
    assert not toolbar.isVisible()


# Commands


def click(view: TranscriptView, command: str) -> None:
    QTest.mouseClick(toolbar_of(view).button(command), Qt.MouseButton.LeftButton)


def test_copy_takes_the_message_and_says_so(show: Show) -> None:
    view = show(TALK)
    toolbar = hover(view, 3)
    click(view, COPY)
    assert QGuiApplication.clipboard().text() == TALK[3].content
    button = toolbar.button(COPY)
    assert (button.toolTip(), button._icon_name) == ("Copied", "check")
    toolbar._copied.timeout.emit()
    assert (button.toolTip(), button._icon_name) == ("Copy (Ctrl+C)", "copy")


def test_regenerate_and_continue_name_the_reply(show: Show, qtbot: QtBot) -> None:
    cut = replace(TALK[3], status=MessageStatus.STOPPED)
    view = show([*TALK[:3], cut])
    hover(view, 3)
    with qtbot.waitSignal(view.commands.regenerate_requested) as regenerated:
        click(view, REGENERATE)
    with qtbot.waitSignal(view.commands.continue_requested) as continued:
        click(view, CONTINUE)
    assert (regenerated.args, continued.args) == ([MessageId(4)], [MessageId(4)])


def test_commands_for_the_last_reply_do_nothing_where_it_has_none(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "a", status=MessageStatus.STOPPED)])
    with qtbot.waitSignals([view.commands.regenerate_requested, view.commands.continue_requested]):
        view.commands.regenerate_last()
        view.commands.continue_last()
    for messages in ([], [user(1)], [user(1), growing(2, "a")]):
        other = show(messages)
        with qtbot.assertNotEmitted(other.commands.regenerate_requested):
            other.commands.regenerate_last()


def menu_of(view: TranscriptView) -> QMenu:
    hover(view, 1)
    click(view, MORE)
    (menu,) = view.findChildren(QMenu)
    return menu


def test_more_copies_as_markdown_or_plain(show: Show) -> None:
    view = show([user(1), reply(2, "a **bold** word")])
    menu = menu_of(view)
    assert [a.text() for a in menu.actions() if not a.isSeparator()] == [
        "Copy as Markdown",
        "Copy as plain text",
        "Details",
        "Branch into a new chat",
        "Show all branches",
        "Delete message",
    ]
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "a **bold** word"
    menu.actions()[1].trigger()
    assert QGuiApplication.clipboard().text() == "a bold word"
    menu.close()


def test_edit_names_the_message(show: Show, qtbot: QtBot) -> None:
    view = show(TALK)
    hover(view, 2)
    with qtbot.waitSignal(view.commands.command_requested) as asked:
        click(view, EDIT)
    assert asked.args == [EDIT, MessageId(3)]


@pytest.mark.parametrize(
    ("row", "label", "expected"),
    [
        (1, "Branch into a new chat", ["branch", MessageId(2)]),
        (1, "Show all branches", ["tree", MessageId(2)]),
        (1, "Delete message", ["delete", MessageId(2)]),
        (1, "Delete what follows", ["delete-following", MessageId(2)]),
        (0, "Edit", ["edit", MessageId(1)]),
    ],
)
def test_menus_of_a_message_name_command_and_message(
    show: Show, qtbot: QtBot, row: int, label: str, expected: list[object]
) -> None:
    view = show(TALK)
    menu = QMenu(view)
    view.commands.add_to(menu, row)
    with qtbot.waitSignal(view.commands.command_requested) as asked:
        next(action for action in menu.actions() if action.text() == label).trigger()
    assert asked.args == expected


def test_menu_regenerates_any_reply(show: Show, qtbot: QtBot) -> None:
    view = show(TALK)
    menu = QMenu(view)
    view.commands.add_to(menu, 1)
    with qtbot.waitSignal(view.commands.regenerate_requested) as asked:
        next(one for one in menu.actions() if one.text() == "Regenerate").trigger()
    assert asked.args == [MessageId(2)]


def test_menu_offers_to_delete_nothing_while_a_reply_is_written(show: Show) -> None:
    view = show([user(1), reply(2), user(3), growing(4, "a")])
    menu = QMenu(view)
    view.commands.add_to(menu, 1)
    shown = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert shown == ["Branch into a new chat", "Show all branches"]


def test_last_message_has_nothing_that_follows(show: Show) -> None:
    view = show(TALK)
    menu = QMenu(view)
    view.commands.add_to(menu, 3)
    assert "Delete what follows" not in [action.text() for action in menu.actions()]


# Versions


def test_switch_is_there_only_with_other_versions(show: Show, qtbot: QtBot) -> None:
    view = show(TALK)
    view.commands.toolbar.set_versions(lambda message_id: (2, 3 if message_id == 4 else 1))
    assert PREVIOUS not in hover(view, 2).commands
    toolbar = hover(view, 3)
    assert toolbar.commands[:2] == (PREVIOUS, NEXT)
    assert toolbar._place.text() == "2/3"
    with qtbot.waitSignal(view.commands.version_requested) as asked:
        click(view, NEXT)
    assert asked.args == [MessageId(4), 1]


@pytest.mark.parametrize(
    ("place", "enabled"),
    [((1, 2), (False, True)), ((2, 3), (True, True)), ((3, 3), (True, False))],
)
def test_first_and_last_version_end_the_switch(
    show: Show, place: tuple[int, int], enabled: tuple[bool, bool]
) -> None:
    view = show(TALK)
    view.commands.toolbar.set_versions(lambda _id: place)
    toolbar = hover(view, 3)
    buttons = toolbar.button(PREVIOUS), toolbar.button(NEXT)
    assert (buttons[0].isEnabled(), buttons[1].isEnabled()) == enabled


@pytest.mark.parametrize("by_key", [False, True])
def test_switch_stays_in_its_place_and_keeps_the_keyboard(
    show: Show, qtbot: QtBot, by_key: bool
) -> None:
    long = [message for n in range(0, 20, 2) for message in (user(n + 1), reply(n + 2))]
    view = show(long)
    view.commands.toolbar.set_versions(lambda _id: (2, 3))
    view.scroll_to(view.stage.layout.row_top(9) - 100)
    toolbar = hover(view, 9)
    if by_key:
        toolbar.button(NEXT).setFocus()
    at = toolbar.geometry()
    click(view, NEXT)
    model = view.model()
    assert model is not None
    source = model._source
    assert source is not None
    source.messages[9] = reply(99, "Another version.\n\n" * 3)  # type: ignore[attr-defined]
    model.set_chat(model.chat_id, source)
    view.commands.keep_place(9)
    assert view.commands.toolbar.row == 9
    assert toolbar.isVisible()
    assert toolbar.geometry() == at
    assert toolbar.button(NEXT).hasFocus() is by_key


# Keyboard


def focus_row(view: TranscriptView, row: int) -> None:
    view.activateWindow()
    QTest.qWaitForWindowActive(view)
    view.setFocus()
    view.set_current_row(row)
    at_rest(view)


def test_keyboard_shows_the_toolbar_on_the_current_row(show: Show, qtbot: QtBot) -> None:
    view = show(TALK)
    focus_row(view, 3)
    assert view.commands.toolbar.row == 3
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    at_rest(view)
    assert view.commands.toolbar.row == 2


def test_tab_walks_the_buttons_and_escape_comes_back(show: Show, qtbot: QtBot) -> None:
    view = show(TALK)
    focus_row(view, 3)
    toolbar = toolbar_of(view)
    assert view.commands.toolbar.focus_first()
    walked = []
    for _ in toolbar.commands:
        focused = QApplication.focusWidget()
        assert focused is not None
        walked.append(focused.property("command"))
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert tuple(walked) == toolbar.commands == (COPY, REGENERATE, DETAILS, MORE)
    toolbar.button(DETAILS).setFocus()
    assert toolbar.isVisible()
    qtbot.keyClick(toolbar.button(DETAILS), Qt.Key.Key_Escape)
    assert view.hasFocus()
    assert view.current_row == 3


def test_tab_in_the_text_leads_to_the_commands_and_back(show: Show, qtbot: QtBot) -> None:
    view = show([user(1), reply(2, "Nothing in here can be pressed.")])
    focus_row(view, 1)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    copy = toolbar_of(view).button(COPY)
    assert copy.hasFocus()
    qtbot.keyClick(copy, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert view.hasFocus()
    assert toolbar_of(view).isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_press_a_button(show: Show, qtbot: QtBot, key: Qt.Key) -> None:
    view = show(TALK)
    focus_row(view, 3)
    view.commands.toolbar.focus_first()
    with qtbot.waitSignal(view.commands.copy_requested) as copied:
        qtbot.keyClick(toolbar_of(view).button(COPY), key)
    assert copied.args == [3]


def test_toolbar_below_the_window_is_brought_into_view(show: Show) -> None:
    view = show([user(1), reply(2, "word\n\n" * 80), user(3)])
    view.scroll_to(0)
    focus_row(view, 1)
    assert view.commands.toolbar.focus_first()
    assert view.viewport().rect().contains(toolbar_of(view).geometry())
    assert toolbar_of(view).button(COPY).hasFocus()


def test_reply_that_goes_away_gives_the_keyboard_back(show: Show) -> None:
    view = show(TALK)
    focus_row(view, 3)
    view.commands.toolbar.focus_first()
    model = view.model()
    assert model is not None
    model.truncate(3)
    assert view.hasFocus()
    assert not toolbar_of(view).isVisible()


def test_buttons_are_named_for_screen_readers(show: Show) -> None:
    toolbar = hover(show(TALK), 3)
    for command in toolbar.commands:
        button = toolbar.button(command)
        assert button.accessibleName()
        assert button.toolTip().startswith(button.accessibleName())
    assert toolbar.button(REGENERATE).toolTip() == "Regenerate (Ctrl+R)"
