"""The real window in a process of its own that obeys orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_chat import paths
from desktop_chat.services.launch import read_launch
from desktop_chat.storage.first_list import read_first_chats
from desktop_chat.storage.lock import DataDirectoryLock
from desktop_chat.ui import application
from desktop_chat.ui.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from desktop_chat.services.launch import Launch


def run_window(serve: Callable[[Shell, Launch], Awaitable[None]]) -> None:
    """Show the window of the data directory in force and have `serve` do the rest."""
    launch = read_launch({}, reads_working_directory=False)
    lock = DataDirectoryLock(launch.data_dir)
    lock.acquire()
    chats = read_first_chats(paths.database_path(launch.data_dir))
    shell = Shell(theme="light", text_size=100)
    shell.show_and_paint()
    shell.build(chats)

    async def run() -> None:
        await serve(shell, launch)

    try:
        application.run(shell.app, run)
    finally:
        lock.release()
