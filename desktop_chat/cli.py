"""The command line. Without a subcommand it opens the window.

Exit status: 0 done, 1 failed with one clear line on stderr, 2 wrong usage, 130 stopped by Ctrl+C.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 1
STOPPED = 130
# Not shown in the help: the program starts itself with these.
INTERNAL = ("_draw", "_engine", "_export", "_import", "_pip")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    os.umask(0o077)
    _print_whatever_comes()
    if argv and argv[0] in INTERNAL:
        return _run_internal(argv[0], argv[1:])
    options = _parse(argv) if argv else {}
    try:
        return _run(options)
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output is gone; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _print_whatever_comes() -> None:
    """Have what the terminal cannot show come out as question marks, not as an error."""
    for stream in (sys.stdout, sys.stderr):
        # In a windowed build there is none.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _run(options: dict[str, Any]) -> int:
    command = options.get("command")
    if options.get("selfcheck"):
        from desktop_chat.ui.selfcheck import run_selfcheck

        return run_selfcheck()
    if command is None:
        from desktop_chat.app import run_window

        return run_window(options)
    return _run_command(str(command), options)


def _run_command(command: str, options: dict[str, Any]) -> int:
    # Each is imported only if it is wanted, and by name, so that the bundle holds it.
    match command:
        case "ask":
            from desktop_chat.commands.ask import run
        case "backup":
            from desktop_chat.commands.backup import run
        case "check":
            from desktop_chat.commands.check import run
        case "export":
            from desktop_chat.commands.exporting import run
        case "import":
            from desktop_chat.commands.importing import run
        case "search":
            from desktop_chat.commands.searching import run
        case _:
            from desktop_chat.commands.doctor import run
    return run(options)


def _run_internal(name: str, arguments: list[str]) -> int:
    if name == "_engine":
        from desktop_chat.providers.local.engine_child import main as run_engine

        return run_engine()
    if name == "_draw":
        from desktop_chat.services.drawing.child import main as run_drawing

        return run_drawing()
    if name == "_export":
        from desktop_chat.commands.exporting import run_child

        return run_child()
    if name == "_import":
        from desktop_chat.services.importing.child import main as run_reading

        return run_reading()
    from pip._internal.cli.main import main as run_pip

    return int(run_pip(arguments))


def _parse(argv: Sequence[str]) -> dict[str, Any]:
    # A double click gives no arguments, and the parser takes 5 ms to import.
    from desktop_chat.arguments import parse

    return parse(argv)
