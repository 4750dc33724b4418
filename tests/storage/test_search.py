"""What is found, in which order, and what is not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.search.query import parse_query
from desktop_chat.storage.database import open_database
from desktop_chat.storage.searching.search import NEWEST, SearchRepository
from tests.storage.chat_changes import rename, restore, trash

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


@pytest.fixture
def search(db):
    return SearchRepository(db)


@pytest.fixture
def chat(chats):
    return chats.create_chat("Weather")


def found(search, line, *, ranks_all=False):
    query = parse_query(line, NOW)
    ranking = search.best(query) if ranks_all else search.newest(query)
    return search.hits(ranking.ids, query)


def ids(search, line, **options):
    return [hit.message_id for hit in found(search, line, **options)]


def titles(search, line):
    return [hit.title.text for hit in search.titles(parse_query(line, NOW))]


def test_message_is_found_whatever_case_and_accents(search, chat, messages):
    one = messages.create_message(chat.id, "user", "Una CANCIÓN de mar")
    for line in ("cancion ", "Canción ", "CANC", "canc* ", '"cancion de" ', "mar cancion "):
        assert ids(search, line) == [one.id], line
    for line in ("canc ", "cancionero ", '"de cancion" ', "cancion -mar"):
        assert ids(search, line) == [], line


def test_hit_tells_chat_sender_time_and_place(search, chat, messages):
    one = messages.create_message(chat.id, "user", "Will it rain tomorrow?")
    (hit,) = found(search, "rain ")
    assert (hit.chat_id, hit.message_id, hit.title.text) == (chat.id, one.id, "Weather")
    assert (hit.sender, hit.created_at, hit.words) == (Sender.USER, one.created_at, "rain")
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["rain"]


def test_reasoning_is_searched_too(search, chat, messages):
    one = messages.create_message(chat.id, "llm", "Yes.", reasoning="First I weigh the clouds.")
    (hit,) = found(search, "clouds ")
    assert (hit.message_id, hit.is_reasoning) == (one.id, True)
    assert "clouds" in hit.snippet.text


def test_snippet_comes_from_where_most_words_are(search, chat, messages):
    messages.create_message(chat.id, "llm", "grey", reasoning="a grey zeppelin")
    messages.create_message(chat.id, "llm", "grey zeppelin again", reasoning="grey")
    first, second = sorted(found(search, "grey zeppelin "), key=lambda hit: hit.message_id)
    assert (first.snippet.text, first.is_reasoning) == ("a grey zeppelin", True)
    assert (second.snippet.text, second.is_reasoning) == ("grey zeppelin again", False)


def test_attachment_is_searched_too(search, chat, messages, db):
    one = messages.create_message(chat.id, "user", "See the file")
    with db.atomic():
        sql = (
            "INSERT INTO attachment (message_id, name, text) VALUES (?, 'notes.txt', 'a zeppelin')"
        )
        db.sql(sql, (one.id,))
    (hit,) = found(search, "zeppelin ")
    assert (hit.message_id, hit.words) == (one.id, "")
    assert "zeppelin" in hit.snippet.text
    assert ids(search, "notes ") == [one.id]


def test_all_branches_are_searched(search, chat, messages):
    question = messages.create_message(chat.id, "user", "Say a colour")
    first = messages.create_message(chat.id, "llm", "turquoise")
    second = messages.start_reply(chat.id, question.id)
    assert messages.active_path(chat.id)[-1].id == second.id
    assert ids(search, "turquoise ") == [first.id]


def test_growing_reply_is_found_once_it_has_ended(search, chat, messages):
    _, reply = messages.start_turn(chat.id, "question")
    messages.save_progress(reply.id, "half a word")
    assert ids(search, "half ") == []
    assert messages.interrupt_streaming() == 1
    assert ids(search, "half ") == [reply.id]


def test_changed_text_is_found_by_its_new_words_only(search, chat, messages, db):
    one = messages.create_message(chat.id, "user", "before")
    with db.atomic():
        db.sql("UPDATE message SET content = 'after' WHERE id = ?", (one.id,))
    assert (ids(search, "before "), ids(search, "after ")) == ([], [one.id])


def test_deleted_message_is_found_no_more(search, chat, messages, db):
    one = messages.create_message(chat.id, "user", "gone")
    with db.atomic():
        db.sql("DELETE FROM message WHERE id = ?", (one.id,))
    assert ids(search, "gone ") == []


def test_trash_is_not_searched_and_archive_is(search, chat, messages, db):
    one = messages.create_message(chat.id, "user", "hidden")
    trash(db, chat.id)
    assert (ids(search, "hidden "), titles(search, "weather ")) == ([], [])
    restore(db, chat.id)
    with db.atomic():
        db.sql("UPDATE chat SET archived_at = updated_at WHERE id = ?", (chat.id,))
    assert (ids(search, "hidden "), titles(search, "weather ")) == ([one.id], ["Weather"])


def test_unfinished_import_is_not_searched_and_hides_nothing(search, chats, chat, messages, db):
    one = messages.create_message(chat.id, "user", "common word")
    other = chats.create_chat("Coming")
    with db.atomic():
        db.sql("UPDATE chat SET import_id = 7 WHERE id = ?", (other.id,))
        row = "INSERT INTO message (chat_id, sender, content) VALUES (?, 'user', 'common')"
        for _ in range(NEWEST + 1):
            db.sql(row, (other.id,))
    assert ids(search, "common ") == [one.id]
    assert titles(search, "coming ") == []


def test_newest_matches_are_ranked_among_themselves(search, chat, messages, db):
    best = messages.create_message(chat.id, "user", "tide tide tide")
    with db.atomic():
        row = "INSERT INTO message (chat_id, sender, content) VALUES (?, 'user', 'tide and more')"
        for _ in range(NEWEST):
            db.sql(row, (chat.id,))
    newest = search.newest(parse_query("tide ", NOW))
    assert newest.is_cut
    assert len(newest.ids) == NEWEST
    assert best.id not in newest.ids
    assert search.best(parse_query("tide ", NOW)).ids[0] == best.id


def test_better_match_comes_first(search, chat, messages):
    weak = messages.create_message(chat.id, "user", "the tide and many other words beside it here")
    strong = messages.create_message(chat.id, "user", "tide, tide, tide")
    later = messages.create_message(chat.id, "user", "the tide and many other words beside it here")
    assert ids(search, "tide ") == [strong.id, later.id, weak.id]


def test_titles_are_found_by_a_single_letter(search, chats, chat, messages):
    messages.create_message(chat.id, "user", "w is a letter")
    chats.create_chat("Álgebra")
    assert (titles(search, "w"), ids(search, "w")) == (["Weather"], [])
    assert titles(search, "a") == ["Álgebra"]
    assert [hit.title.marks for hit in search.titles(parse_query("alg", NOW))] == [((0, 3),)]


def test_renamed_chat_is_found_by_its_new_title(search, db, chat):
    rename(db, chat.id, "Climate")
    assert (titles(search, "weather "), titles(search, "climate ")) == ([], ["Climate"])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("word from:user", "q"),
        ("word -from:user", "c"),
        ("word model:QWEN", "c"),
        ("word -model:qwen", "q"),
        ("word has:code", "c"),
        ("word -has:code", "q"),
        ("word has:reasoning", "c"),
        ("word before:2026-11-22", ""),
        ("word after:2026-11-22", "qc"),
        ("word -after:2026-11-22", ""),
        ("word in:work", "qc"),
        ("word in:inn", "qc"),
        ("word in:other", ""),
        ("word -in:work", ""),
        ("word tag:idea", "qc"),
        ("word -tag:idea", ""),
        ("from:llm", "c"),
        ("in:work", "qc"),
        ("in:work -python", "q"),
    ],
)
def test_filter_narrows_the_search(search, chat, messages, db, line, expected):
    question = messages.create_message(chat.id, "user", "word one")
    code = "word ```python\nprint()\n```"
    reply = messages.create_message(chat.id, "llm", code, model="Qwen-7B", reasoning="so")
    with db.atomic():
        db.sql("INSERT INTO folder (id, parent_id, name) VALUES (1, NULL, 'Wörk'), (2, 1, 'Inner')")
        db.sql("INSERT INTO folder (id, name) VALUES (3, 'Other')")
        db.sql("INSERT INTO tag (id, name) VALUES (1, 'Ideas')")
        db.sql("INSERT INTO chat_tag VALUES (?, 1)", (chat.id,))
        db.sql("UPDATE chat SET folder_id = 2 WHERE id = ?", (chat.id,))
    assert set(ids(search, line)) == {{"q": question.id, "c": reply.id}[sign] for sign in expected}


def test_folder_narrows_titles_too(search, chats, chat, db):
    chats.create_chat("Weather elsewhere")
    with db.atomic():
        db.sql("INSERT INTO folder (id, name) VALUES (1, 'Work')")
        db.sql("UPDATE chat SET folder_id = 1 WHERE id = ?", (chat.id,))
    assert titles(search, "weather in:work") == ["Weather"]
    assert titles(search, "weather -in:work") == ["Weather elsewhere"]
    assert titles(search, "weather from:user") == []


ODD_LINES = [
    *('"', '""', '"unclosed', "AND OR NOT", "NEAR(a b)", "content:x", "a^b {c} d+e", "*", "-"),
    *("'; --", "\x00word", "\ud800word", "(((", "title:*", "😀", "x" * 5000),
]


@pytest.mark.parametrize("line", ODD_LINES)
def test_nothing_that_is_typed_is_an_error(search, chat, messages, line):
    messages.create_message(chat.id, "user", "some words")
    query = parse_query(line, NOW)
    search.titles(query)
    assert isinstance(search.newest(query).ids, tuple)


def test_row_18_message_with_broken_columns_is_found_and_shown(search, chat, messages, db_path):
    one = messages.create_message(chat.id, "llm", "intact words")
    with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = 1")
        sql = "UPDATE message SET created_at = 'never', sender = '??', params = '{', content = ?"
        connection.execute(f"{sql} WHERE id = ?", (b"intact \xff\xfe words", one.id))
        connection.execute("UPDATE chat SET title = CAST(x'ff41' AS TEXT)")
    (hit,) = found(search, "intact ")
    assert (hit.message_id, hit.sender) == (one.id, Sender.SYSTEM)
    assert hit.snippet.text.startswith("intact ")
    assert hit.title.text == "\ufffdA"


def test_search_works_beside_a_writer(db, chats, messages, db_path):
    chat = chats.create_chat("Weather")
    with open_database(db_path, read_only=True) as reader:
        search = SearchRepository(reader)
        assert ids(search, "rain ") == []
        one = messages.create_message(chat.id, "user", "rain")
        assert ids(search, "rain ") == [one.id]


def test_location_is_the_row_on_the_path_shown(search, chat, messages):
    made = [messages.create_message(chat.id, "user", str(number)) for number in range(5)]
    location = search.locate(made[3].id)
    assert (location.chat_id, location.row, location.leaf_id) == (chat.id, 3, None)
    assert search.locate(999) is None


def test_location_on_another_branch_names_the_end_of_its_path(search, chat, messages):
    question = messages.create_message(chat.id, "user", "question")
    old = messages.create_message(chat.id, "llm", "old")
    end = messages.create_message(chat.id, "user", "more")
    new = messages.start_reply(chat.id, question.id)
    messages.finish(replace(new, status=MessageStatus.COMPLETE))
    location = search.locate(old.id)
    assert (location.row, location.leaf_id) == (1, end.id)
