"""The names of backups: when each was made, in UTC, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desktop_chat.domain.backup import UNKNOWN, Backup

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".sqlite3"
_TIME = "%Y-%m-%d-%H%M%S"
_NAME = re.compile(
    r"chats-(\d{4}-\d\d-\d\d-\d{6})Z-([a-z][a-z0-9-]*?)(?:\.\d+)?\.sqlite3", re.ASCII
)


def backup_path(folder: Path, kind: str, moment: datetime) -> Path:
    """Return a name in `folder` that is not taken."""
    stem = f"chats-{moment.astimezone(UTC):{_TIME}}Z-{kind}"
    path = folder / f"{stem}{SUFFIX}"
    number = 2
    while path.exists():
        path = folder / f"{stem}.{number}{SUFFIX}"
        number += 1
    return path


def read_name(path: Path) -> Backup:
    """Return what name and file system say about a backup.

    Raises:
        OSError: There is no such file.
    """
    found = path.stat()
    match = _NAME.fullmatch(path.name)
    if match:
        try:
            made_at = datetime.strptime(match[1], _TIME).replace(tzinfo=UTC)
        except ValueError:
            pass
        else:
            return Backup(path, made_at, match[2], found.st_size)
    return Backup(path, datetime.fromtimestamp(found.st_mtime, UTC), UNKNOWN, found.st_size)
