"""Imports: files are read beside everything else, previewed, and then taken over at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_chat.domain.changes import ChatsChanged, FoldersChanged
from desktop_chat.domain.chat import ChatId
from desktop_chat.domain.errors import ImportBusyError, ImportFailedError, UnreadableFileError
from desktop_chat.domain.imported import ImportResult, Preview
from desktop_chat.domain.undo import Change
from desktop_chat.services.background import Worker
from desktop_chat.services.importing.reading import ReadingProcess
from desktop_chat.storage.importing.imported_files import drop_files, store_files
from desktop_chat.storage.importing.imports import ImportPlan, ImportRepository
from desktop_chat.storage.importing.staged import mark_known, read_preview, read_steps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path
    from typing import Self

    from desktop_chat.services.broadcast import Broadcast
    from desktop_chat.storage.database import Database

    Told = Callable[[int, int], None]
    Hook = Callable[[], Awaitable[object]]

logger = logging.getLogger(__name__)

STAGING = "import-{}.staging"
_STAGED = "import-*.staging*"
ATTACHMENTS = "attachments"


class ImportService:
    """Takes over chats from files, one import at a time.

    Args:
        db: The database; used on the writer's thread only.
        writer: Others write between the steps of an import.
        broadcast: Told when chats have come in.
        command: Starts the process that reads files.
        before: Called before anything is changed, if given: makes a backup.
        after: Called when an import can be undone, if given.
    """

    def __init__(
        self,
        db: Database,
        writer: Worker,
        broadcast: Broadcast,
        command: Sequence[str],
        before: Hook | None = None,
        after: Hook | None = None,
    ) -> None:
        self.db = db
        self.writer = writer
        self.broadcast = broadcast
        self.command = command
        self.before = before
        self.after = after
        self.imports = ImportRepository(db)
        self.data_dir = db.path.parent
        self._open: Import | None = None
        self._is_stopping = False

    async def open(self, paths: Sequence[Path]) -> Import:
        """Begin with some files; the import is to be closed, whatever comes of it.

        Raises:
            ImportBusyError: There is one under way.
        """
        if self._open is not None:
            raise ImportBusyError
        self._open = Import(self, paths, self.data_dir / STAGING.format(secrets.token_hex(8)))
        return self._open

    async def tidy(self) -> None:
        """Take out what an import left that was not ended, by a crash or a power cut."""
        if self._open is not None:
            return
        for path in self.data_dir.glob(_STAGED):
            with contextlib.suppress(OSError):
                path.unlink()
        for import_id in await self.writer.run(self.imports.unfinished):
            if self._open is None or import_id != self._open.import_id:
                logger.info("an import that did not end is taken out")
                await self.remove(import_id)

    def stop(self) -> None:
        """The program ends: what an import has brought so far is left to the next start."""
        self._is_stopping = True

    async def remove(self, import_id: int) -> None:
        """Take out an import that was not released."""
        while not self._is_stopping and not await self.writer.run(
            self.imports.remove_step, import_id
        ):
            pass

    async def aclose(self) -> None:
        """Close the import that is open, if there is one."""
        if self._open is not None:
            await self._open.aclose()

    def forget(self, closed: Import) -> None:
        """Take note that an import was closed."""
        if self._open is closed:
            self._open = None


class Import:
    """One import: `read`, then perhaps `run`, then `aclose`.

    Attributes:
        import_id: Its row, while rows come in.
    """

    def __init__(self, service: ImportService, paths: Sequence[Path], staging: Path) -> None:
        self.import_id: int | None = None
        self._service = service
        self._paths = list(paths)
        self._staging = staging
        # It may read a slow disk; the program does not wait for that.
        self._worker = Worker("import", is_daemon=True)
        self._process = ReadingProcess(service.command)
        self._preview: Preview | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def read(self, told: Told) -> Preview:
        """Read the files and return what they would bring; nothing is changed.

        Args:
            told: Called on this thread with the chats and messages found so far.

        Raises:
            UnreadableFileError: There is no chat in any of the files; it tells of the first.
            ImportFailedError: The files could not be read to their end.
            StorageError: There is no room for what was read.
        """
        report = _OnLoop(told)
        reading = self._worker.submit(self._process.run, self._paths, self._staging, report)
        try:
            is_read = await asyncio.wrap_future(reading)
        except asyncio.CancelledError:
            self._process.stop()
            raise
        if not is_read:
            raise ImportFailedError(detail="it was stopped")
        preview = await self._worker.run(self._look)
        if not preview.chats and not preview.known and preview.left_out:
            first = preview.left_out[0]
            raise UnreadableFileError(name=first.name, detail=first.reason)
        self._preview = preview
        return preview

    async def run(self, told: Told) -> ImportResult:
        """Take over what was previewed: all of it, or, where that fails, nothing.

        Args:
            told: Called on this thread with the messages that came in, and with their number.

        Raises:
            StorageError: The database could not be written; nothing came in.
        """
        assert self._preview is not None
        result = ImportResult(
            chats=0,
            messages=0,
            known=self._preview.known,
            in_trash=self._preview.in_trash,
            left_out=self._preview.left_out,
        )
        if not self._preview.chats:
            return result
        service = self._service
        if service.before is not None:
            await service.before()
        ids = await self._take_over(told)
        service.broadcast.publish(FoldersChanged())
        service.broadcast.publish(ChatsChanged())
        if service.after is not None:
            await service.after()
        chats = tuple(map(ChatId, ids))
        counts = (self._preview.chats, self._preview.messages)
        return replace(result, chats=counts[0], messages=counts[1], chat_ids=chats)

    async def aclose(self) -> None:
        """Stop reading, and drop what was read."""
        self._process.stop()
        # What runs there ends now; to wait for it in `close` would hold up the loop.
        await self._worker.run(_pass)
        self._worker.close()
        for suffix in ("", "-journal"):
            with contextlib.suppress(OSError):
                os.unlink(f"{self._staging}{suffix}")  # noqa: PTH108 - the address is a text
        self._service.forget(self)

    def _look(self) -> Preview:
        mark_known(self._staging, self._service.db.path)
        return read_preview(self._staging)

    async def _take_over(self, told: Told) -> list[int]:
        service = self._service
        folder = service.data_dir / ATTACHMENTS
        files = await self._worker.run(store_files, self._staging, folder)
        async with contextlib.AsyncExitStack() as ends:
            # Also when the user cancels it.
            ends.push_async_callback(self._take_out_shielded, folder, files)
            ids = await self._copy(told)
            ends.pop_all()
        return ids

    async def _take_out_shielded(self, folder: Path, files: list[str]) -> None:
        await asyncio.shield(self._take_out(folder, files))

    async def _copy(self, told: Told) -> list[int]:
        imports, writer = self._service.imports, self._service.writer
        assert self._preview is not None
        sources = "+".join(source.value for source in self._preview.sources)
        name = self._paths[0].name
        steps = await self._worker.run(read_steps, self._staging)
        plan: ImportPlan = await writer.run(imports.begin, self._staging, steps, sources, name)
        self.import_id = plan.id
        try:
            for first, last in plan.chat_steps:
                await writer.run(imports.copy_chats, plan, first, last)
            done, total = 0, self._preview.messages
            told(done, total)
            for step in plan.steps:
                await writer.run(imports.copy, plan, step)
                done += step.count
                told(done, total)
            return await writer.run(imports.release, plan, Change.CHATS_IMPORTED)
        finally:
            # Queued behind what still runs, if this task was cancelled.
            await asyncio.shield(writer.run(imports.end))

    async def _take_out(self, folder: Path, files: list[str]) -> None:
        await self._worker.run(drop_files, folder, files)
        if self.import_id is not None:
            # If that fails too, the next start does it.
            await self._service.remove(self.import_id)


class _OnLoop:
    """Brings what another thread tells to the thread of the loop."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._loop = asyncio.get_running_loop()

    def __call__(self, done: int, total: int) -> None:
        # The loop may be closed when the program is on its way out.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._told, done, total)


def _pass() -> None:
    """Do nothing, after all that was queued before."""
