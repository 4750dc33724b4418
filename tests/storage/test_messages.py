"""Messages in the database: turns, replies and their states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_chat.domain.errors import ChatNotFoundError, StorageError
from desktop_chat.domain.message import MessageStatus, Sender
from desktop_chat.domain.params import GenerationParams


@pytest.fixture
def chat_id(chats):
    return chats.create_chat("a").id


def test_create_message_follows_the_active_one_and_becomes_it(chats, messages, chat_id):
    first = messages.create_message(chat_id, "user", "Hola, ¿cómo estás?")
    second = messages.create_message(chat_id, Sender.LLM, "¡Hola!", model="m", duration_ms=5)
    assert (first.parent_id, second.parent_id) == (None, first.id)
    assert (first.depth, second.depth) == (0, 1)
    assert chats.get(chat_id).active_message_id == second.id
    assert messages.get(second.id) == second
    assert (second.model, second.duration_ms, second.status) == ("m", 5, MessageStatus.COMPLETE)


def test_create_message_in_a_chat_that_is_not_there_raises(messages):
    with pytest.raises(ChatNotFoundError):
        messages.create_message(7, "user", "x")


def test_start_turn_stores_the_question_and_an_empty_streaming_reply(chats, messages, chat_id):
    before = chats.get(chat_id).updated_at
    question, reply = messages.start_turn(chat_id, "Why?", model="qwen")
    assert (question.sender, question.status) == (Sender.USER, MessageStatus.COMPLETE)
    assert (reply.sender, reply.status) == (Sender.LLM, MessageStatus.STREAMING)
    assert (reply.content, reply.model, reply.parent_id) == ("", "qwen", question.id)
    chat = chats.get(chat_id)
    assert chat.active_message_id == reply.id
    assert chat.updated_at > before


def test_start_reply_makes_a_sibling_and_shows_it(messages, chat_id):
    question, reply = messages.start_turn(chat_id, "Why?")
    other = messages.start_reply(chat_id, question.id, model="m")
    assert (other.parent_id, other.depth) == (question.id, reply.depth)
    assert [message.id for message in messages.active_path(chat_id)] == [question.id, other.id]
    assert messages.get(reply.id) == reply


def test_start_reply_to_a_message_of_another_chat_is_refused(chats, messages, chat_id):
    question, _ = messages.start_turn(chats.create_chat().id, "Why?")
    with pytest.raises(StorageError, match="not in chat"):
        messages.start_reply(chat_id, question.id)
    assert messages.active_path(chat_id) == []


def test_start_continuation_begins_with_the_old_text_and_leaves_the_old_row(messages, chat_id):
    question, reply = messages.start_turn(chat_id, "Why?")
    old = replace(reply, content="Because", reasoning="hm", reasoning_ms=5, status="stopped")
    messages.finish(replace(old, params=GenerationParams(max_tokens=9)))
    old = messages.get(reply.id)
    new = messages.start_continuation(old.id, model="m")
    assert (new.content, new.reasoning, new.reasoning_ms) == ("Because", "hm", 5)
    assert (new.parent_id, new.status, new.params) == (question.id, "streaming", old.params)
    assert [message.id for message in messages.active_path(chat_id)] == [question.id, new.id]
    assert messages.get(old.id) == old


def test_versions_are_those_in_the_same_place_oldest_first(chats, messages, chat_id):
    question, first = messages.start_turn(chat_id, "Why?")
    second = messages.start_reply(chat_id, question.id)
    messages.create_message(chat_id, "user", "And?")
    messages.start_turn(chats.create_chat().id, "Why?")
    assert messages.versions(first.id) == [first.id, second.id]
    assert messages.versions(question.id) == [question.id]


def test_versions_of_first_messages_do_not_mix_chats(chats, messages, chat_id):
    one = messages.create_message(chat_id, "user", "a")
    chats.set_active_message(chat_id, None)
    messages.create_message(chats.create_chat().id, "user", "b")
    assert messages.versions(one.id) == [one.id]


def test_show_version_leads_on_to_the_newest_message_below(messages, chat_id):
    question, first = messages.start_turn(chat_id, "Why?")
    _, last = messages.start_turn(chat_id, "And?")
    other = messages.start_reply(chat_id, question.id)
    assert messages.show_version(first.id).id == first.id
    assert messages.active_path(chat_id)[-1].id == last.id
    messages.show_version(other.id)
    assert messages.active_path(chat_id)[-1].id == other.id


def test_reply_stopped_before_its_first_word_stands_in_nobodys_way(chats, messages, chat_id):
    _, early = messages.start_turn(chat_id, "Why?")
    question, good = messages.start_turn(chat_id, "And?")
    empty = messages.start_reply(chat_id, question.id)
    messages.finish(replace(empty, status=MessageStatus.STOPPED))
    messages.show_version(early.id)
    assert messages.active_path(chat_id)[-1].id == good.id
    assert messages.versions(good.id) == [good.id]
    assert messages.versions(empty.id) == [good.id, empty.id]


@pytest.mark.parametrize(
    "stored",
    ["[1]", "{", '{"temperature": "hot", "max_tokens": true}', '{"max_tokens": 1e999}', ""],
)
def test_params_that_cannot_be_read_cost_only_themselves(db, messages, chat_id, stored):
    message = messages.create_message(chat_id, "llm", "text")
    db.sql("UPDATE message SET params = ? WHERE id = ?", (stored, message.id))
    assert messages.get(message.id) == message


def test_save_progress_changes_the_text_until_the_reply_ended(messages, chat_id):
    _, reply = messages.start_turn(chat_id, "Why?")
    messages.save_progress(reply.id, "Because", "hm")
    growing = messages.get(reply.id)
    assert (growing.content, growing.reasoning) == ("Because", "hm")
    assert growing.status is MessageStatus.STREAMING
    messages.finish(replace(growing, content="Because.", status=MessageStatus.STOPPED))
    messages.save_progress(reply.id, "late", "")
    assert messages.get(reply.id).content == "Because."


def test_finish_stores_all_that_is_known_of_the_reply(messages, chat_id):
    _, reply = messages.start_turn(chat_id, "Why?")
    final = replace(
        reply,
        content="text",
        reasoning="hm",
        status=MessageStatus.FAILED,
        error="The disk is full.",
        error_code="disk_full",
        error_fields={"path": "/x", "count": 3},
        model="qwen",
        finish_reason="length",
        prompt_tokens=1,
        completion_tokens=2,
        time_to_first_token_ms=3,
        duration_ms=4,
        reasoning_ms=12_400,
        params=GenerationParams(0.7, -1),
    )
    messages.finish(final)
    assert messages.get(reply.id) == final


def test_interrupt_streaming_marks_only_what_was_left_streaming(messages, chat_id):
    _, done = messages.start_turn(chat_id, "one")
    messages.finish(replace(done, content="x", status=MessageStatus.COMPLETE))
    _, cut = messages.start_turn(chat_id, "two")
    messages.save_progress(cut.id, "partial", "")
    assert messages.interrupt_streaming() == 1
    assert messages.get(done.id).status is MessageStatus.COMPLETE
    left = messages.get(cut.id)
    assert (left.status, left.content) == (MessageStatus.INTERRUPTED, "partial")
    assert messages.interrupt_streaming() == 0


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("half \ud83d pair", "half \ufffd pair"),
        ("two halves \ud83d\ude00", "two halves 😀"),
        ("a\x00b", "a\ufffdb"),
        ("line\u2028 \u0085 \r\n\t", "line\u2028 \u0085 \r\n\t"),
        ("", ""),
    ],
)
def test_text_that_a_database_cannot_hold_is_stored_with_replacement(
    messages, chat_id, text, stored
):
    message = messages.create_message(chat_id, "llm", text, reasoning=text)
    assert (message.content, message.reasoning) == (stored, stored)
    _, reply = messages.start_turn(chat_id, "x")
    messages.save_progress(reply.id, text, text)
    assert messages.get(reply.id).content == stored
    messages.finish(replace(reply, content=text, error=text, finish_reason=text))
    assert messages.get(reply.id).error == stored


def test_order_stays_when_the_clock_is_set_back(messages, chat_id, clock):
    for number in range(6):
        messages.create_message(chat_id, "user", str(number))
        clock.now = clock.now.replace(year=clock.now.year + (1 if number % 2 else -1))
    assert [message.content for message in messages.active_path(chat_id)] == list("012345")


def test_get_of_a_message_that_is_not_there_raises(messages):
    with pytest.raises(StorageError):
        messages.get(5)
