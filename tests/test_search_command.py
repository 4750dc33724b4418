"""`desktop-chat search`: what it prints, and how it ends."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from desktop_chat import cli, paths
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository

KEYS = ["chat_id", "message_id", "title", "snippet", "sender", "created_at"]


@pytest.fixture
def db_path(data_dir):
    path = paths.database_path(data_dir)
    with open_database(path) as db:
        chat = ChatRepository(db).create_chat("Songs\x1b[2J of the sea")
        messages = MessageRepository(db)
        messages.create_message(chat.id, "user", "A song, please")
        messages.create_message(chat.id, "llm", "Canción del mar,\ncanción de cuna")
        messages.create_message(chat.id, "user", "-- begins with a minus")
        ChatRepository(db).create_chat("Only a zeppelin")
    return path


def search(capsys, *arguments):
    status: object
    try:
        status = cli.main(["search", *arguments])
    except SystemExit as end:
        status = end.code
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_json_is_a_list_of_hits_best_first(db_path, capsys):
    status, out, err = search(capsys, "cancion", "--json")
    (hit,) = json.loads(out)
    assert (status, err, list(hit)) == (0, "", KEYS)
    assert (hit["chat_id"], hit["message_id"], hit["sender"]) == (1, 2, "llm")
    assert hit["snippet"] == "Canción del mar, canción de cuna"
    assert hit["created_at"].endswith("Z")


def test_title_of_a_chat_comes_with_its_first_message(db_path, capsys):
    _, out, _ = search(capsys, "songs sea", "--json")
    (hit,) = json.loads(out)
    assert (hit["message_id"], hit["snippet"]) == (1, "A song, please")
    _, out, _ = search(capsys, "zeppelin", "--json")
    (hit,) = json.loads(out)
    assert (hit["chat_id"], hit["message_id"], hit["sender"]) == (2, None, None)


def test_row_62_text_for_a_terminal_holds_no_control_characters(db_path, capsys):
    status, out, _ = search(capsys, "cancion")
    assert status == 0
    assert "\x1b" not in out
    assert out.startswith("1/2  ")
    assert "llm  Songs[2J of the sea\n    Canción del mar, canción de cuna\n" in out


def test_several_words_need_no_quotes_and_limit_counts(db_path, capsys):
    assert "1/2" in search(capsys, "canción", "mar")[1]
    assert search(capsys, "canción", "zeppelin")[1] == ""
    _, out, _ = search(capsys, "from:user", "--limit", "1", "--json")
    assert len(json.loads(out)) == 1


def test_nothing_found_is_no_failure(db_path, capsys):
    assert search(capsys, "nowhere", "--json") == (0, "[]\n", "")
    assert search(capsys, "???", "--json") == (0, "[]\n", "")


@pytest.mark.parametrize(
    "arguments", [[], ["  "], ["before:then"], ["x", "--limit", "0"], ["x", "--limit", "many"]]
)
def test_wrong_usage_ends_with_2_and_one_line(db_path, capsys, arguments):
    status, out, err = search(capsys, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("desktop-chat")


def test_missing_database_ends_with_1_and_one_line(data_dir, capsys):
    status, out, err = search(capsys, "word")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert not data_dir.exists()


def test_row_16_damaged_index_is_told_in_one_line(db_path, capsys):
    with closing(sqlite3.connect(db_path, isolation_level=None)) as connection:
        connection.execute("UPDATE message_text_data SET block = x'ff00ff00ff00ff00' WHERE id > 1")
    status, out, err = search(capsys, "cancion")
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "The search index is damaged; your chats are not" in err


def test_unfinished_index_is_told_on_stderr(db_path, capsys):
    with open_database(db_path) as db, db.atomic():
        db.sql("UPDATE search_state SET first_id = 3")
    status, out, err = search(capsys, "zeppelin", "--json")
    assert (status, len(json.loads(out))) == (0, 1)
    assert "33 % of the messages are indexed" in err
