"""Whole chats as an export reads them."""

from __future__ import annotations

import hashlib

import pytest

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.transfer import path_of
from desktop_chat.storage.exporting.library_reader import LibraryReader


@pytest.fixture
def reader(db, data_dir) -> LibraryReader:
    return LibraryReader(db, data_dir / "attachments")


def test_all_branches_are_read_in_their_order(reader, chats, messages) -> None:
    chat = chats.create_chat("Branches")
    question = messages.create_message(chat.id, "user", "Hi")
    first = messages.create_message(chat.id, "llm", "one")
    second = messages.start_reply(chat.id, question.id)
    record = reader.chat(chat.id)
    assert [message.id for message in record.messages] == [question.id, first.id, second.id]
    assert [message.parent_id for message in record.messages] == [None, 1, 1]
    assert [message.id for message in path_of(record)] == [question.id, second.id]


def test_reply_that_is_being_written_counts_as_interrupted(reader, chats, messages) -> None:
    chat = chats.create_chat()
    messages.start_turn(chat.id, "Hi")
    assert [m.status for m in reader.chat(chat.id).messages] == ["complete", "interrupted"]


def test_parameters_are_read_as_they_are_stored(reader, db, chats, messages) -> None:
    chat = chats.create_chat()
    messages.create_message(chat.id, "llm", "a", params=GenerationParams(0.5))
    messages.create_message(chat.id, "llm", "b")
    db.sql("""UPDATE message SET params = '{"top_p": 0.9}' WHERE id = 2""")
    messages.create_message(chat.id, "llm", "c")
    db.sql("UPDATE message SET params = '[1', error_fields = 7 WHERE id = 3")
    found = reader.chat(chat.id).messages
    assert [message.params for message in found] == [{"temperature": 0.5}, {"top_p": 0.9}, None]


def test_tags_and_folders_are_read_by_name(reader, db, chats) -> None:
    chat = chats.create_chat()
    db.sql("INSERT INTO tag (id, name) VALUES (1, 'b'), (2, 'a'), (3, 'unused')")
    db.sql("INSERT INTO chat_tag VALUES (1, 1), (1, 2)")
    db.sql("INSERT INTO folder (id, name, parent_id) VALUES (1, 'Work', NULL), (2, 'Inner', 1)")
    assert reader.chat(chat.id).tags == ("a", "b")
    library = reader.library("Test")
    assert library.tags == ("a", "b", "unused")
    assert [(folder.name, folder.parent_id) for folder in library.folders] == [
        ("Work", None), ("Inner", 1),
    ]  # fmt: skip


def test_attached_file_is_read_by_its_checksum(reader, db, chats, messages, data_dir) -> None:
    chat = chats.create_chat()
    messages.create_message(chat.id, "user", "Look")
    sha = hashlib.sha256(b"bytes").hexdigest()
    (data_dir / "attachments").mkdir()
    (data_dir / "attachments" / sha).write_bytes(b"bytes")
    insert = "INSERT INTO attachment (message_id, name, size, sha256) VALUES (1, ?, 5, ?)"
    for name, checksum in (("here", sha), ("gone", "0" * 64), ("odd", "../chats.sqlite3")):
        db.sql(insert, (name, checksum))
    found = reader.chat(chat.id).messages[0].attachments
    assert [(one.name, one.data) for one in found] == [
        ("here", b"bytes"), ("gone", None), ("odd", None),
    ]  # fmt: skip


def test_chat_of_an_import_under_way_is_not_there(reader, db, chats) -> None:
    chat = chats.create_chat()
    db.sql("UPDATE chat SET import_id = 4")
    with pytest.raises(ChatNotFoundError):
        reader.chat(chat.id)


def test_what_other_programs_wrote_wrongly_costs_no_message(reader, db, chats, messages) -> None:
    ours, other = chats.create_chat(), chats.create_chat()
    messages.create_message(ours.id, "user", "Hi")
    db.sql("UPDATE chat SET active_message_id = 99 WHERE id = 1")
    db.sql("INSERT INTO message (chat_id, parent_id, sender, content) VALUES (2, 1, 'odd', 'x')")
    (message,) = reader.chat(other.id).messages
    assert (message.parent_id, message.sender) == (None, "system")
    assert reader.chat(ours.id).active_message_id is None
    assert [m.content for m in path_of(reader.chat(ours.id))] == ["Hi"]
