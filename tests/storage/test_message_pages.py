"""Pages of the path shown, in chats with and without branches."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.storage.database import open_database
from desktop_chat.storage.message_pages import MessagePages


@pytest.fixture
def pages(db, db_path):
    with open_database(db_path, read_only=True) as reading:
        yield MessagePages(reading)


@pytest.fixture
def chat_id(db, chats, messages):
    chat_id = chats.create_chat().id
    with db.atomic():
        for number in range(100):
            messages.create_message(chat_id, "llm" if number % 2 else "user", str(number))
    return chat_id


def contents(found):
    return [message.content for message in found]


def test_linear_chat_is_read_by_place(pages, chat_id):
    assert pages.length(chat_id) == 100
    assert contents(pages.tail(chat_id, 3)) == ["97", "98", "99"]
    assert contents(pages.page(chat_id, 10, 3)) == ["10", "11", "12"]
    assert contents(pages.page(chat_id, 98, 10)) == ["98", "99"]
    assert len(pages.tail(chat_id, 1000)) == 100


@pytest.mark.parametrize(("start", "count"), [(100, 5), (-1, 5), (0, 0)])
def test_page_outside_of_the_path_is_empty(pages, chat_id, start, count):
    assert pages.page(chat_id, start, count) == []


def test_row_30_page_of_a_chat_of_any_length_reads_as_many_rows_as_it_shows(db, db_path, chats):
    work = {}
    for length in (500, 5_000):
        chat_id = chats.create_chat().id
        (first,) = db.sql("SELECT coalesce(max(id), 0) + 1 FROM message")[0]
        db.sql(LONG_CHAT, (first, chat_id, first - 1, length - 1))
        chats.set_active_message(chat_id, first + length - 1)
        with open_database(db_path, read_only=True) as reading:
            pages = MessagePages(reading)
            assert len(pages.tail(chat_id, 16)) == 16
            count = Count()
            # Called for so many instructions of SQLite's machine: the work itself, not the time.
            reading.connection().set_progress_handler(count, 10)
            assert contents(pages.tail(chat_id, 2)) == [str(length - 2), str(length - 1)]
            work[length] = count.calls
    assert work[5_000] <= work[500] * 1.2


class Count:
    calls = 0

    def __call__(self):
        self.calls += 1


LONG_CHAT = """
WITH RECURSIVE line (depth) AS (SELECT 0 UNION ALL SELECT depth + 1 FROM line WHERE depth < ?4)
INSERT INTO message (id, chat_id, parent_id, depth, sender, content)
SELECT ?1 + depth, ?2, CASE WHEN depth THEN ?3 + depth END, depth, 'user', CAST(depth AS TEXT)
FROM line
"""


def test_branch_is_read_like_a_chat_of_its_own(pages, chat_id, chats, messages):
    path = messages.active_path(chat_id)
    chats.set_active_message(chat_id, path[49].id)
    messages.create_message(chat_id, "user", "other 50")
    assert pages.length(chat_id) == 51
    assert contents(pages.tail(chat_id, 2)) == ["49", "other 50"]
    assert contents(pages.page(chat_id, 48, 10)) == ["48", "49", "other 50"]
    chats.set_active_message(chat_id, path[99].id)
    assert contents(pages.page(chat_id, 48, 3)) == ["48", "49", "50"]


def test_branch_that_grows_is_seen_at_once(pages, chat_id, messages):
    messages.start_reply(chat_id, messages.active_path(chat_id)[-2].id)
    assert pages.length(chat_id) == 100
    messages.start_turn(chat_id, "next")
    assert pages.length(chat_id) == 102
    assert contents(pages.page(chat_id, 98, 5)) == ["98", "", "next", ""]


def test_length_of_a_branched_chat_needs_no_long_walk(pages, chat_id, messages):
    messages.start_reply(chat_id, messages.active_path(chat_id)[-2].id)
    assert pages.length(chat_id) == 100
    assert not pages._paths
    assert len(pages.tail(chat_id, 64)) == 64
    assert not pages._paths
    assert contents(pages.page(chat_id, 0, 2)) == ["0", "1"]
    assert pages.length(chat_id) == 100


@pytest.mark.parametrize("depth", [None, 0, 7, 99, 100, 5000, -1])
def test_length_with_a_depth_that_lies_is_counted(db, pages, chat_id, messages, depth):
    messages.start_reply(chat_id, messages.active_path(chat_id)[-4].id)
    leaf = messages.active_path(chat_id)[-1].id
    with db.atomic():
        db.sql("UPDATE message SET depth = ? WHERE id = ?", (depth, leaf))
    assert pages.length(chat_id) == 98


def test_length_of_a_path_that_lost_its_beginning_is_counted(db, pages, chat_id, messages):
    path = messages.active_path(chat_id)
    messages.start_reply(chat_id, path[-2].id)
    db.sql("PRAGMA foreign_keys = OFF")
    with db.atomic():
        db.sql("DELETE FROM message WHERE id = ?", (path[9].id,))
    assert pages.length(chat_id) == 90


def test_depths_that_lie_do_not_deceive(db, pages, chat_id, messages):
    path = messages.active_path(chat_id)
    with db.atomic():
        db.sql("UPDATE message SET depth = 10 WHERE id = ?", (path[11].id,))
    assert contents(pages.page(chat_id, 9, 4)) == ["9", "10", "11", "12"]


def test_empty_chat_has_no_pages(pages, chats):
    chat_id = chats.create_chat().id
    assert pages.length(chat_id) == 0
    assert (pages.tail(chat_id, 5), pages.page(chat_id, 0, 5)) == ([], [])


def test_chat_that_is_not_there_raises(pages):
    with pytest.raises(ChatNotFoundError):
        pages.length(99)


def test_many_branched_chats_keep_few_paths(db, chats, messages):
    pages = MessagePages(db)
    for _ in range(12):
        chat_id = chats.create_chat().id
        question, _ = messages.start_turn(chat_id, "q")
        messages.start_reply(chat_id, question.id)
        assert len(pages.page(chat_id, 0, 9)) == 2
    assert len(pages._paths) <= 8
