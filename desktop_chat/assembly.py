"""Builds stores, providers and services, without Qt: for the window and the command line alike."""

from __future__ import annotations

import contextlib
import logging
import sys
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_chat import paths
from desktop_chat.domain.errors import StorageError
from desktop_chat.domain.model_info import EMBEDDED, LM_STUDIO
from desktop_chat.logs import register_secret
from desktop_chat.providers.embedded import EmbeddedProvider
from desktop_chat.services.background import Worker
from desktop_chat.services.broadcast import Broadcast
from desktop_chat.services.chat import ChatService
from desktop_chat.services.chats import ChatsService
from desktop_chat.services.engine_accounts import EmbeddedEngine, LmStudioEngine, StoredChoices
from desktop_chat.services.engines import EngineService
from desktop_chat.services.journal import Journal
from desktop_chat.services.launch import DATA_FOLDER
from desktop_chat.services.library.branching import BranchingService
from desktop_chat.services.library.chat_lists import ChatListsService
from desktop_chat.services.library.indexing import IndexingService
from desktop_chat.services.library.organising import OrganisingService
from desktop_chat.services.library.search import SearchService
from desktop_chat.services.library.trash import TrashService
from desktop_chat.services.library.undoing import UndoingService
from desktop_chat.services.safekeeping.backups import BackupService
from desktop_chat.services.safekeeping.drafts import DraftsService
from desktop_chat.services.safekeeping.opening import open_data, save_again, want_recovery
from desktop_chat.services.safekeeping.upkeep import UpkeepService
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import TOKEN, SettingsService
from desktop_chat.services.turns import TurnStore
from desktop_chat.storage.branches import BranchRepository
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.edits import EditRepository
from desktop_chat.storage.message_pages import MessagePages
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.organising.folders import FolderRepository
from desktop_chat.storage.organising.tags import TagRepository
from desktop_chat.storage.readable_pages import ReadablePages
from desktop_chat.storage.searching.search_index import SearchIndex
from desktop_chat.storage.settings_file import read_settings, write_settings

if TYPE_CHECKING:
    from typing import Any

    from desktop_chat.services.engines import Engine
    from desktop_chat.services.importing.service import ImportService
    from desktop_chat.services.launch import Launch
    from desktop_chat.storage.secrets import SecretStore

logger = logging.getLogger(__name__)

READING_WAIT_MS = 50


@dataclass(frozen=True)
class Reading:
    """What the window's own thread reads with; it can change nothing."""

    db: Database
    chats: ChatRepository
    pages: MessagePages
    drafts: DraftRepository
    edits: EditRepository
    folders: FolderRepository
    tags: TagRepository


