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
    _add_backup(commands, common)
    _add_export(commands, common)
    importing = commands.add_parser(
        "import", parents=[common], allow_abbrev=False, help="take over chats from files"
    )
    importing.add_argument(
        "paths", nargs="+", metavar="PATH", help="an export of any kind, or a folder with some"
    )
    importing.add_argument("--json", action="store_true", help="print one line of JSON")
    _add_search(commands, common)
    options = parser.parse_args(argv)
    if options.command == "export":
        _check_export(parser, options)
    return vars(options)


def _add_backup(commands: argparse._SubParsersAction[_Parser], common: _Parser) -> None:
    backup = commands.add_parser(
        "backup", parents=[common], allow_abbrev=False, help="make a verified copy of all chats"
    )
    backup.add_argument(
        "path", nargs="?", metavar="PATH", help="a new file, or a folder; else among the backups"
    )
    commands.add_parser(
        "check", parents=[common], allow_abbrev=False, help="check whether the chats are sound"
    )


def _add_search(commands: argparse._SubParsersAction[_Parser], common: _Parser) -> None:
    search = commands.add_parser(
        "search",
        parents=[common],
        allow_abbrev=False,
        help="find messages and chats",
        epilog='Words, "a phrase", -word, begin*, from:user, model:name, in:folder, tag:name, '
        "before:2026-11-22, after:2026-11, has:code. A minus turns a filter round; put -- before "
        "a query that begins with one.",
    )
    search.add_argument("query", nargs="+", metavar="QUERY", help="what to look for")
    search.add_argument("--json", action="store_true", help="print JSON")
    search.add_argument(
        "--limit", type=_count, default=20, metavar="N", help="how many at most (20)"
    )


def _check_export(parser: _Parser, options: argparse.Namespace) -> None:
    if (bool(options.chat_ids), options.all, options.folder_id is not None).count(True) != 1:
        parser.error("name chats by their ids, or a folder by --folder, or give --all")
    is_one = len(options.chat_ids) == 1 and options.format in ("md", "txt", "html")
    if options.output == "-" and not (is_one or options.format == "json"):
        parser.error("only one chat as text, or JSON, can be written to standard output")


def _add_export(commands: argparse._SubParsersAction[_Parser], common: _Parser) -> None:
    export = commands.add_parser(
        "export", parents=[common], allow_abbrev=False, help="write chats to files"
    )
    export.add_argument("chat_ids", type=int, nargs="*", metavar="CHAT_ID", help="these chats")
    export.add_argument("--all", action="store_true", help="all chats")
    export.add_argument("--folder", type=int, dest="folder_id", metavar="ID", help="a folder")
    formats = ["md", "txt", "json", "html", "pdf", "docx", "odt"]
    export.add_argument("--format", choices=formats, required=True, help="of the files")
    export.add_argument(
        "-o", "--output", required=True, metavar="PATH",
        help="a new file; for several chats, except in json, a folder; - for standard output",
    )  # fmt: skip
    export.add_argument("--overwrite", action="store_true", help="replace what is there")
    export.add_argument("--thoughts", action="store_true", help="write thoughts, too")
    export.add_argument("--paper", choices=["a4", "letter"], default="a4", help="of a PDF")


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


def _count(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError("it must be a number between 1 and 10000")
    return value


def _max_tokens(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1 and value != -1:
        raise argparse.ArgumentTypeError("it must be a number from 1, or -1 for no limit")
    return value
