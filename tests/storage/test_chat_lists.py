"""Lists of chats by place, folder, tag and order, and the groups they fall into."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desktop_chat.domain.organisation import ChatGroup, ChatOrder, ChatQuery, FolderId, Place, TagId
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.sqlite.chat_lists import order_by, where
from desktop_chat.storage.times import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def add(db, title="", **columns):
    names = ", ".join(["title", *columns])
    marks = ", ".join("?" * (len(columns) + 1))
    with db.atomic():
        sql = f"INSERT INTO chat ({names}) VALUES ({marks}) RETURNING id"
        return db.sql(sql, (title, *columns.values()))[0][0]


def titles(chats, query):
    return [chat.title for chat in chats.page(query)]


def labels(chats, query=None, now=NOW):
    groups = chats.groups(query or ChatQuery(), now)
    rows = [group.start + row for group in groups for row in range(group.count)]
    assert rows == list(range(chats.count(query or ChatQuery())))
    return [(group.label, group.count) for group in groups]


def ago(**lapse: float) -> str:
    return to_text(NOW - timedelta(**lapse))


def test_places_show_each_chat_once(db, chats):
    add(db, "listed")
    add(db, "put away", archived_at=ago(days=1))
    add(db, "deleted", deleted_at=ago(days=1))
    add(db, "deleted from the archive", archived_at=ago(days=2), deleted_at=ago(days=2))
    add(db, "coming in", import_id=1)
    assert titles(chats, ChatQuery()) == ["listed"]
    assert titles(chats, ChatQuery(Place.ARCHIVE)) == ["put away"]
    trash = ChatQuery(Place.TRASH)
    assert titles(chats, trash) == ["deleted", "deleted from the archive"]
    assert [chats.count(ChatQuery(place)) for place in Place] == [1, 1, 2]


def test_orders_sort_after_the_pinned_chats(db, chats):
    add(db, "b", updated_at=ago(days=1), created_at=ago(days=5))
    add(db, "a", updated_at=ago(days=3), created_at=ago(days=4))
    add(db, "c", updated_at=ago(days=2), created_at=ago(days=6))
    add(db, "z", updated_at=ago(days=9), created_at=ago(days=9), pinned=1)
    found = {order: "".join(titles(chats, ChatQuery(order=order))) for order in ChatOrder}
    assert found == {ChatOrder.UPDATED: "zbca", ChatOrder.CREATED: "zabc", ChatOrder.TITLE: "zabc"}


def test_order_by_title_ignores_case_accents_and_spaces(db, chats):
    for title in ("zebra", "Émile", "eva", "  Ángel", "ñandú", "Nora", "ÖL", "яблоко", "Юла", "1"):
        add(db, title)
    query = ChatQuery(order=ChatOrder.TITLE)
    sorted_titles = [title.strip() for title in titles(chats, query)]
    assert " ".join(sorted_titles) == "1 Ángel Émile eva ñandú Nora ÖL zebra Юла яблоко"
    assert [label for label, _ in labels(chats, query)] == list("#AENOZЮЯ")


def test_order_by_title_follows_a_rename_by_another_program(db, chats):
    first = add(db, "a")
    add(db, "b")
    with db.atomic():
        db.sql("UPDATE chat SET title = 'Č' WHERE id = ?", (first,))
    assert titles(chats, ChatQuery(order=ChatOrder.TITLE)) == ["b", "Č"]


def test_folder_and_tag_show_only_their_chats(db, chats):
    add(db, "loose")
    inside = add(db, "inside", folder_id=1)
    both = add(db, "both", folder_id=1)
    add(db, "in the inner folder", folder_id=2)
    with db.atomic():
        db.sql("INSERT INTO tag (id, name) VALUES (5, 'work')")
        db.sql("INSERT INTO chat_tag (chat_id, tag_id) VALUES (?, 5)", (both,))
    folder = ChatQuery(folder_id=FolderId(1))
    assert {chat.id for chat in chats.page(folder)} == {inside, both}
    assert titles(chats, ChatQuery(tag_id=TagId(5))) == ["both"]
    assert labels(chats, ChatQuery(tag_id=TagId(5)), datetime.now(UTC))[0][1] == 1


def test_title_part_is_found_as_it_is_written(db, chats):
    add(db, "100 % sure")
    add(db, "1000 sure")
    add(db, "a_b")
    assert titles(chats, ChatQuery(title_part="0 %")) == ["100 % sure"]
    assert titles(chats, ChatQuery(title_part="A_B")) == ["a_b"]
    assert titles(chats, ChatQuery(title_part="")) != []


def test_pages_together_are_the_list_in_every_order(db, chats):
    for number in range(57):
        add(db, f"{number % 7}", updated_at=ago(hours=number % 5), pinned=int(number % 11 == 0))
    for order in ChatOrder:
        query = ChatQuery(order=order)
        whole = [chat.id for chat in chats.page(query, 0, 100)]
        parts = [chat.id for at in range(0, 60, 10) for chat in chats.page(query, at, 10)]
        assert parts == whole
        assert len(set(whole)) == 57


def test_groups_are_the_last_days_and_then_months(db, chats):
    for lapse in (0, 1, 20, 24 * 2, 24 * 6, 24 * 7, 24 * 20, 24 * 60, 24 * 400, 24 * 401):
        add(db, updated_at=ago(hours=lapse))
    add(db, updated_at=ago(days=30), pinned=1)
    add(db, updated_at=ago(days=-300))
    assert labels(chats) == [
        ("pinned", 1),
        ("2026-11-22", 3),
        ("2026-11-21", 1),
        ("2026-11-20", 1),
        ("2026-11-16", 1),
        ("2026-11", 2),
        ("2026-09", 1),
        ("2025-10", 2),
    ]


def test_groups_begin_at_midnight_of_the_computers_time_zone(db, chats, monkeypatch):
    monkeypatch.setenv("TZ", "America/Lima")
    time.tzset()
    add(db, updated_at="2026-11-22T05:00:00.000Z")
    add(db, updated_at="2026-11-22T04:59:59.999Z")
    add(db, updated_at="2026-11-01T04:59:59.999Z")
    assert labels(chats) == [("2026-11-22", 1), ("2026-11-21", 1), ("2026-10", 1)]


def test_groups_of_times_that_make_no_sense_have_no_name(db, chats):
    for moment in ("", "0", "1969-01-01T00:00:00.000Z", "1111", ago(days=1)):
        add(db, updated_at=moment)
    assert labels(chats)[-1] == ("", 4)


def test_groups_of_the_trash_go_by_the_day_of_the_deletion(db, chats):
    add(db, updated_at=ago(days=100), deleted_at=ago(days=1), pinned=1)
    add(db, updated_at=ago(days=0), deleted_at=ago(days=2))
    assert labels(chats, ChatQuery(Place.TRASH)) == [("2026-11-21", 1), ("2026-11-20", 1)]


@pytest.mark.parametrize("order", list(ChatOrder))
def test_groups_counted_and_groups_read_are_the_same(db, chats, order):
    names = ("9 lives", "apple", "Ärger", "beta", "ß", "{x", "éa", "Жук", "漢字", "字")
    with db.atomic():
        db.sql("INSERT INTO tag (id, name) VALUES (1, 'all')")
        for number, title in enumerate(names * 3):
            days = number * 9 % 71
            chat_id = add(db, title, updated_at=ago(days=days), pinned=int(number % 9 == 0))
            db.sql("INSERT INTO chat_tag (chat_id, tag_id) VALUES (?, 1)", (chat_id,))
    counted = labels(chats, ChatQuery(order=order))
    assert counted == labels(chats, ChatQuery(order=order, tag_id=TagId(1)))


def test_groups_of_an_empty_list_are_none(chats):
    assert [chats.groups(ChatQuery(place)) for place in Place] == [[], [], []]


@pytest.mark.parametrize(
    ("order", "folder_id"), list(itertools.product(ChatOrder, (None, FolderId(3))))
)
def test_row_30_list_of_any_length_is_read_from_an_index_alone(db, order, folder_id):
    query = ChatQuery(order=order, folder_id=folder_id)
    condition, parameters = where(query)
    for sql in (
        f"SELECT id FROM chat WHERE {condition} ORDER BY {order_by(query)} LIMIT 100 OFFSET 9",
        f"SELECT count(*) FROM chat WHERE {condition}",
    ):
        plan = " / ".join(row[3] for row in db.sql(f"EXPLAIN QUERY PLAN {sql}", parameters))
        assert "COVERING INDEX chat_list" in plan
        assert "TEMP B-TREE" not in plan


def test_groups_are_found_beside_a_writer(db, db_path):
    from desktop_chat.storage.database import open_database

    add(db, updated_at=ago(days=0))
    with open_database(db_path, read_only=True) as reading:
        groups = ChatRepository(reading).groups(ChatQuery(), NOW)
    assert groups == [ChatGroup("2026-11-22", 0, 1)]