@dataclass(frozen=True)
class Services:
    """Everything above storage and providers, made for one start of the program."""

    launch: Launch
    broadcast: Broadcast
    settings: SettingsService
    secrets: Secrets
    writer: Worker
    db: Database
    messages: MessageRepository
    turns: TurnStore
    journal: Journal
    drafts: DraftsService
    edits: DraftsService
    backups: BackupService
    upkeep: UpkeepService
    embedded: EmbeddedEngine
    lm_studio: LmStudioEngine
    engines: EngineService
    chats: ChatsService
    chat_lists: ChatListsService
    chat: ChatService
    undoing: UndoingService
    organising: OrganisingService
    trash: TrashService
    branching: BranchingService
    search: SearchService
    indexing: IndexingService

    def open_reading(self) -> Reading:
        """Open a connection that only reads, for the thread that calls this."""
        db = open_database(self.db.path, read_only=True)
        # A frame that waits is worse than one that says why it cannot be read.
        db.sql(f"PRAGMA busy_timeout = {READING_WAIT_MS}")
        return Reading(
            db,
            ChatRepository(db),
            ReadablePages(db),
            DraftRepository(db),
            EditRepository(db),
            FolderRepository(db),
            TagRepository(db),
        )

    @cached_property
    def imports(self) -> ImportService:
        """Takes over chats from files; most runs need none of it."""
        from desktop_chat.domain.backup import BEFORE_IMPORT
        from desktop_chat.services.importing.service import ImportService

        return ImportService(
            self.db,
            self.writer,
            self.broadcast,
            import_command(),
            before=partial(self.backups.make, BEFORE_IMPORT),
            after=self.undoing.announce,
        )

    def engines_at(self, url: str, model: str) -> EngineService:
        """Return engines at another address, or with another model asked for.

        Without either they are the window's own.
        """
        if url in ("", self.lm_studio.url) and not model:
            return self.engines
        lm_studio = LmStudioEngine(self.settings, self.secrets, url)
        choices = StoredChoices(self.settings, model)
        # What is found out for one request is not told to the window.
        return EngineService({LM_STUDIO: lm_studio, EMBEDDED: self.embedded}, choices, Broadcast())

    @property
    def saving_error(self) -> StorageError | None:
        """Why something is in memory only; None while everything is saved."""
        return self.journal.saving.error

    async def save_now(self) -> None:
        """Try once more to save what could not be saved."""
        await self.journal.flush()
        await self.drafts.flush()
        await self.edits.flush()

    def unsaved_texts(self) -> list[str]:
        """Return what is in memory only: replies, drafts and edits."""
        live = [self.chat.live_message(chat_id) for chat_id in self.chat.live_chats]
        replies = [message.content for message in live if message is not None]
        texts = [*replies, *self.journal.unsaved_texts(), *self.drafts.unsaved_texts()]
        texts += self.edits.unsaved_texts()
        return [text for text in texts if text]

    async def save_again(self) -> None:
        """Have everything in place again at the next start, after the file was taken away."""
        self.db.go_on_without_name()
        await self.save_now()
        await self.writer.run(save_again, self.db)

    async def want_recovery(self) -> None:
        """Have the next start offer what can be done about a damaged database."""
        await self.writer.run(want_recovery, self.db.path)

    async def aclose(self) -> None:
        """End engines, write what is left, and close the database."""
        self.chat.begin_shutdown()
        self.backups.stop()
        self.upkeep.stop()
        # The last one first; the thread must end, or it would keep the process alive.
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(self.secrets.close)
            if "imports" in vars(self):  # made when one is wanted
                ends.push_async_callback(self.imports.aclose)
            ends.callback(self.writer.close)
            ends.push_async_callback(self.writer.run, self.db.close)
            # Whoever reads, before: the last one to close empties the log into the file.
            ends.callback(self.search.close)
            ends.callback(self.chat_lists.close)
            ends.callback(self.backups.close)
            ends.callback(self.upkeep.close)
            ends.callback(self.journal.close)
            ends.push_async_callback(self.journal.flush)
            ends.callback(self.drafts.close)
            ends.push_async_callback(self.drafts.flush)
            ends.callback(self.edits.close)
            ends.push_async_callback(self.edits.flush)
            await self.engines.aclose()


async def open_services(launch: Launch) -> Services:
    """Open the database of a data directory whose lock this process holds.

    A backup that was chosen to be restored takes the place of the database before. Replies that
    an earlier process left unfinished are marked as interrupted.

    Raises:
        StorageError: The database cannot be opened.
    """
    writer, db, replaced = await _open_data(launch)
    broadcast = Broadcast()
    settings = _make_settings(launch, writer, broadcast)
    secrets = Secrets(_open_secret_store)
    chats = ChatRepository(db)
    messages = MessageRepository(db)
    turns = TurnStore(db, chats, messages, writer)
    journal = Journal(messages, writer, broadcast)
    embedded, lm_studio = _make_engines(launch, settings, secrets)
    accounts: dict[str, Engine] = {LM_STUDIO: lm_studio, EMBEDDED: embedded}
    engines = EngineService(accounts, StoredChoices(settings), broadcast)
    chat = ChatService(turns, journal, engines, broadcast)
    undoing = UndoingService(db, writer, broadcast, chat.claim)
    backups = BackupService(db.path, broadcast, replaced)
    return Services(
        launch=launch,
        broadcast=broadcast,
        settings=settings,
        secrets=secrets,
        writer=writer,
        db=db,
        messages=messages,
        turns=turns,
        journal=journal,
        drafts=DraftsService(DraftRepository(db), writer, journal.saving),
        edits=DraftsService(EditRepository(db), writer, journal.saving, "an edit"),
        backups=backups,
        upkeep=UpkeepService(db, writer, broadcast),
        embedded=embedded,
        lm_studio=lm_studio,
        engines=engines,
        chats=ChatsService(chats, writer, broadcast),
        chat_lists=ChatListsService(db.path),
        chat=chat,
        undoing=undoing,
        organising=OrganisingService(db, undoing),
        trash=TrashService(db, writer, broadcast, undoing, backups.holding),
        branching=BranchingService(BranchRepository(db), undoing, chat, writer, broadcast),
        search=SearchService(db.path),
        indexing=IndexingService(SearchIndex(db), writer, broadcast),
    )


