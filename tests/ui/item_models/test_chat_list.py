"""The chats of the sidebar as an item model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop_chat.ui.item_models.chat_list import ChatListModel
from desktop_chat.ui.item_models.roles import CHATS_MIME, ChatRole
from tests.domain.samples import summary

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop_chat.domain.chat import ChatSummary

# Noon by the local clock, so that no group depends on where the test runs.
NOW = datetime(2026, 11, 22, 12, 0).astimezone().astimezone(UTC)
ROOT = QModelIndex()


def now() -> datetime:
    return NOW


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


@pytest.fixture
def model(qapp: QApplication) -> ChatListModel:
    """A model that Qt's own tester checks at each change; its complaints fail the test."""
    made = ChatListModel(now=now)
    QAbstractItemModelTester(made, made)
    return made


class Changes:
    """Notes what a model tells."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.inserted: list[tuple[int, int]] = []
        self.removed: list[tuple[int, int]] = []
        self.moved: list[tuple[int, int]] = []
        self.changed: list[int] = []
        self.roles: list[list[int]] = []
        model.rowsInserted.connect(self.on_inserted)
        model.rowsRemoved.connect(self.on_removed)
        model.rowsMoved.connect(self.on_moved)
        model.dataChanged.connect(self.on_changed)

    def on_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.inserted.append((first, last))

    def on_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.removed.append((first, last))

    def on_moved(self, _a: QModelIndex, first: int, _last: int, _b: QModelIndex, to: int) -> None:
        self.moved.append((first, to))

    def on_changed(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        self.changed += range(first.row(), last.row() + 1)
        self.roles.append(list(roles))


def column(model: ChatListModel, role: int = Qt.ItemDataRole.DisplayRole) -> list[Any]:
    return [model.data(model.index(row), role) for row in range(model.rowCount())]


def days(*numbers: int) -> list[ChatSummary]:
    """Chats of so many days ago, each with that number as its id."""
    return [summary(number + 1, updated_at=ago(days=number)) for number in numbers]


def test_row_tells_title_id_time_and_nothing_else(model: ChatListModel) -> None:
    model.set_chats([summary(7, "Tides", ago(minutes=5)), summary(8, " ", ago(days=1))])
    assert column(model) == ["Tides", " "]
    assert column(model, ChatRole.CHAT_ID) == [7, 8]
    assert column(model, ChatRole.TIME) == [f"{ago(minutes=5).astimezone():%H:%M}", ""]
    assert column(model, Qt.ItemDataRole.DecorationRole) == [None, None]
    assert model.data(ROOT) is None


def test_chat_without_a_title_has_a_name_to_be_read(model: ChatListModel) -> None:
    chat = summary(7)
    model.set_chats([type(chat)(chat.id, "", chat.updated_at)])
    assert column(model) == ["Untitled"]
    assert column(model, Qt.ItemDataRole.AccessibleTextRole) == ["Untitled"]


def test_rows_can_be_renamed_and_have_no_children(model: ChatListModel) -> None:
    model.set_chats(days(0))
    assert model.flags(model.index(0)) & Qt.ItemFlag.ItemIsEditable
    assert model.rowCount(model.index(0)) == 0
    assert model.flags(ROOT) == Qt.ItemFlag.NoItemFlags


def test_groups_are_labelled_at_their_first_row(model: ChatListModel) -> None:
    pinned = summary(99, updated_at=ago(days=400), is_pinned=True)
    model.set_chats([pinned, *days(0, 0, 1, 2, 7, 8, 30, 400)])
    assert column(model, ChatRole.GROUP) == [
        "Pinned",
        "Today",
        "",
        "Yesterday",
        "Previous 7 days",
        "",
        "November",
        "October",
        "October 2025",
    ]


def test_chat_of_tomorrow_is_of_today(model: ChatListModel) -> None:
    model.set_chats([summary(1, updated_at=ago(days=-1))])
    assert column(model, ChatRole.GROUP) == ["Today"]


def test_put_new_chat_stands_before_older_and_behind_pinned_ones(model: ChatListModel) -> None:
    model.set_chats([summary(9, updated_at=ago(days=3), is_pinned=True), *days(1, 2)])
    changes = Changes(model)
    model.put(summary(5, "New", ago(hours=1)))
    assert column(model, ChatRole.CHAT_ID) == [9, 5, 2, 3]
    assert changes.inserted == [(1, 1)]


def test_put_known_chat_moves_without_a_reset(model: ChatListModel) -> None:
    model.set_chats(days(0, 1, 2))
    changes = Changes(model)
    model.put(summary(3, "Third", ago(minutes=-1)))
    assert column(model, ChatRole.CHAT_ID) == [3, 1, 2]
    assert changes.moved == [(2, 0)]
    assert not changes.inserted
    model.put(summary(3, "Third", ago(days=9)))
    assert column(model, ChatRole.CHAT_ID) == [1, 2, 3]
    assert column(model)[2] == "Third"


def test_put_that_takes_a_groups_first_row_away_tells_the_row_that_is_first_now(
    model: ChatListModel,
) -> None:
    model.set_chats([*days(0, 0), *days(1), summary(50, updated_at=ago(days=1, minutes=1))])
    changes = Changes(model)
    model.put(summary(2, updated_at=NOW + timedelta(seconds=1)))
    assert column(model, ChatRole.GROUP) == ["Today", "", "", "Yesterday"]
    assert 3 in changes.changed


def test_put_in_the_same_place_changes_the_row_only(model: ChatListModel) -> None:
    model.set_chats(days(0, 1))
    changes = Changes(model)
    model.put(summary(2, "Renamed", ago(days=1)))
    assert column(model) == ["Chat 1", "Renamed"]
    assert set(changes.changed) == {1}
    assert not changes.moved


def test_remove_tells_the_next_row_that_it_begins_the_group_now(model: ChatListModel) -> None:
    chats = [*days(0), summary(20, updated_at=ago(minutes=1))]
    model.set_chats(chats)
    changes = Changes(model)
    model.remove(chats[0].id)
    assert changes.removed == [(0, 0)]
    assert changes.changed == [0]
    assert column(model, ChatRole.GROUP) == ["Today"]
    model.remove(chats[0].id)
    model.remove(chats[1].id)
    assert model.rowCount() == 0


def test_activity_changes_that_role_of_that_row_only(model: ChatListModel) -> None:
    chats = days(0, 1)
    model.set_chats(chats)
    changes = Changes(model)
    model.set_activity(chats[1].id, "writing")
    assert column(model, ChatRole.ACTIVITY) == ["", "writing"]
    roles = [int(ChatRole.ACTIVITY), int(ChatRole.PROGRESS)]
    assert (changes.changed, changes.roles) == ([1], [roles])
    model.set_activity(chats[1].id, "")
    assert model.activity(chats[1].id) == ""


def test_pinned_chat_is_told_as_such(model: ChatListModel) -> None:
    model.set_chats([summary(9, is_pinned=True), *days(1)])
    assert column(model, ChatRole.PINNED) == [True, False]


def test_dragged_chats_are_given_by_their_ids(model: ChatListModel) -> None:
    model.set_chats(days(0, 1, 2))
    mime = model.mimeData([model.index(0), model.index(2)])
    assert bytes(mime.data(CHATS_MIME).data()) == b"1 3"


def test_activity_of_a_chat_that_is_not_listed_yet_is_kept_for_it(model: ChatListModel) -> None:
    chat = summary(5)
    model.set_activity(chat.id, "unread")
    model.put(chat)
    assert column(model, ChatRole.ACTIVITY) == ["unread"]


def test_thousand_chats_are_found_by_their_ids(model: ChatListModel) -> None:
    chats = [summary(n + 1, updated_at=ago(minutes=n)) for n in range(1000)]
    model.set_chats(chats)
    assert model.row_of(chats[999].id) == 999
    assert model.chat_at(5) == chats[5]
    assert model.row_of(summary(4711).id) is None


def test_day_that_is_over_is_noticed(qapp: QApplication) -> None:
    clock = [NOW]
    model = ChatListModel(now=lambda: clock[0])
    model.set_chats(days(0))
    assert model.is_of_today
    clock[0] = NOW + timedelta(days=1)
    assert not model.is_of_today
