"""Chats, folders, undo and trash over a real database, with a clock that the test moves."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from desktop_chat.domain import changes
from desktop_chat.domain.errors import ChatBusyError
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.library.organising import OrganisingService
from desktop_chat.services.library.trash import TrashService
from desktop_chat.services.library.undoing import UndoingService
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.organising.folders import FolderRepository
from desktop_chat.storage.organising.tags import TagRepository
from desktop_chat.storage.undo.removals import Removals
from desktop_chat.storage.undo.undo_log import UndoLog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from pathlib import Path

    from desktop_chat.domain.chat import ChatId
    from desktop_chat.domain.organisation import ChatQuery

HEARD = (
    changes.ChatChanged,
    changes.ChatTrashed,
    changes.ChatRestored,
    changes.ChatsChanged,
    changes.FoldersChanged,
    changes.PathChanged,
)


class LibraryBench:
    """Opens a database as a start of the program does; another one on the same file is the next.

    Attributes:
        events: What was broadcast, without what can be undone.
        busy: Chats in which a reply is being written.
        backups: What is said to hold the texts of chats, whichever they are.
        asked: The moments for which backups were asked for.
    """

    def __init__(self, path: Path) -> None:
        self.now = datetime(2026, 11, 22, 10, 15, 30, 123_000, tzinfo=UTC)
        self.db = open_database(path)
        self.chats = ChatRepository(self.db, self._tick)
        self.messages = MessageRepository(self.db, self._tick)
        self.folders = FolderRepository(self.db)
        self.tags = TagRepository(self.db)
        self.removals = Removals(self.db)
        self.log = UndoLog(self.db)
        self.writer = Worker("test-writer")
        self.broadcast = Broadcast()
        self.events: list[object] = []
        self._undo_codes: tuple[str | None, str | None] = (None, None)
        self.busy: set[ChatId] = set()
        self.backups: list[Path] = []
        self.asked: list[datetime] = []
        for kind in HEARD:
            self.broadcast.subscribe(kind, self._on_event)
        self.broadcast.subscribe(changes.UndoChanged, self._on_undo_changed)
        self.undoing = UndoingService(
            self.db, self.writer, self.broadcast, self._claim, self._clock
        )
        self.organising = OrganisingService(self.db, self.undoing)
        self.trash = TrashService(
            self.db, self.writer, self.broadcast, self.undoing, self._holding, now=self._clock
        )

    def told_undo(self) -> tuple[str | None, str | None]:
        """The codes of what can be undone and done again, as told last."""
        return self._undo_codes

    def add_chats(self, *titles: str) -> list[ChatId]:
        with self.db.atomic():
            return [self.chats.create_chat(title).id for title in titles]

    def titles(self, query: ChatQuery | None = None) -> list[str]:
        found = self.chats.page(query) if query else self.chats.page()
        return [chat.title for chat in found]

    def count(self, table: str) -> int:
        return int(self.db.sql(f"SELECT count(*) FROM {table}")[0][0])

    def content(self) -> list[Any]:
        """Everything that undo has to bring back."""
        tables = ("chat", "folder", "tag", "chat_tag", "message")
        return [self.db.sql(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]

    async def aclose(self) -> None:
        await self.writer.run(self.db.close)
        self.writer.close()

    def _clock(self) -> datetime:
        return self.now

    def _tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @contextlib.contextmanager
    def _claim(self, chat_id: ChatId) -> Iterator[None]:
        if chat_id in self.busy:
            raise ChatBusyError(chat_id=chat_id)
        yield

    async def _holding(self, since: datetime) -> Sequence[Path]:
        self.asked.append(since)
        return self.backups

    def _on_event(self, event: object) -> None:
        self.events.append(event)

    def _on_undo_changed(self, event: changes.UndoChanged) -> None:
        self._undo_codes = (event.undo, event.redo)


@contextlib.asynccontextmanager
async def library_bench(path: Path) -> AsyncIterator[LibraryBench]:
    bench = LibraryBench(path)
    try:
        yield bench
    finally:
        await bench.aclose()
