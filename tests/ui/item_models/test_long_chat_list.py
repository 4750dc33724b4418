"""A chat list of 100 000 chats, of which only the pages that are shown are read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex

from desktop_chat.domain.chat import ChatId, ChatSummary
from desktop_chat.domain.organisation import ChatGroup
from desktop_chat.ui.item_models.chat_list import ChatListModel
from desktop_chat.ui.item_models.chat_pages import MOST_PAGES, PAGE, ChatPages
from desktop_chat.ui.item_models.roles import ChatRole
from tests.domain.samples import summary
from tests.ui.chat_list_fake import NOW, ago, now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

COUNT = 100_000
PINNED = 3


class Library:
    """A stored list: three pinned chats, then one of each minute, all of the last months."""

    def __init__(self, count: int = COUNT) -> None:
        self.rows = list(range(1, count + 1))
        self.asked: list[tuple[int, int]] = []

    def chat(self, number: int) -> ChatSummary:
        return summary(number, "", ago(minutes=number), is_pinned=number <= PINNED)

    def load(self, offset: int, limit: int) -> Sequence[ChatSummary]:
        self.asked.append((offset, limit))
        return [self.chat(number) for number in self.rows[offset : offset + limit]]

    def groups(self) -> list[ChatGroup]:
        return list(stored_groups(len(self.rows)))


@cache
def stored_groups(count: int) -> tuple[ChatGroup, ...]:
    counts: Counter[str] = Counter()
    for number in range(1, count + 1):
        day = ago(minutes=number).astimezone().date()
        label = day.isoformat() if (NOW.astimezone().date() - day).days <= 7 else f"{day:%Y-%m}"
        counts["pinned" if number <= PINNED else label] += 1
    groups, start = [], 0
    for label, size in counts.items():
        groups.append(ChatGroup(label, start, size))
        start += size
    return tuple(groups)


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def model(qapp: QApplication, library: Library) -> ChatListModel:
    made = ChatListModel(now=now)
    made.set_stored(library.load(0, PAGE), library.groups(), library.load)
    library.asked.clear()
    return made


def ids(model: ChatListModel, first: int, count: int) -> list[int]:
    return [model.index(row).data(ChatRole.CHAT_ID) for row in range(first, first + count)]


def test_all_chats_are_rows_and_none_was_read_for_it(model, library) -> None:
    assert model.rowCount() == COUNT
    assert not model.canFetchMore(QModelIndex())
    assert library.asked == []


def test_row_anywhere_reads_its_page_alone(model, library) -> None:
    assert ids(model, 54_321, 5) == [54_322, 54_323, 54_324, 54_325, 54_326]
    assert ids(model, COUNT - 1, 1) == [COUNT]
    assert library.asked == [(54_300, PAGE), (COUNT - PAGE, PAGE)]


def test_scrolling_through_all_keeps_few_pages(model, library) -> None:
    for row in range(0, COUNT, PAGE):
        model.chat_at(row)
    assert len(library.asked) == COUNT // PAGE - 1
    library.asked.clear()
    for row in range(COUNT - MOST_PAGES * PAGE, COUNT, PAGE):
        model.chat_at(row)
    assert library.asked == []
    model.chat_at(0)
    assert library.asked == [(0, PAGE)]


def test_groups_of_rows_that_were_not_read_are_known(model, library) -> None:
    starts = model.group_starts()
    labels = [model.index(row).data(ChatRole.GROUP) for row in starts]
    assert labels[:5] == ["Pinned", "Today", "Yesterday", "Previous 7 days", "November"]
    assert labels[5:] == ["October", "September"]
    assert model.index(50_000).data(ChatRole.GROUP) == ""
    assert library.asked == []


def test_new_chat_comes_first_and_moves_pages_down(model, library) -> None:
    assert ids(model, 700, 1) == [701]
    library.rows.insert(PINNED, COUNT + 1)
    assert model.put(summary(COUNT + 1, "New", NOW))
    assert ids(model, PINNED, 2) == [COUNT + 1, PINNED + 1]
    assert ids(model, 701, 1) == [701]
    assert model.rowCount() == COUNT + 1
    assert model.group_starts()[2] == Library().groups()[2].start + 1


def test_old_chat_that_was_shown_moves_to_the_top(model) -> None:
    assert ids(model, 90_050, 1) == [90_051]
    assert model.put(summary(90_051, "Again", NOW + timedelta(seconds=1)))
    assert ids(model, PINNED, 1) == [90_051]
    assert ids(model, 90_050, 2) == [90_050, 90_052]
    assert model.rowCount() == COUNT


def test_place_between_rows_that_were_not_read_is_refused(model) -> None:
    before = model.rowCount()
    restored = summary(COUNT + 1, "Restored", ago(minutes=40_000, seconds=30))
    assert not model.put(restored)
    assert model.rowCount() == before


def test_removed_chat_that_was_not_read_is_refused(model) -> None:
    assert not model.is_all_read
    assert not model.remove(ChatId(77_777))
    assert model.remove(ChatId(5))
    assert model.rowCount() == COUNT - 1


def test_page_of_another_list_than_the_one_shown_tells_it(model, library) -> None:
    told: list[bool] = []
    model.torn.connect(lambda: told.append(True))
    library.rows.insert(0, COUNT + 1)  # stored, and not told yet
    model.chat_at(PAGE)
    assert told == [True]


def test_page_that_cannot_be_read_leaves_its_rows_empty(qapp) -> None:
    model = ChatListModel(now=now)
    model.set_stored([], [ChatGroup("", 0, 50)], lambda _offset, _limit: ())
    assert model.rowCount() == 50
    assert model.index(7).data() is None
    assert model.chat_at(7) is None


def test_list_of_the_first_paint_is_completed_without_a_reset(qapp, library) -> None:
    model = ChatListModel(now=now)
    model.set_chats(library.load(0, PAGE))
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    inserted: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    model.set_stored(library.load(0, PAGE), library.groups(), library.load)
    assert (inserted, resets) == ([(PAGE, COUNT - 1)], [])
    assert model.rowCount() == COUNT


def test_list_in_another_order_changes_titles_in_place_only(qapp) -> None:
    library = Library(20)
    model = ChatListModel(now=now)
    groups = [ChatGroup("C", 0, 20)]
    model.set_stored(library.load(0, 20), groups, library.load, is_by_use=False)
    assert model.put(summary(5, "", NOW))
    assert ids(model, 4, 1) == [5]
    assert not model.put(summary(5, "Another title", NOW))
    assert model.index(0).data(ChatRole.GROUP) == "C"


@pytest.mark.parametrize("row", [0, 3, 7])
def test_place_in_a_whole_list_is_found_where_it_was_taken_out(row: int) -> None:
    chats = [summary(n + 1, updated_at=ago(minutes=n)) for n in range(8)]
    pages = ChatPages(chats)
    assert pages.place_of(chats[row]) == row
    pages.remove(row)
    assert pages.place_of(chats[row]) == row
    pages.insert(row, chats[row])
    assert [chat.id for _, chat in pages.rows()] == [chat.id for chat in chats]
