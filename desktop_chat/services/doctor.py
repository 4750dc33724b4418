"""Looks at everything the program needs and says what is wrong and what to do."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.domain.errors import (
    ChatError,
    DatabaseMissingError,
    DataDirectoryUnusableError,
    NoModelAnywhereError,
)
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.model_files import ModelFolders
from desktop_chat.providers.probe import probe_models
from desktop_chat.services.settings import DECLARATIONS, TOKEN, is_valid
from desktop_chat.storage.backups.copies import list_backups
from desktop_chat.storage.database import open_database
from desktop_chat.storage.secrets import open_secret_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.services.launch import Launch

PROBE_TIMEOUT_S = 5.0
# The first release that cannot damage a database when two connections write at once.
SOUND_SQLITE = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one place.

    Attributes:
        is_ok: Whether all is well there.
        is_needed: Whether nobody can chat while it is not.
        advice: What to do; empty if nothing.
    """

    name: str
    is_ok: bool
    detail: str
    advice: str = ""
    is_needed: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        mark = "ok  " if self.is_ok else "WARN" if not self.is_needed else "FAIL"
        text = f"{mark}  {self.name}: {self.detail}"
        return f"{text}\n      {self.advice}" if self.advice else text


async def examine(launch: Launch, model_dirs: Sequence[Any] | None = None) -> list[Finding]:
    """Look at the data directory, the database, the engines and the key store; change nothing."""
    folders = [paths.models_dir(launch.data_dir), *paths.lm_studio_model_dirs()]
    server, server_models = await _look_at_server(launch)
    files, file_models = _look_at_files(model_dirs or folders)
    findings = [
        _look_at_data_dir(launch),
        _look_at_database(launch),
        server,
        _look_at_engine(),
        files,
        _look_at_key_store(),
        _look_at_sqlite(),
    ]
    has_model = bool(server_models or file_models)
    if not has_model:
        advice = str(NoModelAnywhereError())
        findings.append(Finding("models", False, "no chat model anywhere", advice, is_needed=True))
    return findings


def unusable_data_dir(error: ChatError) -> Finding:
    """Return the finding for a data directory that cannot even be looked at."""
    return Finding("data directory", False, str(error.fields["path"]), str(error), is_needed=True)


def _look_at_data_dir(launch: Launch) -> Finding:
    path = launch.data_dir
    try:
        # What is not there yet is made in the nearest directory above it.
        existing = next(place for place in (path, *path.parents) if place.exists())
    except OSError as error:
        detail = error.strerror or "it cannot be looked at"
        return unusable_data_dir(DataDirectoryUnusableError(path=str(path), detail=detail))
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        advice = "Check its permissions, or choose another with --data-dir."
        detail = f"{path} cannot be used: {existing} is not a directory that can be written"
        return Finding("data directory", False, detail, advice, is_needed=True)
    if launch.notice:
        return Finding("data directory", False, str(path), launch.notice)
    is_new = existing != path
    return Finding(
        "data directory", True, f"{path}{' (made at the first start)' if is_new else ''}"
    )


def _look_at_database(launch: Launch) -> Finding:
    path = paths.database_path(launch.data_dir)
    try:
        if not path.exists():
            if list_backups(paths.backups_dir(path.parent)):
                error = DatabaseMissingError(path=str(path))
                return Finding("database", False, str(path), str(error), is_needed=True)
            return Finding("database", True, "none yet")
    except OSError as error:
        detail = f"{path} cannot be looked at: {error.strerror}"
        return Finding("database", False, detail, is_needed=True)
    try:
        with open_database(path, read_only=True) as db:
            chats = db.sql("SELECT count(*) FROM chat")[0][0]
    except ChatError as error:
        return Finding("database", False, str(path), str(error), is_needed=True)
    return Finding("database", True, f"{path}, {chats} chats")


async def _look_at_server(launch: Launch) -> tuple[Finding, list[ModelInfo]]:
    url = _value(launch, "server.url")
    try:
        result = await probe_models(url, _value(launch, TOKEN) or None, PROBE_TIMEOUT_S)
    except ChatError as error:
        return Finding("LM Studio", False, url, str(error)), []
    if result.error is not None:
        return Finding("LM Studio", False, f"{url} is of no use now", str(result.error)), []
    models = [m for m in result.models if m.kind is not ModelKind.EMBEDDING]
    loaded = [m.name for m in models if m.is_loaded]
    if not models:
        advice = "Get a chat model in LM Studio."
        return Finding("LM Studio", False, f"{url} has no chat model", advice), []
    detail = f"{url}, {len(models)} chat models, loaded: {', '.join(loaded) or 'none'}"
    return Finding("LM Studio", True, detail), models


def _look_at_engine() -> Finding:
    if importlib.util.find_spec("xllamacpp") is None:
        advice = "Install it with: pip install 'desktop-chat[embedded]'"
        return Finding("built-in engine", False, "not installed", advice)
    return Finding("built-in engine", True, "llama.cpp is installed")


def _look_at_files(folders: Sequence[Any]) -> tuple[Finding, list[ModelInfo]]:
    models = [m for m in ModelFolders(folders).scan() if m.kind is not ModelKind.EMBEDDING]
    places = ", ".join(str(folder) for folder in folders)
    if not models:
        advice = "Choose a GGUF file in the window, or get the starter model there."
        return Finding("model files", False, f"none in {places}", advice), []
    return Finding("model files", True, ", ".join(m.name for m in models)), models


def _look_at_key_store() -> Finding:
    notice = open_secret_store().notice
    if notice:
        return Finding("key store", False, "none that is safe", notice)
    return Finding("key store", True, "keys are kept by the system")


def _look_at_sqlite() -> Finding:
    # Below this, two writers can damage a file; we have one, so it is only worth telling.
    note = "" if sqlite3.sqlite_version_info >= SOUND_SQLITE else " (one writer only)"
    return Finding("SQLite", True, f"{sqlite3.sqlite_version}{note}")


def _value(launch: Launch, key: str) -> str:
    declaration = next(d for d in DECLARATIONS if d.key == key)
    found = launch.sources.find(declaration)
    if found:
        return str(found[0])
    stored = launch.stored.get(key)
    return str(stored if is_valid(declaration, stored) else declaration.default)
