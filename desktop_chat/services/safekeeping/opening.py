"""How the database of a data directory is opened at the start."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING

from desktop_chat import paths
from desktop_chat.domain.errors import (
    DatabaseDamagedError,
    DatabaseMissingError,
    DataDirectoryUnusableError,
)
from desktop_chat.storage.backups.copies import list_backups
from desktop_chat.storage.backups.restoring import finish_restore, restore_path
from desktop_chat.storage.chats import ChatRepository
from desktop_chat.storage.database import Database, open_database
from desktop_chat.storage.failures import os_errors_at
from desktop_chat.storage.messages import MessageRepository
from desktop_chat.storage.searching.search_index import SearchIndex
from desktop_chat.storage.sqlite.backup import back_up

if TYPE_CHECKING:
    from pathlib import Path

    from desktop_chat.services.launch import Launch


logger = logging.getLogger(__name__)


def open_data(launch: Launch) -> tuple[Database, Path | None]:
    """Open the database; a restore that was decided on is finished before.

    Replies that an earlier process left unfinished are marked as interrupted.

    Returns:
        The database, and where the one is that a restored backup replaced, if it did.

    Raises:
        DatabaseMissingError: There is none, but there are backups of one.
        StorageError: It cannot be opened; see `open_database`.
    """
    path = paths.database_path(launch.data_dir)
    if launch.is_read_only:
        return open_database(path, read_only=True), None
    replaced = finish_restore(path)
    if not path.exists() and list_backups(paths.backups_dir(launch.data_dir)):
        raise DatabaseMissingError(path=str(path))
    if _recovery_mark(path).exists():
        _recovery_mark(path).unlink()
        raise DatabaseDamagedError(path=str(path), detail="a check found damage inside")
    with ExitStack() as ends:
        db = ends.enter_context(open_database(path))
        _interrupt_streaming(db)
        # Damage here would leave the window without its list.
        ChatRepository(db).page()
        ends.pop_all()
    return db, replaced


def _interrupt_streaming(db: Database) -> None:
    """Do it; an index for searching that bars every change is emptied first.

    It is filled again while the program runs, see `services.library.indexing`.
    """
    messages = MessageRepository(db)
    try:
        messages.interrupt_streaming()
    except DatabaseDamagedError:
        index = SearchIndex(db)
        if index.can_be_opened():
            raise
        logger.warning("The search index is damaged; it is made anew")
        index.clear()
        messages.interrupt_streaming()


def want_recovery(path: Path) -> None:
    """Have the next start say that the database is damaged, which opens all the same.

    Raises:
        StorageError: There is no room.
    """
    with os_errors_at(path):
        _recovery_mark(path).touch(mode=0o600)


def save_again(db: Database) -> None:
    """Have all that is in a database whose file was taken away in its place at the next start.

    Raises:
        StorageError: It could not be written.
    """
    try:
        paths.make_private_dir(db.path.parent)
    except OSError as error:
        detail = error.strerror or str(error)
        raise DataDirectoryUnusableError(path=str(db.path.parent), detail=detail) from error
    back_up(db.connection(), restore_path(db.path))


def _recovery_mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.recover")
