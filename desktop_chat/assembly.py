"""Builds stores, providers and services, without Qt: for the window and the command line alike."""

from __future__ import annotations

import contextlib
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
from desktop_chat.services.chats import ChatsService
from desktop_chat.services.engines.account_secrets import AccountSecretsStore
from desktop_chat.services.engines.accounts import AccountsService
from desktop_chat.services.engines.discovery import DiscoveryService
from desktop_chat.services.engines.engine_accounts import (
    EmbeddedEngine,
    LmStudioEngine,
    StoredChoices,
)
from desktop_chat.services.engines.engine_options import GPU_BYTES, StoredOptions
from desktop_chat.services.engines.model_loads import StoredLoads
from desktop_chat.services.engines.models import ModelsService
from desktop_chat.services.engines.service import EngineService
from desktop_chat.services.library.branching import BranchingService
from desktop_chat.services.library.chat_lists import ChatListsService
from desktop_chat.services.library.indexing import IndexingService
from desktop_chat.services.library.organising import OrganisingService
from desktop_chat.services.library.search import SearchService
from desktop_chat.services.library.trash import TrashService
from desktop_chat.services.library.undoing import UndoingService
from desktop_chat.services.replies.chat import ChatService
from desktop_chat.services.replies.journal import Journal
from desktop_chat.services.replies.params import ParamsService
from desktop_chat.services.replies.titles import TitleService
from desktop_chat.services.replies.turns import TurnStore
from desktop_chat.services.safekeeping.backups import BackupService
from desktop_chat.services.safekeeping.drafts import DraftsService
from desktop_chat.services.safekeeping.opening import open_data, save_again, want_recovery
from desktop_chat.services.safekeeping.upkeep import UpkeepService
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import TOKEN, SettingsService
from desktop_chat.services.settings_saving import SettingsSaving
from desktop_chat.storage.accounts import AccountRepository
from desktop_chat.storage.branches import BranchRepository
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.drafts import DraftRepository
from desktop_chat.storage.edits import EditRepository
from desktop_chat.storage.message_pages import MessagePages
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.model_loads import ModelLoadRepository
from desktop_chat.storage.organising.folders import FolderRepository
from desktop_chat.storage.organising.tags import TagRepository
from desktop_chat.storage.presets import PresetRepository
from desktop_chat.storage.readable_pages import ReadablePages
from desktop_chat.storage.searching.search_index import SearchIndex

if TYPE_CHECKING:
    from desktop_chat.providers.embedded import LoadHistory
    from desktop_chat.services.engines.service import Engine
    from desktop_chat.services.importing.service import ImportService
    from desktop_chat.services.launch import Launch
    from desktop_chat.storage.secrets import SecretStore

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
    accounts: AccountsService
    discovery: DiscoveryService
    chats: ChatsService
    chat_lists: ChatListsService
    chat: ChatService
    titles: TitleService
    models: ModelsService
    params: ParamsService
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
        engines = EngineService(
            {LM_STUDIO: lm_studio, EMBEDDED: self.embedded}, choices, Broadcast()
        )
        engines.set_accounts(self.engines.accounts)
        return engines

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
            ends.push_async_callback(self.engines.aclose)
            await self.titles.aclose()


async def open_services(launch: Launch) -> Services:
    """Open the database of a data directory whose lock this process holds.

    A backup that was chosen to be restored takes the place of the database before. Replies that
    an earlier process left unfinished are marked as interrupted.

    Raises:
        StorageError: The database cannot be opened.
    """
    ground = await _open_ground(launch)
    return _services_of(ground, await _open_engines(ground))


@dataclass(frozen=True)
class _Ground:
    """What all services stand on."""

    launch: Launch
    writer: Worker
    db: Database
    replaced: Path | None
    broadcast: Broadcast
    settings: SettingsService
    secrets: Secrets


@dataclass(frozen=True)
class _Engines:
    """What answers."""

    embedded: EmbeddedEngine
    lm_studio: LmStudioEngine
    service: EngineService
    accounts: AccountsService


async def _open_ground(launch: Launch) -> _Ground:
    writer, db, replaced = await _open_data(launch)
    broadcast = Broadcast()
    save = SettingsSaving(paths.settings_path(launch.data_dir), writer)
    settings = SettingsService(launch.sources, launch.stored, save=save, broadcast=broadcast)
    # One from outside goes through no key store, and so is named here.
    register_secret(str(settings.value(TOKEN)))
    secrets = Secrets(_open_secret_store)
    return _Ground(launch, writer, db, replaced, broadcast, settings, secrets)


async def _open_engines(ground: _Ground) -> _Engines:
    db, writer, broadcast = ground.db, ground.writer, ground.broadcast
    loads = StoredLoads(ModelLoadRepository(db), writer)
    embedded, lm_studio = _make_engines(ground.launch, ground.settings, ground.secrets, loads)
    own_engines: dict[str, Engine] = {LM_STUDIO: lm_studio, EMBEDDED: embedded}
    engines = EngineService(own_engines, StoredChoices(ground.settings), broadcast)
    secrets = AccountSecretsStore(ground.secrets)
    accounts = AccountsService(AccountRepository(db), writer, secrets, engines, broadcast)
    await accounts.start()
    return _Engines(embedded, lm_studio, engines, accounts)


def _services_of(ground: _Ground, made: _Engines) -> Services:
    launch, settings, broadcast = ground.launch, ground.settings, ground.broadcast
    db, writer = ground.db, ground.writer
    engines, accounts = made.service, made.accounts
    chats, messages = ChatRepository(db), MessageRepository(db)
    turns = TurnStore(db, chats, messages, writer)
    journal = Journal(messages, writer, broadcast)
    chat = ChatService(turns, journal, engines, broadcast)
    chats_service = ChatsService(chats, writer, broadcast)
    undoing = UndoingService(db, writer, broadcast, chat.claim)
    backups = BackupService(db.path, broadcast, ground.replaced)
    return Services(
        launch=launch,
        broadcast=broadcast,
        settings=settings,
        secrets=ground.secrets,
        writer=writer,
        db=db,
        messages=messages,
        turns=turns,
        journal=journal,
        drafts=DraftsService(DraftRepository(db), writer, journal.saving),
        edits=DraftsService(EditRepository(db), writer, journal.saving, "an edit"),
        backups=backups,
        upkeep=UpkeepService(db, writer, broadcast),
        embedded=made.embedded,
        lm_studio=made.lm_studio,
        engines=engines,
        accounts=accounts,
        discovery=DiscoveryService(settings, engines, accounts, broadcast),
        chats=chats_service,
        chat_lists=ChatListsService(db.path),
        chat=chat,
        titles=TitleService(settings, engines, turns, chats_service, broadcast),
        models=ModelsService(
            made.embedded, engines, paths.models_dir(launch.data_dir), pip_command()
        ),
        params=ParamsService(chats, PresetRepository(db), engines, writer, broadcast),
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


def _make_engines(
    launch: Launch, settings: SettingsService, secrets: Secrets, history: LoadHistory
) -> tuple[EmbeddedEngine, LmStudioEngine]:
    provider = EmbeddedProvider(
        model_dirs(launch.data_dir),
        engine_command=engine_command(),
        options=StoredOptions(settings),
        history=history,
        gpu_bytes=int(settings.value(GPU_BYTES)),
    )
    return EmbeddedEngine(provider, settings), LmStudioEngine(settings, secrets)


def _open_secret_store() -> SecretStore:
    # Most runs need no secret.
    from desktop_chat.storage.secrets import open_secret_store

    return open_secret_store()


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
