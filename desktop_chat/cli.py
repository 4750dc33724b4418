"""The command line. Without a subcommand it opens the window.

Exit status: 0 done, 1 failed with one clear line on stderr, 2 wrong usage, 130 stopped by Ctrl+C.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from desktop_chat import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 1
STOPPED = 130
# Not shown in the help: the program starts itself with these.
INTERNAL = ("_engine", "_pip")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    os.umask(0o077)
    if argv and argv[0] in INTERNAL:
        return _run_internal(argv[0], argv[1:])
    options = _parse(argv)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read our output is gone; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _run(options: argparse.Namespace) -> int:
    command = getattr(options, "command", None)
    if getattr(options, "selfcheck", False):
        from desktop_chat.ui.selfcheck import run_selfcheck

        return run_selfcheck()
    if command is None:
        from desktop_chat.app import run_window

        return run_window(vars(options))
    from desktop_chat import commands

    run = commands.ask if command == "ask" else commands.doctor
    return run(vars(options))


def _run_internal(name: str, arguments: list[str]) -> int:
    if name == "_engine":
        from desktop_chat.providers.engine_child import main as run_engine

        return run_engine()
    from pip._internal.cli.main import main as run_pip

    return int(run_pip(arguments))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. Try --help.\n")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    common = _common_options()
    parser = _Parser(
        prog="desktop-chat",
        description="Chat with language models that run on this computer.",
        parents=[common],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    ask = commands.add_parser("ask", parents=[common], help="ask one question and print the reply")
    ask.add_argument("text", help="the message; - reads it from standard input")
    ask.add_argument("--chat", type=int, dest="chat_id", metavar="ID", help="continue this chat")
    ask.add_argument("--system", help="system prompt of the chat")
    ask.add_argument("--temperature", type=_temperature, metavar="X")
    ask.add_argument("--max-tokens", type=_max_tokens, metavar="N")
    ask.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    doctor = commands.add_parser("doctor", parents=[common], help="say what works and what not")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(argv)


def _common_options() -> _Parser:
    # SUPPRESS: an option before the subcommand must not be reset by the subcommand's default.
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--data-dir", metavar="DIR", help="where chats and models are kept")
    common.add_argument("--url", help="address of LM Studio's server")
    common.add_argument("--model", metavar="ID", help="the model that shall answer")
    common.add_argument(
        "--log-level",
        choices=["DEBUG", "INFO", "WARNING", "ERROR"],
        type=str.upper,
        help="how much goes into the log file",
    )
    common.add_argument("--selfcheck", action="store_true", help="check the installation")
    common.add_argument("--version", action="version", version=f"Desktop Chat {__version__}")
    return common


def _temperature(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError("it must be a number between 0 and 2")
    return value


def _max_tokens(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1 and value != -1:
        raise argparse.ArgumentTypeError("it must be a number from 1, or -1 for no limit")
    return value
