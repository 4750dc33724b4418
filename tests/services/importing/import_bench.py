"""An import service over a real database, with the real process that reads."""

from __future__ import annotations

import contextlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

from desktop_chat.assembly import import_command
from desktop_chat.domain.changes import ChatsChanged
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.importing.service import ImportService
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import open_database
from desktop_chat.storage.messages import MessageRepository

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from desktop_chat.domain.imported import ImportResult, Preview

LISTED = "deleted_at IS NULL AND archived_at IS NULL AND import_id IS NULL"
_TABLES = ("chat", "message", "attachment", "folder", "tag", "chat_tag", "import")


class ImportBench:
    """Everything an import needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = open_database(folder / "data" / "chats.sqlite3")
        self.writer = Worker("writer")
        self.broadcast = Broadcast()
        self.chats = ChatRepository(self.db)
        self.messages = MessageRepository(self.db)
        self.backups = 0
        self.told: list[object] = []
        self.progress: list[tuple[int, int]] = []
        self.service = ImportService(
            self.db, self.writer, self.broadcast, import_command(), before=self._back_up
        )
        self.broadcast.subscribe(ChatsChanged, self._on_chats_changed)

    def write(self, name: str, value: Any) -> Path:
        """Write a file as JSON, or as it is if it is text or bytes."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            text = value if isinstance(value, str) else json.dumps(value)
            path.write_text(text, encoding="utf-8")
        return path

    def zip(self, name: str, entries: dict[str, Any]) -> Path:
        """Write an archive of JSON files."""
        path = self.folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for entry, value in entries.items():
                archive.writestr(entry, json.dumps(value))
        return path

    async def preview(self, *paths: Path) -> Preview:
        """Look at files without importing them."""
        async with await self.service.open(paths) as opened:
            return await opened.read(self.note)

    async def take(
        self, *paths: Path, told: Callable[[int, int], None] | None = None
    ) -> ImportResult:
        """Import files."""
        async with await self.service.open(paths) as opened:
            await opened.read(self.note)
            return await opened.run(told or self.note)

    def note(self, done: int, total: int) -> None:
        """Remember how far it was."""
        self.progress.append((done, total))

    def listed(self) -> list[str]:
        """The titles that the list shows."""
        sql = f"SELECT title FROM chat WHERE {LISTED} ORDER BY id"
        return [row[0] for row in self.db.sql(sql)]

    def found(self, words: str) -> list[str]:
        """The messages that a search finds."""
        sql = (
            "SELECT message.content FROM message_text"
            " JOIN message ON message.id = message_text.rowid JOIN chat ON chat.id = chat_id"
            " WHERE message_text MATCH ? AND import_id IS NULL"
        )
        return [row[0] for row in self.db.sql(sql, (words,))]

    def counts(self) -> dict[str, int]:
        """How many rows the tables have."""
        found = {}
        for name in _TABLES:
            found[name] = int(self.db.sql(f"SELECT count(*) FROM {name}")[0][0])
        return found

    def check(self) -> None:
        """The database is sound, and so are the indexes for searching."""
        assert self.db.sql("PRAGMA integrity_check") == [("ok",)]
        assert self.db.sql("PRAGMA foreign_key_check") == []
        for index in ("message_text", "chat_title", "attachment_text"):
            self.db.sql(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")

    def left_behind(self) -> list[str]:
        """Files of imports in the data directory."""
        return [path.name for path in self.db.path.parent.glob("import-*")]

    async def aclose(self) -> None:
        """End the thread and close the database."""
        await self.writer.run(self.db.close)
        self.writer.close()

    async def _back_up(self) -> None:
        self.backups += 1

    def _on_chats_changed(self, event: ChatsChanged) -> None:
        self.told.append(event)


@contextlib.asynccontextmanager
async def import_bench(folder: Path) -> AsyncIterator[ImportBench]:
    """Make the bench and take it down."""
    bench = ImportBench(folder)
    try:
        yield bench
    finally:
        await bench.aclose()
