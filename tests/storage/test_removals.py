"""Messages that are removed and put back."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.storage.sqlite.portions import MOST_CHARACTERS
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES as BATCH
from desktop_chat.storage.undo.removals import Removals
from desktop_chat.storage.undo.trash import TrashRepository


@pytest.fixture
def removals(db, clock):
    return Removals(db, clock)


@pytest.fixture
def chat_id(chats):
    return chats.create_chat("chat").id


@pytest.fixture
def add(db, chat_id):
    def add(parent_id, text, sender="user"):
        sql = "INSERT INTO message (chat_id, parent_id, sender, content) VALUES (?, ?, ?, ?)"
        with db.atomic():
            message_id = db.sql(f"{sql} RETURNING id", (chat_id, parent_id, sender, text))[0][0]
            db.sql("UPDATE chat SET active_message_id = ? WHERE id = ?", (message_id, chat_id))
        return message_id

    return add


def remove(removals, chat_id, ids):
    (operation,) = removals.plan(chat_id, ids).redo
    while removals.remove_some(operation[1]):
        pass
    return operation[1]


def put_back(removals, removal_id):
    while removals.put_back_some(removal_id):
        pass


def everything(db):
    tables = ("message", "message_text('alpha OR beta OR gamma')", "chat")
    return [db.sql(f"SELECT * FROM {table} ORDER BY 1") for table in tables]


def path(messages, chat_id):
    return [message.content for message in messages.active_path(chat_id)]


def test_removed_end_of_a_path_ends_it_before_and_comes_back(add, removals, messages, db, chat_id):
    first = add(None, "alpha")
    second = add(first, "beta")
    third = add(second, "gamma")
    before = everything(db)
    removal_id = remove(removals, chat_id, [second, third])
    assert path(messages, chat_id) == ["alpha"]
    assert db.sql("SELECT count(*) FROM message_text('beta OR gamma')") == [(0,)]
    put_back(removals, removal_id)
    assert everything(db) == before


def test_removed_middle_lets_the_rest_follow_what_came_before(add, removals, messages, db, chat_id):
    first = add(None, "alpha")
    second = add(first, "beta")
    add(second, "aside")
    third = add(second, "gamma")
    add(third, "delta")
    before = everything(db)
    removal_id = remove(removals, chat_id, [second])
    assert path(messages, chat_id) == ["alpha", "gamma", "delta"]
    assert db.sql("SELECT depth FROM message ORDER BY id") == [(0,), (1,), (1,), (2,)]
    put_back(removals, removal_id)
    assert everything(db) == before


def test_removed_first_message_leaves_the_rest_as_a_chat(add, removals, messages, db, chat_id):
    first = add(None, "alpha")
    second = add(first, "beta")
    before = everything(db)
    removal_id = remove(removals, chat_id, [first])
    assert path(messages, chat_id) == ["beta"]
    put_back(removals, removal_id)
    assert everything(db) == before
    removal_id = remove(removals, chat_id, [first, second])
    assert path(messages, chat_id) == []
    put_back(removals, removal_id)
    assert everything(db) == before


def test_put_back_keeps_what_was_written_since(add, removals, messages, chat_id):
    first = add(None, "alpha")
    second = add(first, "beta")
    third = add(second, "gamma")
    removal_id = remove(removals, chat_id, [second])
    add(third, "written since")
    put_back(removals, removal_id)
    assert path(messages, chat_id) == ["alpha", "beta", "gamma", "written since"]


def test_put_back_of_an_end_shows_it_and_keeps_the_other_way(add, removals, messages, db, chat_id):
    first = add(None, "alpha")
    second = add(first, "beta")
    removal_id = remove(removals, chat_id, [second])
    add(first, "another way")
    put_back(removals, removal_id)
    assert path(messages, chat_id) == ["alpha", "beta"]
    assert db.sql("SELECT count(*) FROM message") == [(3,)]


def test_remove_again_takes_those_along_that_follow_since(add, removals, messages, db, chat_id):
    first = add(None, "alpha")
    second = add(first, "beta")
    removal_id = remove(removals, chat_id, [second])
    put_back(removals, removal_id)
    add(second, "since")
    while removals.remove_some(removal_id):
        pass
    assert path(messages, chat_id) == ["alpha", "since"]
    put_back(removals, removal_id)
    assert path(messages, chat_id) == ["alpha", "beta", "since"]


def test_long_removal_goes_in_steps_with_the_path_right_from_the_first(
    add, removals, messages, db, chat_id
):
    ids = [add(None, "0")]
    for number in range(1, BATCH * 2 + 10):
        ids.append(add(ids[-1], str(number)))
    before = everything(db)
    (operation,) = removals.plan(chat_id, ids[5:]).redo
    assert removals.remove_some(operation[1])
    assert len(path(messages, chat_id)) == 5
    assert removals.unfinished() == [operation]
    assert removals.remove_some(operation[1])
    assert not removals.remove_some(operation[1])
    assert removals.unfinished() == []
    assert db.sql("SELECT count(*) FROM message") == [(5,)]
    put_back(removals, operation[1])
    assert everything(db) == before


def test_very_long_messages_are_moved_one_at_a_time(add, removals, db, chat_id):
    ids = [add(None, "x")]
    for _ in range(3):
        ids.append(add(ids[-1], "alpha " * (MOST_CHARACTERS // 6)))
    before = everything(db)
    (operation,) = removals.plan(chat_id, ids).redo
    steps = 1
    while removals.remove_some(operation[1]):
        steps += 1
    assert steps == 4
    put_back(removals, operation[1])
    assert everything(db) == before


def test_plan_of_messages_that_are_not_there_is_no_change(add, removals, chats, db, chat_id):
    add(None, "alpha")
    other = chats.create_chat().id
    assert removals.plan(other, [1]).undo == []
    assert removals.plan(chat_id, [99]).undo == []
    assert db.sql("SELECT count(*) FROM removal") == [(0,)]
    with pytest.raises(ChatNotFoundError):
        removals.plan(99, [1])


def test_messages_half_put_back_are_put_back_wholly_by_the_next_start(
    add, removals, messages, db, chat_id
):
    ids = [add(None, "0")]
    for number in range(1, BATCH * 2 + 10):
        ids.append(add(ids[-1], str(number)))
    add(ids[-1], "end")
    before = everything(db)
    removal_id = remove(removals, chat_id, ids[5:])
    assert removals.put_back_some(removal_id)
    (operation,) = removals.unfinished()
    assert operation == ["put_back", removal_id]
    # Nothing forgets them meanwhile, though no change knows of them.
    assert TrashRepository(db).forgotten_removals() == []
    put_back(removals, removal_id)
    assert everything(db) == before
    assert removals.unfinished() == []


def test_messages_half_put_back_can_be_removed_again(add, removals, messages, db, chat_id):
    ids = [add(None, "0")]
    for number in range(1, BATCH * 2 + 10):
        ids.append(add(ids[-1], str(number)))
    add(ids[-1], "end")
    before = everything(db)
    removal_id = remove(removals, chat_id, ids[5:])
    after = everything(db)
    assert removals.put_back_some(removal_id)
    while removals.remove_some(removal_id):
        pass
    assert everything(db) == after
    put_back(removals, removal_id)
    assert everything(db) == before
