"""The window: start and shutdown in their order, first paint before anything slow.

Everything imported at the top of this file is needed for the first paint.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from desktop_chat import paths
from desktop_chat.domain.errors import (
    ChatError,
    DataDirectoryInUseError,
    DataDirectoryUnusableError,
)
from desktop_chat.services.launch import Launch, read_launch
from desktop_chat.services.settings import DECLARATIONS
from desktop_chat.storage.lock import DataDirectoryLock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from desktop_chat.ui.shell import Shell

DONE, FAILED = 0, 1
# What a session returns when the program shall start itself anew.
RESTART = -1
FIRST_CHATS = 100
# Names a file to which the times of the start are written, for benchmarks.
TIMING = "DESKTOP_CHAT_TIMING"
SLOW_MODULES = (
    "asyncio",
    "qasync",
    "peewee",
    "desktop_chat.storage.messages",
    "desktop_chat.assembly",
    "desktop_chat.ui.session",
)


def run_window(options: Mapping[str, Any]) -> int:
    """Open the window on a data directory and return the exit status when it is closed.

    A second window on the same directory raises the first one and ends.
    """
    try:
        launch = _read_launch(options)
        lock = DataDirectoryLock(launch.data_dir)
        if not launch.is_read_only and not _hold(lock, launch):
            return DONE
    except ChatError as error:
        return _refuse(error)
    try:
        status = _show(launch)
    finally:
        lock.release()
    if status == RESTART:
        return _start_anew()
    return status


def _read_launch(options: Mapping[str, Any]) -> Launch:
    """Read what this start is told; a directory that cannot be written is only looked at."""
    try:
        return read_launch(options, reads_working_directory=False)
    except DataDirectoryUnusableError:
        launch = read_launch(options, reads_working_directory=False, makes_directory=False)
        if not _can_look_at(launch.data_dir):
            raise
        return dataclasses.replace(launch, is_read_only=True)


def _can_look_at(data_dir: Path) -> bool:
    """Whether it is ours, as far as one can tell, and holds chats that can be read."""
    return paths.is_ours(data_dir) and os.access(paths.database_path(data_dir), os.R_OK)


def _hold(lock: DataDirectoryLock, launch: Launch) -> bool:
    """Take the lock; False if another window has it, which is raised."""
    try:
        lock.acquire()
    except DataDirectoryInUseError:
        if _raise_other(launch):
            return False
        # No window holds it, but an `ask`, which has ended by now as a rule.
        lock.acquire()
    return True


def _show(launch: Launch) -> int:
    if not _has_screen():
        print("desktop-chat: There is no screen here. Try: desktop-chat ask TEXT", file=sys.stderr)
        return FAILED
    from desktop_chat.ui.shell import Shell

    shell = Shell(
        theme=str(_setting(launch, "appearance.theme")),
        text_size=int(_setting(launch, "appearance.text_size")),
        geometry=str(launch.stored.get("window.geometry") or ""),
    )
    # Until the event loop has handlers of its own, a signal must end the program as politely.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, shell.end_early)
    shell.show_and_paint()
    mark("first_paint")
    from desktop_chat.storage.first_list import read_first_chats

    shell.build(read_first_chats(paths.database_path(launch.data_dir), FIRST_CHATS))
    shell.app.processEvents()
    mark("ready")
    return _run(shell, launch)


def _has_screen() -> bool:
    # Qt ends the process with a core dump where it finds none.
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux") or platform not in ("", "xcb"):
        return True
    if os.environ.get("WAYLAND_DISPLAY") and not platform:
        return True
    return _has_x_server(os.environ.get("DISPLAY", ""))


def _has_x_server(display: str) -> bool:
    """Whether a display can be there; one of another machine is taken at its word."""
    host, _, rest = display.partition(":")
    number = rest.partition(".")[0]
    if host not in ("", "unix") or not number.isdigit():
        return bool(display)
    name = f"/tmp/.X11-unix/X{number}"
    if os.path.exists(name):  # noqa: PTH110 measured code
        return True
    # Some servers listen in the abstract name space only.
    with contextlib.suppress(OSError), open("/proc/net/unix", encoding="ascii") as sockets:  # noqa: PTH123
        return any(line.rstrip().endswith(f"@{name}") for line in sockets)
    return True


def _run(shell: Shell, launch: Launch) -> int:
    # Each of these takes as long as some frames: what is typed meanwhile shows in between.
    for name in SLOW_MODULES:
        importlib.import_module(name)
        shell.app.processEvents()
    from desktop_chat.ui import application
    from desktop_chat.ui.session import Session

    session = Session(shell, launch)
    return application.run(shell.app, session.run)


def _start_anew() -> int:
    """Take this process's place with a fresh start, with the same arguments."""
    from desktop_chat.assembly import own_command

    command = [*own_command(), *sys.argv[1:]]
    if sys.platform != "win32":
        os.execv(command[0], command)
    import subprocess  # Windows has no such call that keeps its window apart

    subprocess.Popen(command, close_fds=True)
    return DONE


def _setting(launch: Launch, key: str) -> Any:
    from desktop_chat.services.settings import is_valid

    declaration = next(d for d in DECLARATIONS if d.key == key)
    stored = launch.stored.get(key)
    return stored if is_valid(declaration, stored) else declaration.default


def _raise_other(launch: Launch) -> bool:
    from desktop_chat.storage.handover import raise_window

    return raise_window(launch.data_dir)


def _refuse(error: ChatError) -> int:
    """Say why no window opens, in the terminal and on the screen."""
    print(f"desktop-chat: {' '.join(str(error).split())}", file=sys.stderr)
    if _has_screen():
        from desktop_chat.ui.refusal import show_refusal

        show_refusal(error)
    return FAILED


def mark(event: str) -> None:
    """Append the time since the process began to the file that `TIMING` names, if it does."""
    path = os.environ.get(TIMING)
    if path:
        line = f'{{"event": "{event}", "t_ms": {_process_age_ms():.1f}}}\n'
        with open(path, "a", encoding="ascii") as file:  # noqa: PTH123 measured code
            file.write(line)


def _process_age_ms() -> float:
    if not sys.platform.startswith("linux"):
        return time.process_time() * 1e3
    with open("/proc/self/stat", encoding="ascii") as file:  # noqa: PTH123 measured code
        start_ticks = int(file.read().rsplit(")", 1)[1].split()[19])
    start_s = start_ticks / os.sysconf("SC_CLK_TCK")
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - start_s) * 1e3
