"""A chat service over a real database and scripted engines, as its tests need it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desktop_chat.domain.changes import (
    ReplyEnded,
    ReplyGrew,
    ReplyProgressed,
    SavingFailed,
    TurnsLeftOut,
)
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.chats import ChatsService
from desktop_chat.services.library.organising import OrganisingService
from desktop_chat.services.library.undoing import UndoingService
from desktop_chat.services.replies.chat import ChatService
from desktop_chat.services.replies.journal import Journal
from desktop_chat.services.replies.turns import TurnStore
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from tests.fakes.engines import FakeEngine, chat_model, engine_service

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from desktop_chat.domain.message import Message


@dataclass
class Heard:
    """What was broadcast."""

    ended: list[ReplyEnded] = field(default_factory=list)
    grown: list[ReplyGrew] = field(default_factory=list)
    progressed: list[ReplyProgressed] = field(default_factory=list)
    left_out: list[TurnsLeftOut] = field(default_factory=list)
    failed: list[SavingFailed] = field(default_factory=list)

    def listen(self, broadcast: Broadcast) -> None:
        broadcast.subscribe(ReplyEnded, self._on_ended)
        broadcast.subscribe(ReplyGrew, self._on_grown)
        broadcast.subscribe(ReplyProgressed, self._on_progressed)
        broadcast.subscribe(TurnsLeftOut, self._on_left_out)
        broadcast.subscribe(SavingFailed, self._on_failed)

    def _on_ended(self, event: ReplyEnded) -> None:
        self.ended.append(event)

    def _on_grown(self, event: ReplyGrew) -> None:
        self.grown.append(event)

    def _on_progressed(self, event: ReplyProgressed) -> None:
        self.progressed.append(event)

    def _on_left_out(self, event: TurnsLeftOut) -> None:
        self.left_out.append(event)

    def _on_failed(self, event: SavingFailed) -> None:
        self.failed.append(event)


class TurnBench:
    """Everything a turn needs."""

    def __init__(self, path: Path) -> None:
        self.db = open_database(path)
        self.chats = ChatRepository(self.db)
        self.messages = MessageRepository(self.db)
        self.writer = Worker("test-writer")
        self.broadcast = Broadcast()
        self.heard = Heard()
        self.heard.listen(self.broadcast)
        self.engine = FakeEngine(chat_model("alpha", is_loaded=True))
        self.engines = engine_service(self.engine, broadcast=self.broadcast)
        self.journal = Journal(self.messages, self.writer, self.broadcast)
        turns = TurnStore(self.db, self.chats, self.messages, self.writer)
        self.service = ChatService(turns, self.journal, self.engines, self.broadcast)
        self.turns = turns
        self.chats_service = ChatsService(self.chats, self.writer, self.broadcast)
        self.undoing = UndoingService(self.db, self.writer, self.broadcast, self.service.claim)
        self.organising = OrganisingService(self.db, self.undoing)

    async def send(self, text: str, chat_id: Any = None, **more: Any) -> list[Any]:
        return await consume(self.service.send(chat_id, text, **more))

    @property
    def last_reply(self) -> Message:
        return self.messages.get(self.heard.ended[-1].reply.id)

    async def aclose(self) -> None:
        self.journal.close()
        await self.writer.run(self.db.close)
        self.writer.close()


async def consume(events: AsyncGenerator[Any, None]) -> list[Any]:
    async with contextlib.aclosing(events) as items:
        return [event async for event in items]


@contextlib.asynccontextmanager
async def turn_bench(path: Path) -> AsyncIterator[TurnBench]:
    bench = TurnBench(path)
    await bench.engines.refresh()
    try:
        yield bench
    finally:
        await bench.aclose()
