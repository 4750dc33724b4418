"""The flow that scripts use: the chat so far as context, both messages stored, or neither."""

from __future__ import annotations

import pytest

from desktop_chat.domain.errors import ChatNotFoundError, ServerUnreachableError
from desktop_chat.domain.message import MessageStatus
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository


class Engine:
    """Answers as LM Studio does, or fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.asked: list[list[dict[str, str]]] = []

    async def chat_completion(self, messages: list[dict[str, str]]) -> dict:
        self.asked.append(messages)
        if self.fails:
            raise ServerUnreachableError(url="http://127.0.0.1:1234")
        return {"choices": [{"message": {"role": "assistant", "content": "¡Hola!"}}]}


async def complete_chat_flow(path, engine, chat_id, user_message):
    with open_database(path) as db:
        repository = MessageRepository(db)
        with db.atomic():
            repository.create_message(chat_id, "user", user_message)
            context = repository.get_chat_context_for_llm(chat_id)
            response = await engine.chat_completion(messages=context)
            reply = response["choices"][0]["message"]["content"]
            repository.create_message(chat_id, "llm", reply)
            return reply


@pytest.mark.anyio
async def test_complete_flow_stores_the_message_and_the_reply(db_path):
    with open_database(db_path) as db:
        chat_id = ChatRepository(db).create_chat(title="Spanish").id
    engine = Engine()
    assert await complete_chat_flow(db_path, engine, chat_id, "Hola, ¿cómo estás?") == "¡Hola!"
    await complete_chat_flow(db_path, engine, chat_id, "¿Puedes ayudarme?")
    assert [turn["role"] for turn in engine.asked[1]] == ["user", "assistant", "user"]
    with open_database(db_path, read_only=True) as db:
        context = MessageRepository(db).get_chat_context_for_llm(chat_id=chat_id, limit=20)
    assert context[:2] == [
        {"role": "user", "content": "Hola, ¿cómo estás?"},
        {"role": "assistant", "content": "¡Hola!"},
    ]


@pytest.mark.anyio
async def test_complete_flow_rolls_both_back_when_the_engine_fails(db_path):
    with open_database(db_path) as db:
        chat = ChatRepository(db).create_chat(title="Spanish")
    with pytest.raises(ServerUnreachableError):
        await complete_chat_flow(db_path, Engine(fails=True), chat.id, "Hola")
    with open_database(db_path) as db:
        assert MessageRepository(db).get_chat_context_for_llm(chat.id) == []
        assert ChatRepository(db).get(chat.id) == chat


def test_context_holds_the_last_messages_of_the_active_path_only(chats, messages):
    chat_id = chats.create_chat().id
    question = messages.create_message(chat_id, "user", "q1")
    messages.create_message(chat_id, "llm", "left behind")
    chats.set_active_message(chat_id, question.id)
    for sender, content in [("llm", "a1"), ("user", "q2"), ("llm", "a2"), ("user", "q3")]:
        messages.create_message(chat_id, sender, content)
    contents = [turn["content"] for turn in messages.get_chat_context_for_llm(chat_id)]
    assert contents == ["q1", "a1", "q2", "a2", "q3"]
    last = messages.get_chat_context_for_llm(chat_id, limit=2)
    assert last == [{"role": "assistant", "content": "a2"}, {"role": "user", "content": "q3"}]
    assert messages.get_chat_context_for_llm(chat_id, limit=0) == []


def test_context_leaves_out_what_says_nothing_and_still_reaches_the_limit(chats, messages):
    chat_id = chats.create_chat().id
    for number in range(30):
        messages.create_message(chat_id, "user", f"q{number}")
        messages.create_message(chat_id, "llm", "", status=MessageStatus.FAILED, reasoning="hm")
        messages.create_message(chat_id, "tool", "{}")
    context = messages.get_chat_context_for_llm(chat_id)
    assert [turn["content"] for turn in context] == [f"q{number}" for number in range(10, 30)]
    assert len(messages.get_chat_context_for_llm(chat_id, limit=1000)) == 30


def test_context_of_a_chat_that_is_not_there_raises(messages):
    with pytest.raises(ChatNotFoundError):
        messages.get_chat_context_for_llm(9)
