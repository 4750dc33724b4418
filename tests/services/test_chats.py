"""Single chats, and who answers in them."""

from __future__ import annotations

import pytest

from desktop_chat.domain.changes import ChatChanged
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import ChatNotFoundError
from desktop_chat.domain.model_info import EMBEDDED, ModelRef
from tests.services.turn_bench import TurnBench

pytestmark = pytest.mark.anyio


class Told:
    def __init__(self, bench: TurnBench) -> None:
        self.events: list[object] = []
        bench.broadcast.subscribe(ChatChanged, self.on_event)

    def on_event(self, event: object) -> None:
        self.events.append(event)


@pytest.fixture
def told(bench: TurnBench) -> Told:
    return Told(bench)


async def test_choose_model_is_stored_and_told(bench: TurnBench, told: Told) -> None:
    chat = bench.chats.create_chat("Chat")
    ref = ModelRef(EMBEDDED, "/models/x.gguf")
    await bench.chats_service.choose_model(chat.id, ref)
    assert bench.chats.get(chat.id).model_ref == ref
    assert len(told.events) == 1


async def test_unknown_chat_is_an_error_and_nothing_is_told(bench: TurnBench, told: Told) -> None:
    service = bench.chats_service
    missing = ChatId(bench.chats.create_chat().id + 100)
    ref = ModelRef(EMBEDDED, "/models/x.gguf")
    for call in (service.get(missing), service.choose_model(missing, ref)):
        with pytest.raises(ChatNotFoundError):
            await call
    assert told.events == []
