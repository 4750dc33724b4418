"""The chat controllers over real services, a real database and a scripted engine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from desktop_chat.assembly import Reading
from desktop_chat.domain.changes import TurnStarted
from desktop_chat.services.library.chat_lists import ChatListsService
from desktop_chat.services.tasks import TaskScope
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.edits import EditRepository
from desktop_chat.storage.message_pages import MessagePages
from desktop_chat.storage.organising.folders import FolderRepository
from desktop_chat.storage.organising.tags import TagRepository
from desktop_chat.ui.controllers.chat import ChatController
from desktop_chat.ui.controllers.chats import ChatsController
from desktop_chat.ui.item_models.chat_list import ChatListModel
from desktop_chat.ui.item_models.transcript import TranscriptModel
from tests.services.turn_bench import TurnBench, turn_bench
from tests.ui.controllers.signal_log import SignalLog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CHAT_SIGNALS = (
    "chat_shown",
    "title_changed",
    "streaming_changed",
    "message_accepted",
    "draft_changed",
    "model_changed",
    "failed",
    "usage_changed",
)


def _reading(db: Database) -> Reading:
    return Reading(
        db,
        ChatRepository(db),
        MessagePages(db),
        DraftRepository(db),
        EditRepository(db),
        FolderRepository(db),
        TagRepository(db),
    )


class ChatBench:
    """One window's chat controllers without the window."""

    def __init__(self, turns: TurnBench, path: Path) -> None:
        self.turns = turns
        self.engine = turns.engine.scripted
        self.errors: list[Exception] = []
        self.tasks = TaskScope(on_error=self.errors.append)
        self.reading = open_database(path, read_only=True)
        self.transcript = TranscriptModel()
        self.chat = ChatController(
            turns.service,
            turns.chats_service,
            self.transcript,
            _reading(self.reading),
            self.tasks,
        )
        self.chat_list = ChatListModel()
        self.lists = ChatListsService(path)
        self.chats = ChatsController(
            self.lists, ChatRepository(self.reading), self.chat_list, self.tasks
        )
        self.chat.chat_shown.connect(self.chats.on_chat_shown)
        self.log = SignalLog(self.chat, *CHAT_SIGNALS)
        self.list_log = SignalLog(self.chats, "failed")
        for controller in (self.chat, self.chats):
            controller.listen(turns.broadcast)
        self.started = 0
        turns.broadcast.subscribe(TurnStarted, self._on_turn_started)
        self.chats.reload()

    def _on_turn_started(self, _event: TurnStarted) -> None:
        self.started += 1

    @property
    def texts(self) -> list[str]:
        """What stands in the transcript."""
        rows = range(self.transcript.rowCount())
        return [self.transcript.message_at(row).content for row in rows]

    @property
    def titles(self) -> list[str]:
        """What stands in the chat list."""
        rows = range(self.chat_list.rowCount())
        chats = [self.chat_list.chat_at(row) for row in rows]
        return [chat.title for chat in chats if chat is not None]

    @property
    def is_idle(self) -> bool:
        """Whether every reply has ended and none is about to begin in the chat shown."""
        has_ended = len(self.turns.heard.ended) == self.started
        return has_ended and not self.chat.is_streaming

    def stored_chat(self, title: str, *texts: str) -> Any:
        """Store a chat in which these messages follow each other, the user's first."""
        chat = self.turns.chats.create_chat(title)
        for number, text in enumerate(texts):
            self.turns.messages.create_message(chat.id, ("user", "llm")[number % 2], text)
        return chat.id

    async def aclose(self) -> None:
        await self.tasks.aclose()
        self.lists.close()
        self.reading.close()
        assert not self.errors


@contextlib.asynccontextmanager
async def chat_bench(path: Path) -> AsyncIterator[ChatBench]:
    async with turn_bench(path) as turns:
        bench = ChatBench(turns, path)
        try:
            yield bench
        finally:
            await bench.aclose()
