"""What can be given on the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from desktop_chat import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}. Try --help.\n")


def parse(argv: Sequence[str]) -> dict[str, Any]:
    """Return the options and the subcommand; options before or after it have the same effect.

    Wrong usage ends the program with status 2, `--help` and `--version` with 0.
    """
    common = _common_options()
    parser = _Parser(
        prog="desktop-chat",
        allow_abbrev=False,
        description="Chat with language models that run on this computer.",
        parents=[common],
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    ask = commands.add_parser(
        "ask", parents=[common], allow_abbrev=False, help="ask one question and print the reply"
    )
    ask.add_argument("text", help="the message; - reads it from standard input")
    ask.add_argument("--chat", type=int, dest="chat_id", metavar="ID", help="continue this chat")
    ask.add_argument("--system", help="system prompt of the chat")
    ask.add_argument("--temperature", type=_temperature, metavar="X")
    ask.add_argument("--max-tokens", type=_max_tokens, metavar="N")
    ask.add_argument("--json", action="store_true", help="print one line of JSON at the end")
    doctor = commands.add_parser(
        "doctor", parents=[common], allow_abbrev=False, help="say what works and what not"
    )
    doctor.add_argument("--json", action="store_true", help="print JSON")
    return vars(parser.parse_args(argv))


def _common_options() -> _Parser:
    # SUPPRESS: an option before the subcommand must not be reset by the subcommand's default.
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS, allow_abbrev=False)
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
