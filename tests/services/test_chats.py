"""Chats as the user handles them."""

from __future__ import annotations

import pytest

from desktop_chat.domain.changes import ChatChanged, ChatRestored, ChatTrashed
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.domain.model_info import EMBEDDED, ModelRef
from tests.services.turn_bench import TurnBench

pytestmark = pytest.mark.anyio


class Told:
    def __init__(self, bench: TurnBench) -> None:
        self.events: list[object] = []
        for kind in (ChatChanged, ChatTrashed, ChatRestored):
            bench.broadcast.subscribe(kind, self.on_event)

    def on_event(self, event: object) -> None:
        self.events.append(event)


@pytest.fixture
def told(bench: TurnBench) -> Told:
    return Told(bench)


async def test_rename_is_stored_on_one_line_and_told(bench: TurnBench, told: Told) -> None:
    chat = bench.chats.create_chat("Old")
    await bench.chats_service.rename(chat.id, "  A\nnew   title ")
    renamed = await bench.chats_service.get(chat.id)
    assert (renamed.title, renamed.is_renamed) == ("A new title", True)
    assert told.events == [ChatChanged(renamed)]


async def test_rename_to_nothing_changes_nothing(bench: TurnBench, told: Told) -> None:
    chat = bench.chats.create_chat("Old")
    await bench.chats_service.rename(chat.id, " \n")
    assert (await bench.chats_service.get(chat.id)).title == "Old"
    assert told.events == []


async def test_rename_to_a_book_is_cut(bench: TurnBench) -> None:
    chat = bench.chats.create_chat("Old")
    await bench.chats_service.rename(chat.id, "x" * 10_000)
    assert len((await bench.chats_service.get(chat.id)).title) == 200


async def test_trash_hides_and_restore_brings_back(bench: TurnBench, told: Told) -> None:
    chat = bench.chats.create_chat("Gone")
    await bench.chats_service.move_to_trash(chat.id)
    assert bench.chats.page() == []
    assert (await bench.chats_service.get(chat.id)).deleted_at is not None
    await bench.chats_service.restore(chat.id)
    assert [one.id for one in bench.chats.page()] == [chat.id]
    assert told.events == [ChatTrashed(chat.id), ChatRestored(bench.chats.get(chat.id))]


async def test_choose_model_is_stored_and_told(bench: TurnBench, told: Told) -> None:
    chat = bench.chats.create_chat("Chat")
    ref = ModelRef(EMBEDDED, "/models/x.gguf")
    await bench.chats_service.choose_model(chat.id, ref)
    assert bench.chats.get(chat.id).model_ref == ref
    assert len(told.events) == 1


async def test_unknown_chat_is_an_error_and_nothing_is_told(bench: TurnBench, told: Told) -> None:
    service = bench.chats_service
    missing = ChatId(bench.chats.create_chat().id + 100)
    for call in (service.get(missing), service.rename(missing, "x"), service.restore(missing)):
        with pytest.raises(ChatNotFoundError):
            await call
    assert told.events == []
