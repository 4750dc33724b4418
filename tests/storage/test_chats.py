"""Chats in the database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop_chat.domain.errors import ChatNotFoundError, StorageError
from desktop_chat.domain.model_info import EMBEDDED, ModelRef
from tests.storage.chat_changes import rename, restore, trash


def test_create_chat_with_a_title_can_be_got_again(chats):
    chat = chats.create_chat("Greetings", model_ref=ModelRef(EMBEDDED, "/models/a.gguf"))
    assert chats.get(chat.id) == chat
    assert (chat.title, chat.model_ref) == ("Greetings", ModelRef(EMBEDDED, "/models/a.gguf"))
    assert (chat.active_message_id, chat.is_renamed, chat.deleted_at) == (None, False, None)


def test_create_chat_writes_times_in_the_published_form(chats, db):
    chats.create_chat()
    times = db.sql("SELECT created_at, updated_at FROM chat")
    assert times == [("2026-11-22T10:15:31.123Z",) * 2]


def test_get_of_a_chat_that_is_not_there_raises(chats):
    with pytest.raises(ChatNotFoundError) as caught:
        chats.get(7)
    assert caught.value.fields == {"chat_id": 7}


def test_title_of_the_user_is_kept_from_being_derived(chats, db):
    chat_id = chats.create_chat().id
    chats.set_title_if_not_renamed(chat_id, "derived")
    assert chats.get(chat_id).title == "derived"
    rename(db, chat_id, "mine")
    chats.set_title_if_not_renamed(chat_id, "derived again")
    chat = chats.get(chat_id)
    assert (chat.title, chat.is_renamed) == ("mine", True)


def test_trash_hides_the_chat_until_it_is_restored(chats, db):
    chat_id = chats.create_chat("a").id
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    trash(db, chat_id, moment)
    assert (chats.page(), chats.count()) == ([], 0)
    assert chats.get(chat_id).deleted_at == moment
    restore(db, chat_id)
    assert [chat.id for chat in chats.page()] == [chat_id]
    assert chats.get(chat_id).deleted_at is None


def test_page_lists_pinned_chats_first_then_the_latest_used(chats, messages, db):
    first, second, third, fourth = (chats.create_chat(title).id for title in "abcd")
    messages.create_message(first, "user", "makes it the latest")
    with db.atomic():
        db.sql("UPDATE chat SET pinned = 1 WHERE id = ?", (second,))
    assert [chat.id for chat in chats.page()] == [second, first, fourth, third]
    assert [chat.id for chat in chats.page(offset=1, limit=2)] == [first, fourth]
    assert chats.page()[0].is_pinned


def test_set_model_replaces_and_removes_the_choice(chats):
    chat_id = chats.create_chat().id
    chats.set_model(chat_id, ModelRef("lm-studio", "qwen"))
    assert chats.get(chat_id).model_ref == ModelRef("lm-studio", "qwen")
    chats.set_model(chat_id, None)
    assert chats.get(chat_id).model_ref is None


def test_set_system_prompt_is_kept_with_the_chat(chats):
    chat_id = chats.create_chat().id
    chats.set_system_prompt(chat_id, "Be brief.")
    assert chats.get(chat_id).system_prompt == "Be brief."


def test_set_active_message_of_another_chat_is_refused(chats, messages):
    here, there = chats.create_chat().id, chats.create_chat().id
    message = messages.create_message(there, "user", "x")
    with pytest.raises(StorageError, match="not in chat"):
        chats.set_active_message(here, message.id)
    chats.set_active_message(there, message.id)
    assert chats.get(there).active_message_id == message.id
