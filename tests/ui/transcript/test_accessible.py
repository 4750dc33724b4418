"""What a screen reader finds."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
)

from desktop_chat.domain.message import MessageId, MessageStatus
from desktop_chat.ui.item_models.transcript import TranscriptModel
from desktop_chat.ui.transcript.access import accessible
from desktop_chat.ui.transcript.access.resting import Resting
from desktop_chat.ui.transcript.view import TranscriptView
from tests.ui.transcript.samples import CHAT, ListSource, conversation, growing, reply, user

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from pytestqt.qtbot import QtBot

    from desktop_chat.domain.message import Message

    Show = Callable[[list[Message]], TranscriptView]

NAME = QAccessible.Text.Name


def tree_of(view: TranscriptView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view)


def names(tree: QAccessibleInterface) -> list[str]:
    return [tree.child(row).text(NAME) for row in range(tree.childCount())]


def test_list_is_named_conversation(show: Show) -> None:
    view = show(conversation(3))
    tree = tree_of(view)
    assert view.objectName() == "transcript"
    assert (tree.text(NAME), tree.role()) == ("Conversation", QAccessible.Role.List)
    assert tree.child(0).role() == QAccessible.Role.ListItem


def test_items_are_named_by_sender_and_plain_text(show: Show) -> None:
    tree = tree_of(show([user(1, "Why **so**?"), reply(2, "Be**cause**\n\n- a\n- `b`")]))
    assert names(tree) == ["You: Why **so**?", "Assistant: Because\n\n• a\n• b"]


def test_every_row_is_an_item_also_if_never_laid_out(show: Show) -> None:
    view = show(conversation(5_000))
    tree = tree_of(view)
    assert tree.childCount() == 5_000
    assert tree.child(0).text(NAME) == "You: Question 1"
    assert view.stage.layout.kept(0) is None
    assert tree.child(0).state().offscreen
    assert not tree.child(4_999).state().offscreen


def test_item_knows_parent_index_and_extents(show: Show) -> None:
    view = show(conversation(3))
    tree = tree_of(view)
    item = tree.child(1)
    assert item.parent() is tree
    assert tree.indexOfChild(item) == 1
    rect = item.rect()
    assert rect.topLeft() == view.viewport().mapToGlobal(view.stage.row_rect(1).topLeft())
    middle = rect.center()
    assert tree.childAt(middle.x(), middle.y()) is item
    assert tree.childAt(-5_000, -5_000) is None


def test_growing_item_is_busy_until_it_ends(show: Show) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    item = tree_of(view).child(1)
    model.append_delta(MessageId(2), "Yes")
    model.deltas.flush()
    assert (bool(item.state().busy), item.text(NAME)) == (True, "Assistant: Yes")
    model.append_delta(MessageId(2), " indeed")
    model.replace(reply(2, "Yes indeed"))
    assert (bool(item.state().busy), item.text(NAME)) == (False, "Assistant: Yes indeed")


def test_stopped_and_failed_say_so(show: Show) -> None:
    failed = reply(2, "Par", status=MessageStatus.FAILED, error="It broke.", error_code="x")
    tree = tree_of(show([reply(1, "a", status=MessageStatus.STOPPED), failed]))
    assert tree.child(0).text(QAccessible.Text.Description) == "Stopped"
    assert tree.child(1).text(NAME) == "Assistant: Par\n\nIt broke."


def test_other_chat_replaces_the_items(show: Show) -> None:
    view = show(conversation(3))
    tree = tree_of(view)
    old = tree.child(2)
    model = view.model()
    assert model is not None
    model.set_chat(CHAT, ListSource([user(9, "New")]))
    assert names(tree) == ["You: New"]
    assert not shiboken6.isValid(old)
    assert tree.child(2) is None


def test_current_message_has_the_focus(show: Show, qtbot: QtBot) -> None:
    view = show(conversation(4))
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.set_current_row(2)
    tree = tree_of(view)
    assert tree.focusChild() is tree.child(2)
    assert [bool(tree.child(row).state().focused) for row in (1, 2)] == [False, True]


def test_events_are_sent_while_a_reader_listens(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = show([user(1)])
    sent: list[QAccessible.Event] = []
    monkeypatch.setattr(accessible, "send_event", lambda event: sent.append(event.type()))
    QAccessible.setActive(True)
    model = view.model()
    assert model is not None
    model.append(growing(2))
    model.append_delta(MessageId(2), "Yes")
    model.replace(reply(2, "Yes"))
    kinds = QAccessible.Event
    expected = [
        kinds.ObjectCreated,
        kinds.Announcement,
        kinds.StateChanged,
        kinds.NameChanged,
        kinds.Announcement,
    ]
    assert sent == expected


def test_gone_view_leaves_nothing_behind(qapp: object) -> None:
    view = TranscriptView()
    model = TranscriptModel()
    model.set_chat(CHAT, ListSource(conversation(3)))
    view.set_model(model)
    item = tree_of(view).child(1)
    key = id(view)
    view.deleteLater()
    QCoreApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
    assert key not in accessible.lists
    assert not shiboken6.isValid(item)


def announcements(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Return a list that fills with what is announced, and whether it may interrupt."""
    said: list[tuple[str, bool]] = []

    def listen(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            is_urgent = event.politeness() is QAccessible.AnnouncementPoliteness.Assertive
            said.append((event.message(), is_urgent))

    monkeypatch.setattr(accessible, "send_event", listen)
    QAccessible.setActive(True)
    return said


def test_start_and_end_are_announced_once_and_no_words(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = show([])
    model = view.model()
    assert model is not None
    said = announcements(monkeypatch)
    model.append(user(1))
    model.append(growing(2))
    for word in ("Yes", " indeed", " so"):
        model.append_delta(MessageId(2), word)
        model.deltas.flush()
    model.replace(growing(2, "Yes indeed so", model="m"))
    model.replace(reply(2, "Yes indeed so"))
    assert said == [("Assistant is writing", False), ("Reply complete", False)]


def test_error_is_announced_at_once(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    view = show([user(1), growing(2)])
    model = view.model()
    assert model is not None
    said = announcements(monkeypatch)
    model.replace(reply(2, "", status=MessageStatus.FAILED, error="It broke.", error_code="x"))
    assert said == [("It broke.", True)]


def test_reply_that_is_continued_is_announced_again(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = show([user(1), reply(2, "Half", status=MessageStatus.STOPPED)])
    model = view.model()
    assert model is not None
    said = announcements(monkeypatch)
    model.replace(growing(2, "Half"))
    model.replace(growing(2, "Half", model="m"))
    model.replace(reply(2, "Half and whole"))
    assert [words for words, _ in said] == ["Assistant is writing", "Reply complete"]


def test_name_of_long_growing_reply_is_found_anew_after_a_rest() -> None:
    found: list[int] = []

    def find() -> str:
        found.append(1)
        end = perf_counter() + 0.02
        while perf_counter() < end:
            pass
        return str(len(found))

    name: Resting[str] = Resting()
    assert [name.value("growing", find) for _ in range(50)] == ["1"] * 50
    assert name.value("complete", find) == "2"


def test_long_reply_that_is_not_parsed_yet_is_read_as_written(show: Show) -> None:
    text = "**Bold** words.\n\n" * 40_000
    view = show([reply(1, text), *conversation(200)])
    assert tree_of(view).child(0).text(NAME) == f"Assistant: {text}"
