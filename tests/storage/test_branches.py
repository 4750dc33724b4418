"""Copies of chats and branches, ways through the tree, and what the tree shows."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.domain.params import GenerationParams
from desktop_chat.domain.preset import ChatSetup
from desktop_chat.domain.undo import Change
from desktop_chat.storage.branches import EXCERPT, BranchRepository
from desktop_chat.storage.message_pages import MessagePages
from desktop_chat.storage.sqlite.portions import MOST_MESSAGES
from desktop_chat.storage.undo.undo_log import UndoLog

CONTENT = """
SELECT sender, status, content, reasoning, depth, model, finish_reason, created_at, params
FROM message WHERE chat_id = ? ORDER BY depth, id
"""


@pytest.fixture
def branches(db, clock):
    return BranchRepository(db, clock)


@pytest.fixture
def talk(chats, messages):
    """A chat with a question asked twice and two replies to the second one."""
    chat_id = chats.create_chat("Tides").id
    first = messages.create_message(chat_id, "user", "Why?")
    messages.create_message(chat_id, "llm", "Because.", reasoning="hm", model="alpha")
    messages.create_message(chat_id, "user", "And then?")
    messages.create_message(chat_id, "llm", "Then.")
    edited, reply = messages.start_edit(first.id, "Why, really?")
    messages.finish(_ended(reply, "Really."))
    other = messages.start_reply(chat_id, edited.id)
    messages.finish(_ended(other, "Once more."))
    return chat_id


def _ended(reply, content):
    from dataclasses import replace

    return replace(reply, content=content, status=MessageStatus.COMPLETE)


def copied(branches, chat_id, last_id=None, change=Change.CHAT_DUPLICATED):
    copy = branches.begin_copy(chat_id, "Copy", last_id)
    while branches.copy_more(copy):
        pass
    return branches.release(copy, change)


def texts(messages, chat_id):
    return [message.content for message in messages.active_path(chat_id)]


def test_edit_makes_a_sibling_and_the_old_version_stays_with_all_that_followed(talk, messages, db):
    assert texts(messages, talk) == ["Why, really?", "Once more."]
    first = messages.active_path(talk)[0]
    assert messages.versions(first.id) == [1, first.id]
    messages.show_version(1)
    assert texts(messages, talk) == ["Why?", "Because.", "And then?", "Then."]


def test_duplicate_has_every_branch_and_shows_the_same_path(talk, branches, messages, db):
    copy = copied(branches, talk)
    assert db.sql(CONTENT, (copy.id,)) == db.sql(CONTENT, (talk,))
    assert texts(messages, copy.id) == ["Why, really?", "Once more."]
    assert len(db.sql(CONTENT, (copy.id,))) == 7
    assert db.sql("PRAGMA foreign_key_check") == []
    assert db.sql("SELECT count(*) FROM import") == [(0,)]


def test_duplicate_is_generated_with_the_same_parameters(talk, branches, chats):
    setup = ChatSetup(GenerationParams(0.2, stop=("x",)), "Be brief.", 4)
    chats.set_up(talk, setup)
    copy = copied(branches, talk)
    assert ChatSetup(copy.params, copy.system_prompt, copy.preset_id) == setup


def test_duplicate_keeps_folder_tags_and_settings_but_no_pin(talk, branches, chats, db):
    with db.atomic():
        db.sql("INSERT INTO folder (id, name) VALUES (3, 'Sea')")
        db.sql("INSERT INTO tag (id, name) VALUES (5, 'moon')")
        db.sql("INSERT INTO chat_tag VALUES (?, 5)", (talk,))
        db.sql("UPDATE chat SET folder_id = 3, pinned = 1, system_prompt = 'Be kind'")
    copy = copied(branches, talk)
    assert (copy.folder_id, copy.is_pinned, copy.system_prompt) == (3, False, "Be kind")
    assert db.sql("SELECT tag_id FROM chat_tag WHERE chat_id = ?", (copy.id,)) == [(5,)]
    assert copy.title == "Copy"


def test_branch_is_the_path_to_the_message_and_nothing_else(talk, branches, messages, db):
    third = 3
    copy = copied(branches, talk, third, Change.CHAT_BRANCHED)
    assert texts(messages, copy.id) == ["Why?", "Because.", "And then?"]
    assert len(db.sql(CONTENT, (copy.id,))) == 3
    assert MessagePages(db).length(copy.id) == 3


def test_copy_takes_the_attachments_along(talk, branches, db):
    with db.atomic():
        db.sql("INSERT INTO attachment (message_id, name, text) VALUES (1, 'a.txt', 'neap')")
    copy = copied(branches, talk)
    (first,) = db.sql("SELECT min(id) FROM message WHERE chat_id = ?", (copy.id,))[0]
    assert db.sql("SELECT name, text FROM attachment WHERE message_id = ?", (first,)) == [
        ("a.txt", "neap")
    ]


def test_copy_of_a_reply_that_is_being_written_ends_there(chats, branches, messages):
    chat_id = chats.create_chat().id
    _, reply = messages.start_turn(chat_id, "Go on")
    messages.save_progress(reply.id, "so far")
    copy = copied(branches, chat_id)
    last = messages.active_path(copy.id)[-1]
    assert (last.content, last.status) == ("so far", MessageStatus.INTERRUPTED)


def test_unfinished_copy_is_an_unfinished_import_and_not_listed(talk, branches, chats, db):
    copy = branches.begin_copy(talk, "Copy")
    branches.copy_more(copy)
    assert db.sql("SELECT import_id FROM chat WHERE id = ?", (copy.chat_id,)) == [(copy.import_id,)]
    assert db.sql("SELECT source, finished_at FROM import") == [("copy", None)]
    assert [chat.id for chat in chats.page()] == [talk]


def test_long_copy_is_made_in_steps_of_few_rows(chats, branches, messages, db):
    chat_id = chats.create_chat().id
    with db.atomic():
        for number in range(MOST_MESSAGES * 2 + 1):
            messages.create_message(chat_id, "user", f"{number}")
    copy = branches.begin_copy(chat_id, "Copy")
    steps = [branches.copy_more(copy) for _ in range(3)]
    assert steps == [True, True, False]
    branches.release(copy, Change.CHAT_DUPLICATED)
    expected = [f"{number}" for number in range(MOST_MESSAGES * 2 + 1)]
    assert texts(messages, copy.chat_id) == expected


def test_copy_of_large_texts_is_made_in_steps_of_few_characters(chats, branches, messages):
    chat_id = chats.create_chat().id
    for _ in range(3):
        messages.create_message(chat_id, "user", "x" * 200_000)
    copy = branches.begin_copy(chat_id, "Copy")
    assert [branches.copy_more(copy) for _ in range(3)] == [True, True, False]


def test_copy_can_be_undone_by_moving_it_to_the_trash(talk, branches, db):
    copy = copied(branches, talk)
    entry = UndoLog(db).next_undo()
    assert entry is not None
    assert entry.label == Change.CHAT_DUPLICATED
    assert entry.undo[0][:3] == ["set", "chat", copy.id]
    assert entry.redo == [["set", "chat", copy.id, {"deleted_at": None}]]


def test_copy_of_an_empty_chat_is_empty(chats, branches, messages):
    copy = copied(branches, chats.create_chat().id)
    assert texts(messages, copy.id) == []


def test_copied_text_is_found_by_search(talk, branches, db):
    copied(branches, talk)
    found = db.sql("SELECT rowid FROM message_text WHERE message_text MATCH 'really'")
    assert len(found) == 4
    with db.atomic():
        db.sql("INSERT INTO message_text (message_text, rank) VALUES ('integrity-check', 1)")


def test_show_leads_the_path_through_a_message_to_the_newest_below(talk, branches, messages):
    message, has_moved = branches.show(2)
    assert (message.content, has_moved) == ("Because.", True)
    assert texts(messages, talk) == ["Why?", "Because.", "And then?", "Then."]
    assert branches.show(1)[1] is False


def test_show_leaves_the_order_of_the_chats_alone(talk, branches, chats):
    before = chats.get(talk).updated_at
    branches.show(2)
    assert chats.get(talk).updated_at == before


def test_show_a_message_that_is_gone_says_so(branches):
    with pytest.raises(StorageError):
        branches.show(99)


def test_below_is_all_that_follows_on_all_branches(talk, branches):
    assert sorted(branches.below(1)) == [2, 3, 4]
    assert branches.below(4) == []


def test_below_in_a_circle_ends(talk, branches, db):
    with db.atomic():
        db.sql("UPDATE message SET parent_id = 4 WHERE id = 1")
    assert sorted(branches.below(1)) == [2, 3, 4]


def test_outline_has_the_beginning_of_every_text_in_one_line(talk, branches, messages):
    messages.create_message(talk, "user", "a\n\n b" + "x" * 500)
    outline, leaf = branches.outline(talk)
    assert [one.id for one in outline] == list(range(1, 9))
    assert outline[-1].excerpt.startswith("a bx")
    assert len(outline[-1].excerpt) <= EXCERPT
    assert leaf == 8


def test_place_of_a_message_is_its_row_on_the_path_shown(talk, db, branches):
    pages = MessagePages(db)
    assert pages.place_of(talk, 2) is None
    branches.show(2)
    assert [pages.place_of(talk, number) for number in (1, 2, 4, 5)] == [0, 1, 3, None]


def test_copy_that_is_not_finished_is_removed_with_its_attachments(talk, branches, db):
    with db.atomic():
        db.sql("INSERT INTO attachment (message_id, name, text) VALUES (1, 'a.txt', 'neap')")
    tables = ("chat", "message", "attachment", "import")
    before = [db.sql(f"SELECT * FROM {table}") for table in tables]
    copy = branches.begin_copy(talk, "Copy")
    branches.copy_more(copy)
    while branches.discard_some(copy):
        pass
    assert [db.sql(f"SELECT * FROM {table}") for table in tables] == before
