"""The tree of messages keeps its form, whatever is done to a chat."""

from __future__ import annotations

import random

import pytest

from desktop_chat.domain.errors import StorageError
from desktop_chat.storage.message_pages import MessagePages

BROKEN = """
SELECT child.id FROM message AS child LEFT JOIN message AS parent
ON parent.id = child.parent_id
WHERE child.depth IS NOT coalesce(parent.depth + 1, 0)
OR (child.parent_id IS NOT NULL AND
    (parent.id IS NULL OR parent.id >= child.id OR parent.chat_id != child.chat_id))
"""


def act_at_random(chooser, chats, messages, chat_ids):
    chat_id = chooser.choice(chat_ids)
    path = messages.active_path(chat_id)
    action = chooser.choice(["turn", "retry", "edit", "create", "switch"])
    if action == "turn" or not path:
        messages.start_turn(chat_id, "q")
    elif action == "create":
        messages.create_message(chat_id, "user", "x")
    elif action == "switch":
        chats.set_active_message(chat_id, chooser.choice(path).id)
    else:
        messages.start_reply(chat_id, chooser.choice(path).parent_id)


@pytest.mark.parametrize("seed", range(5))
def test_tree_after_random_actions_has_sound_parents_depths_and_paths(db, chats, messages, seed):
    chooser = random.Random(seed)
    chat_ids = [chats.create_chat().id for _ in range(3)]
    pages = MessagePages(db)
    for _ in range(40):
        act_at_random(chooser, chats, messages, chat_ids)
    assert db.sql(BROKEN) == []
    assert db.sql("PRAGMA foreign_key_check") == []
    for chat_id in chat_ids:
        path = messages.active_path(chat_id)
        assert [message.depth for message in path] == list(range(len(path)))
        assert pages.page(chat_id, 0, 1000) == path
        assert pages.length(chat_id) == len(path)


def test_walk_through_a_circle_ends(db, chats, messages):
    chat_id = chats.create_chat().id
    first = messages.create_message(chat_id, "user", "a")
    second = messages.create_message(chat_id, "llm", "b")
    with db.atomic():
        db.sql("UPDATE message SET parent_id = ? WHERE id = ?", (second.id, first.id))
    assert {message.id for message in messages.active_path(chat_id)} == {first.id, second.id}
    assert len(messages.get_chat_context_for_llm(chat_id)) == 2


def test_deleting_a_long_chat_for_good_takes_its_messages_along(db, chats, messages):
    chat_id = chats.create_chat().id
    with db.atomic():
        for number in range(1200):
            messages.create_message(chat_id, "user", str(number))
        db.sql("DELETE FROM chat WHERE id = ?", (chat_id,))
    assert db.sql("SELECT count(*) FROM message") == [(0,)]
    with pytest.raises(StorageError):
        messages.get(1)
