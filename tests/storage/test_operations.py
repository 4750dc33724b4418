"""The steps of changes; what others wrote in their place does no harm."""

from __future__ import annotations

import pytest

from desktop_chat.storage.undo.operations import BATCH, Operations, batches, without_chats
from desktop_chat.storage.undo.removals import Removals
from desktop_chat.storage.undo.trash import TrashRepository
from tests.storage.chat_changes import trash


@pytest.fixture
def operations(db):
    return Operations(db, Removals(db))


def content(db):
    tables = ("chat", "folder", "tag", "chat_tag", "message")
    return [db.sql(f"SELECT * FROM {table}") for table in tables]


def test_batches_cut_long_lists_of_rows():
    ids = list(range(BATCH * 2 + 1))
    single = ["set", "chat", 5, {"pinned": 1}]
    parts = batches([["set", "chat", ids, {"pinned": 1}], single, ["tag", 7, ids]])
    assert [len(part[2]) for part in parts[:3]] == [BATCH, BATCH, 1]
    assert parts[3] == single
    assert [row for part in parts[4:] for row in part[2]] == ids


@pytest.mark.parametrize(
    "operation",
    [
        [],
        ["set"],
        ["set", "chat", 1, {"id": 9}],
        ["set", "chat", 1, {}],
        ["set", "chat", 1, {"pinned = 1; DROP TABLE chat; --": 1}],
        ["set", "sqlite_master", 1, {"name": "x"}],
        ["set", "message", 1, {"content": "x"}],
        ["insert", "chat", {"id": 7}],
        ["insert", "tag", {"id": 7, "colour": "red"}],
        ["delete", "chat", 1],
        ["delete", "folder", "1 OR 1"],
        ["tag", "1", [1]],
        ["remove", 99],
        ["put_back", 99],
        ["unknown", 1, 2],
    ],
)
def test_operation_that_is_none_of_ours_changes_nothing(operations, chats, db, operation):
    chats.create_chat("kept")
    before = content(db)
    assert operations.run(operation) is False
    assert content(db) == before
    operations.touched("x", [operation])
    batches([operation])
    without_chats([operation], {1}, set())


def test_set_of_a_folder_that_is_gone_leaves_the_chat_in_none(operations, chats):
    chat_id = chats.create_chat().id
    operations.run(["set", "chat", chat_id, {"folder_id": 99, "active_message_id": 7}])
    assert chats.get(chat_id).folder_id is None
    assert chats.get(chat_id).active_message_id is None


def test_insert_of_what_is_there_and_tags_of_what_is_gone_are_passed_over(operations, chats, db):
    chat_id = chats.create_chat().id
    for _ in range(2):
        operations.run(["insert", "tag", {"id": 3, "name": "work"}])
        operations.run(["tag", 3, [chat_id, 99]])
        operations.run(["tag", 4, [chat_id]])
    assert db.sql("SELECT * FROM tag") == [(3, "work")]
    assert db.sql("SELECT * FROM chat_tag") == [(chat_id, 3)]


def test_delete_of_a_folder_moves_up_what_came_into_it(operations, chats, db):
    for row in ({"id": 1, "name": "outer"}, {"id": 2, "name": "gone", "parent_id": 1}):
        operations.run(["insert", "folder", row])
    operations.run(["insert", "folder", {"id": 3, "name": "inner", "parent_id": 2}])
    chat_id = chats.create_chat().id
    operations.run(["set", "chat", chat_id, {"folder_id": 2}])
    operations.run(["delete", "folder", 2])
    assert chats.get(chat_id).folder_id == 1
    assert db.sql("SELECT id, parent_id FROM folder") == [(1, None), (3, 1)]


def test_chat_that_is_being_deleted_for_good_is_not_restored(operations, chats, db):
    """Its messages go on disappearing: an empty chat would come back."""
    chat_id = chats.create_chat("doomed").id
    trash(db, chat_id)
    TrashRepository(db).begin([chat_id])
    operations.run(["set", "chat", [chat_id], {"deleted_at": None}])
    assert chats.page() == []
