"""`desktop-chat check`: whether the database is sound; it is only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.commands.status import DONE, fail
from desktop_chat.domain.errors import ChatError, DatabaseDamagedError
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.database import open_database
from desktop_chat.storage.sqlite.integrity import find_damage

if TYPE_CHECKING:
    from collections.abc import Mapping


def run(options: Mapping[str, Any]) -> int:
    """Check every page, row and index; print what is wrong, and fail if anything is."""
    try:
        launch = read_launch(options, reads_working_directory=True, makes_directory=False)
        path = paths.database_path(launch.data_dir)
        with open_database(path, read_only=True) as db:
            findings = find_damage(db, is_thorough=True)
            if not findings:
                ((chats, messages),) = db.sql(
                    "SELECT (SELECT count(*) FROM chat), (SELECT count(*) FROM message)"
                )
    except ChatError as error:
        return fail(error)
    if findings:
        for finding in findings:
            print(" ".join(finding.split()))
        return fail(DatabaseDamagedError(path=str(path), detail=_counted(len(findings), "finding")))
    print(f"The database is sound: {_counted(chats, 'chat')}, {_counted(messages, 'message')}.")
    return DONE


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
