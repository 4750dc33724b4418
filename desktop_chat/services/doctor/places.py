"""Looks at what is on this machine: directory, database, built-in engine, files, key store."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from desktop_chat import paths
from desktop_chat.domain.errors import (
    ChatError,
    DatabaseMissingError,
    DataDirectoryUnusableError,
)
from desktop_chat.domain.model_info import ModelKind
from desktop_chat.providers.local.model_files import ModelFolders
from desktop_chat.services.doctor.finding import Finding
from desktop_chat.services.doctor.last_reply import look_at_last_reply
from desktop_chat.storage.accounts import AccountRepository
from desktop_chat.storage.backups.copies import list_backups
from desktop_chat.storage.database import open_database
from desktop_chat.storage.secrets import open_secret_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop_chat.domain.account import Account
    from desktop_chat.domain.model_info import ModelInfo
    from desktop_chat.services.launch import Launch

# The first release that cannot damage a database when two connections write at once.
SOUND_SQLITE = (3, 51, 3)


def unusable_data_dir(error: ChatError) -> Finding:
    """Return the finding for a data directory that cannot even be looked at."""
    path = str(error.fields["path"])
    return Finding("data directory", False, path, str(error), is_needed=True, code=error.code)


def look_at_data_dir(launch: Launch) -> Finding:
    """Look whether the data directory can be used."""
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
        return Finding("data directory", False, detail, advice, is_needed=True, code="unusable")
    if launch.notice:
        return Finding("data directory", False, str(path), launch.notice, code="settings_damaged")
    is_new = existing != path
    return Finding(
        "data directory", True, f"{path}{' (made at the first start)' if is_new else ''}"
    )


def look_at_database(path: Path) -> tuple[list[Finding], list[Account]]:
    """Look into the database: whether it can be read, the last reply, and the servers in it."""
    try:
        if not path.exists():
            return [_missing(path)], []
    except OSError as error:
        detail = f"{path} cannot be looked at: {error.strerror}"
        return [Finding("database", False, detail, is_needed=True, code="unreadable")], []
    try:
        with open_database(path, read_only=True) as db:
            chats = db.sql("SELECT count(*) FROM chat")[0][0]
            found = [Finding("database", True, f"{path}, {chats} chats")]
            reply = look_at_last_reply(db)
            return [*found, reply] if reply else found, AccountRepository(db).all()
    except ChatError as error:
        return [
            Finding("database", False, str(path), str(error), is_needed=True, code=error.code)
        ], []


def _missing(path: Path) -> Finding:
    if list_backups(paths.backups_dir(path.parent)):
        error = DatabaseMissingError(path=str(path))
        return Finding("database", False, str(path), str(error), is_needed=True, code=error.code)
    return Finding("database", True, "none yet")


def look_at_engine() -> Finding:
    """Look whether the built-in engine is installed."""
    if importlib.util.find_spec("xllamacpp") is None:
        advice = "Install it with: pip install 'desktop-chat[embedded]'"
        return Finding("built-in engine", False, "not installed", advice, code="not_installed")
    return Finding("built-in engine", True, "llama.cpp is installed")


def look_at_files(folders: Sequence[Any]) -> tuple[Finding, list[ModelInfo]]:
    """Look for model files of the built-in engine."""
    models = [m for m in ModelFolders(folders).scan() if m.kind is not ModelKind.EMBEDDING]
    places = ", ".join(str(folder) for folder in folders)
    if not models:
        advice = "Choose a GGUF file in the window, or get the starter model there."
        return Finding("model files", False, f"none in {places}", advice, code="no_files"), []
    return Finding("model files", True, ", ".join(m.name for m in models)), models


def look_at_key_store() -> Finding:
    """Look whether keys can be kept safely."""
    notice = open_secret_store().notice
    if notice:
        return Finding("key store", False, "none that is safe", notice, code="no_key_store")
    return Finding("key store", True, "keys are kept by the system")


def look_at_sqlite() -> Finding:
    """Look at the version of SQLite."""
    # Below this, two writers can damage a file; we have one, so it is only worth telling.
    note = "" if sqlite3.sqlite_version_info >= SOUND_SQLITE else " (one writer only)"
    return Finding("SQLite", True, f"{sqlite3.sqlite_version}{note}")


def look_at_system_proxy() -> Finding | None:
    """Tell of a proxy that the system names: others send requests to this machine there."""
    proxies = {kind: url for kind, url in getproxies().items() if kind in ("http", "https", "all")}
    if not proxies:
        return None
    detail = ", ".join(f"{kind}: {url}" for kind, url in sorted(proxies.items()))
    advice = "It is not used for this machine and this network, so it swallows nothing there."
    return Finding("system proxy", True, detail, advice)