async def _open_data(launch: Launch) -> tuple[Worker, Database, Path | None]:
    writer = Worker("database-writer")
    try:
        db, replaced = await writer.run(open_data, launch)
    except BaseException:
        writer.close()
        raise
    return writer, db, replaced


def _make_settings(launch: Launch, writer: Worker, broadcast: Broadcast) -> SettingsService:
    save = _Save(launch, writer)
    settings = SettingsService(launch.sources, launch.stored, save=save, broadcast=broadcast)
    # One from outside goes through no key store, and so is named here.
    register_secret(str(settings.value(TOKEN)))
    return settings


def _make_engines(
    launch: Launch, settings: SettingsService, secrets: Secrets
) -> tuple[EmbeddedEngine, LmStudioEngine]:
    provider = EmbeddedProvider(model_dirs(launch.data_dir), engine_command=engine_command())
    return EmbeddedEngine(provider, settings), LmStudioEngine(settings, secrets)


def _open_secret_store() -> SecretStore:
    # Most runs need no secret.
    from desktop_chat.storage.secrets import open_secret_store

    return open_secret_store()


class _Save:
    """Writes the settings file on the writer's thread."""

    def __init__(self, launch: Launch, writer: Worker) -> None:
        self._path = paths.settings_path(launch.data_dir)
        self._writer = writer

    def __call__(self, values: dict[str, Any]) -> None:
        self._writer.submit(self._write, values)

    def _write(self, values: dict[str, Any]) -> None:
        # The data folder is chosen apart from the others, and perhaps since this start.
        stored, _ = read_settings(self._path)
        values = {key: value for key, value in values.items() if key != DATA_FOLDER}
        if DATA_FOLDER in stored:
            values[DATA_FOLDER] = stored[DATA_FOLDER]
        try:
            write_settings(self._path, values)
        except StorageError as error:
            logger.error("The settings could not be saved: %s", error)


def model_dirs(data_dir: Path) -> list[Path]:
    """Return the folders in which GGUF files are looked for; ours first."""
    return [paths.models_dir(data_dir), *paths.lm_studio_model_dirs()]


def engine_command() -> list[str]:
    """Return the command that starts the engine's process: this program, in the bundle too."""
    return [*own_command(), "_engine"]


def drawing_command() -> list[str]:
    """Return the command that starts the process that draws formulas and colours code."""
    return [*own_command(), "_draw"]


def import_command() -> list[str]:
    """Return the command that starts the process that reads files of other programs."""
    return [*own_command(), "_import"]


def pip_command() -> list[str]:
    """Return the command that runs pip: the interpreter's, or the bundled one."""
    return [*own_command(), "_pip"] if is_bundle() else [sys.executable, "-m", "pip"]


def own_command() -> list[str]:
    """Return the command that starts this program once more."""
    return [sys.executable] if is_bundle() else [sys.executable, "-m", "desktop_chat"]


def is_bundle() -> bool:
    """Whether this is the built program and no source tree."""
    return bool(getattr(sys, "frozen", False))
