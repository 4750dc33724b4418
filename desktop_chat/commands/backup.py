"""`desktop-chat backup`: one verified copy of all chats, also while a window is open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.commands.status import DONE, fail
from desktop_chat.domain.backup import MANUAL
from desktop_chat.domain.errors import BackupTargetError, ChatError
from desktop_chat.services import clock
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.backups.copies import make_backup, make_copy
from desktop_chat.storage.sqlite.backup_names import backup_path

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(options: Mapping[str, Any]) -> int:
    """Write the copy and print where it is."""
    try:
        launch = read_launch(options, reads_working_directory=True, makes_directory=False)
        database = paths.database_path(launch.data_dir)
        if options["path"] is None:
            made = make_backup(database, MANUAL, clock.now()).path
        else:
            made = _target(Path(options["path"]))
            make_copy(database, made)
    except ChatError as error:
        return fail(error)
    print(made)
    return DONE


def _target(path: Path) -> Path:
    path = path.expanduser().absolute()
    if path.is_dir():
        return backup_path(path, MANUAL, clock.now())
    if path.exists():
        raise BackupTargetError(path=str(path), detail="a file of this name is there already")
    if not path.parent.is_dir():
        raise BackupTargetError(path=str(path), detail="there is no such folder")
    return path
