"""Builds stores, providers and services, without Qt: for the window and the command line alike."""

from __future__ import annotations

import contextlib
import logging
import sys
from dataclasses import dataclass
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
from desktop_chat.services.secrets import Secrets
from desktop_chat.services.settings import TOKEN, SettingsService
from desktop_chat.services.turns import TurnStore
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.message_pages import MessagePages
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.settings_file import read_settings, write_settings

if TYPE_CHECKING:
    from typing import Any

    from desktop_chat.services.launch import Launch
    from desktop_chat.storage.secrets import SecretStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What the window's own thread reads with; it can change nothing."""

    db: Database
    chats: ChatRepository
    pages: MessagePages


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
    embedded: EmbeddedEngine
    lm_studio: LmStudioEngine
    engines: EngineService
    chats: ChatsService
    chat: ChatService

    def open_reading(self) -> Reading:
        """Open a connection that only reads, for the thread that calls this."""
        db = open_database(self.db.path, read_only=True)
        return Reading(db, ChatRepository(db), MessagePages(db))

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

    async def aclose(self) -> None:
        """End engines, write what is left, and close the database."""
        self.chat.begin_shutdown()
        # The last one first; the thread must end, or it would keep the process alive.
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(self.secrets.close)
            ends.callback(self.writer.close)
            ends.push_async_callback(self.writer.run, self.db.close)
            ends.callback(self.journal.close)
            ends.push_async_callback(self.journal.flush)
            await self.engines.aclose()


async def open_services(launch: Launch) -> Services:
    """Open the database of a data directory whose lock this process holds.

    Replies that an earlier process left unfinished are marked as interrupted.

    Raises:
        StorageError: The database cannot be opened.
    """
    writer = Worker("database-writer")
    try:
        db = await writer.run(_open_for_writing, paths.database_path(launch.data_dir))
    except BaseException:
        writer.close()
        raise
    broadcast = Broadcast()
    settings = SettingsService(
        launch.sources, launch.stored, save=_Save(launch, writer), broadcast=broadcast
    )
    # One from outside goes through no key store, and so is named here.
    register_secret(str(settings.value(TOKEN)))
    secrets = Secrets(_open_secret_store)
    chats = ChatRepository(db)
    messages = MessageRepository(db)
    turns = TurnStore(db, chats, messages, writer)
    journal = Journal(messages, writer, broadcast)
    embedded = EmbeddedEngine(
        EmbeddedProvider(model_dirs(launch.data_dir), engine_command=engine_command()), settings
    )
    lm_studio = LmStudioEngine(settings, secrets)
    engines = EngineService(
        {LM_STUDIO: lm_studio, EMBEDDED: embedded},
        StoredChoices(settings),
        broadcast,
    )
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
        embedded=embedded,
        lm_studio=lm_studio,
        engines=engines,
        chats=ChatsService(chats, writer, broadcast),
        chat=ChatService(turns, journal, engines, broadcast),
    )


def _open_for_writing(path: Path) -> Database:
    db = open_database(path)
    MessageRepository(db).interrupt_streaming()
    return db


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


def pip_command() -> list[str]:
    """Return the command that runs pip: the interpreter's, or the bundled one."""
    return [*own_command(), "_pip"] if is_bundle() else [sys.executable, "-m", "pip"]


def own_command() -> list[str]:
    """Return the command that starts this program once more."""
    return [sys.executable] if is_bundle() else [sys.executable, "-m", "desktop_chat"]


def is_bundle() -> bool:
    """Whether this is the built program and no source tree."""
    return bool(getattr(sys, "frozen", False))
